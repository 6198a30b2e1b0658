"""The processes of an experiment: `pragmark bench --slices`, one for each choice that is a process's.

What a benchmark's name can hold (workload, set, strategy) one process serves, one after another.
What is a matter of the process, or of the program, has a process of its own: another schema, memory
statistics, requests in flight, another build. They wait without working while another measures.

The original in Python has no slices; each of its visits is a run of `pragmark bench`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pragmark_drive.arm import Arm
from pragmark_drive.protocol import Ready
from pragmark_drive.start import end_process, start_process
from pragmark_report import strategy as strategies
from pragmark_report.errors import InputError
from pragmark_report.json_file import NextSteps, read_object

from .model import AS_BUILT, BENCH, CONCURRENT, OFF, STANDARD, Cell, Configuration, Value

READS_PERCENT = 50
BUILD_TYPE, RELEASE = "pragmark_build_type", "Release"
AGAIN = "run the command by hand"
STEPS = NextSteps(give=AGAIN, again=AGAIN, refill=AGAIN)


@dataclass(frozen=True)
class Conditions:
    """What is the same for all configurations of a run."""

    programs: Mapping[str, Path]  # BENCH and other builds
    threads: int
    rows: int
    payload: str
    directory: str
    seed: int
    timeout_seconds: float
    prefix: tuple[str, ...] = ()  # in front of each command: what limits its memory


def full_name(cell: Cell, conditions: Conditions) -> str:
    """As `pragmark bench` names the benchmark."""
    one = cell.configuration
    name = (f"{cell.workload}/{one.pragmas.name}/{one.strategy}/rows:{conditions.rows}"
            f"/payload:{conditions.payload}")
    if cell.workload == "mixed":
        name += f"/reads:{READS_PERCENT}"
    if one.in_flight > 1:
        name += f"/in_flight:{one.in_flight}"
    if one.schema != STANDARD:
        name += f"/schema:{one.schema}"
    if one.memory_statistics != AS_BUILT:
        name += f"/memory_statistics:{one.memory_statistics}"
    if one.statement_logging != OFF:
        name += f"/statement_logging:{one.statement_logging}"
    return f"{name}/real_time/threads:{clients(cell, conditions)}"


def clients(cell: Cell, conditions: Conditions) -> int:
    return conditions.threads if cell.workload in CONCURRENT else 1


def is_python(one: Configuration) -> bool:
    return one.strategy == strategies.PYTHON_ORIGINAL


def words(kind: tuple, group: Sequence[Configuration], conditions: Conditions) -> list[str]:
    """The command that serves a group of configurations."""
    program, in_flight, schema, memory_statistics, statement_logging = kind
    found = [
        *conditions.prefix, str(conditions.programs[program]), "--slices",
        "--pragmas", ",".join(dict.fromkeys(one.pragmas.name for one in group)),
        "--strategy", ",".join(dict.fromkeys(one.strategy for one in group)),
        "--workload", ",".join(dict.fromkeys(w for one in group for w in one.workloads)),
        *_common(conditions),
    ]
    if in_flight > 1:
        found += ["--in-flight", str(in_flight)]
    if schema != STANDARD:
        found += ["--schema", schema]
    if memory_statistics != AS_BUILT:
        found += ["--memory-statistics", memory_statistics]
    if statement_logging != OFF:
        found += ["--statement-logging", statement_logging]
    return found


def _common(conditions: Conditions) -> list[str]:
    return ["--threads", str(conditions.threads), "--rows", str(conditions.rows),
            "--payload", conditions.payload, "--reads", str(READS_PERCENT),
            "--counting-vfs", "off", "--seed", str(conditions.seed), "--dir", conditions.directory]


def kind_of(one: Configuration) -> tuple:
    return (one.program, one.in_flight, one.schema, one.memory_statistics, one.statement_logging)


class Hosts:
    """Starts what a visit needs when it needs it.

    REQUIRES: whoever made it calls close(), whatever happens.
    """

    def __init__(self, configurations: Sequence[Configuration], conditions: Conditions) -> None:
        self._conditions = conditions
        self._groups: dict[tuple, list[Configuration]] = {}
        self._live: dict[tuple, tuple[Arm, Ready]] = {}
        self._child: subprocess.Popen | None = None
        self._padding_bytes = 0
        self.contexts: dict[str, Mapping[str, str]] = {}  # program -> what it says of itself
        self.add(configurations)

    def add(self, configurations: Sequence[Configuration]) -> None:
        """Processes that do not know a new configuration are ended, and started when needed."""
        for one in configurations:
            if is_python(one):
                continue
            group = self._groups.setdefault(kind_of(one), [])
            if one not in group:
                group.append(one)
                self._end(kind_of(one))

    def renew(self, padding_bytes: int) -> None:
        """Ends all processes; the next ones have an environment of another size."""
        for kind in list(self._live):
            self._end(kind)
        self._padding_bytes = padding_bytes

    def visit(self, cell: Cell, operations: int) -> Value:
        """Raises InputError with what went wrong; the process is then ended."""
        if is_python(cell.configuration):
            return self._visit_python(cell, operations)
        kind = kind_of(cell.configuration)
        arm, ready = self._host(kind)
        arm.label = f"{cell.configuration.label} ({cell.workload})"
        name = full_name(cell, self._conditions)
        try:
            if name not in ready.threads:
                raise InputError(arm.label, f"pragmark bench does not offer {name}",
                                 "use programs of one build")
            threads = ready.threads[name]
            opened = arm.open(name, operations=operations, threads=threads, slices=2)
            arm.slice(opened)
            timed = arm.slice(opened)
            arm.close()
        except BaseException:
            self._abort(kind)
            raise
        done = timed.reads + timed.writes
        return Value(cell.configuration.id, cell.workload, timed.operations, timed.seconds,
                     done / timed.seconds, timed.latency_us_p50, timed.latency_us_p99,
                     timed.busy_errors)

    def close(self) -> None:
        """Nothing that was started outlives this. It may be called twice."""
        if self._child is not None:
            _stop(self._child)
            self._child = None
        for kind in list(self._live):
            self._abort(kind)

    def _host(self, kind: tuple) -> tuple[Arm, Ready]:
        if kind not in self._live:
            command = words(kind, self._groups[kind], self._conditions)
            arm = Arm(f"program {self._conditions.programs[kind[0]]}", command, cpu=None,
                      padding_bytes=self._padding_bytes,
                      timeout_seconds=self._conditions.timeout_seconds)
            try:
                ready = arm.ready()
            except BaseException:
                arm.abort()
                raise
            self._live[kind] = (arm, ready)
            self.contexts.setdefault(kind[0], ready.context)
            _require_release(str(self._conditions.programs[kind[0]]), ready.context)
        return self._live[kind]

    def _end(self, kind: tuple) -> None:
        if kind in self._live:
            arm, _ = self._live.pop(kind)
            try:
                arm.finish()
            except BaseException:
                arm.abort()
                raise

    def _abort(self, kind: tuple) -> None:
        if kind in self._live:
            self._live.pop(kind)[0].abort()

    def _visit_python(self, cell: Cell, operations: int) -> Value:
        label = f"{cell.configuration.label} ({cell.workload})"
        with tempfile.TemporaryDirectory(prefix="pragmark-tune-") as scratch:
            out = Path(scratch, "out.json")
            self._run([
                *self._conditions.prefix, str(self._conditions.programs[BENCH]),
                "--pragmas", cell.configuration.pragmas.name,
                "--strategy", cell.configuration.strategy, "--workload", cell.workload,
                *_common(self._conditions), "--ops", str(operations), "--repetitions", "1",
                "--out", str(out)], label)
            document = read_object(str(out), STEPS, label).document
        return _value_of(cell, document, label)

    def _run(self, command: Sequence[str], label: str) -> None:
        with tempfile.TemporaryFile() as complaints:
            self._child = start_process(
                command, cpu=None, padding_bytes=self._padding_bytes, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=complaints.fileno())
            try:
                status = self._child.wait(self._conditions.timeout_seconds)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                _stop(self._child)
                self._child = None
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip().splitlines()[-1:]
        if status != 0:
            how = "took too long" if status is None else f"ended with exit status {status}"
            raise InputError(label, f"it {how} ({' '.join(said)})", AGAIN)


def _stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    end_process(process)


def _require_release(program: str, context: Mapping[str, str]) -> None:
    """A Debug build measures its assertions."""
    build = context.get(BUILD_TYPE)
    if build != RELEASE:
        raise InputError(program, f"its build type is {build or 'unknown'}, not {RELEASE}",
                         "build it with -DCMAKE_BUILD_TYPE=Release")


def _value_of(cell: Cell, document: Mapping, label: str) -> Value:
    """The one repetition of a plain run."""
    try:
        (row,) = document["benchmarks"]
        if row.get("error_occurred"):
            raise InputError(label, str(row.get("error_message", "it failed")), AGAIN)
        rate, operations = float(row["items_per_second"]), int(row["operations"])
        busy = int(row["busy_errors"])
        seconds = (operations - busy) / rate
        return Value(cell.configuration.id, cell.workload, operations, seconds, rate,
                     float(row["latency_us_p50"]), float(row["latency_us_p99"]), busy)
    except (KeyError, ValueError, TypeError, ZeroDivisionError) as error:
        raise InputError(label, f"its result cannot be read ({error})", AGAIN) from None

"""Runs the benchmark: plainly, under perf record, and under strace. Errors name the next step."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pragmark_profile import samples, system_calls
from pragmark_profile.disk import Bytes
from pragmark_profile.waiting import Watch

EXIT_FAILED, EXIT_USAGE, EXIT_UNDETERMINED = 1, 2, 3
SAMPLES_PER_S = 1997  # of each thread; a prime, so as not to beat with timers of 250 or 1000 Hz
STACK_BYTES = 16384  # copied at each sample; the deepest chain of an insert takes some 6 KB
TRACED = (500, 4500)  # requests of the two runs under strace
PARANOID = Path("/proc/sys/kernel/perf_event_paranoid")


class Failed(Exception):
    """The profile cannot be made; the message is one line, `code` the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Wanted:
    """What to run."""

    program: Path
    pragmas: str
    strategy: str
    workload: str
    directory: Path
    min_time_s: float
    in_flight: int

    def command(self, result: Path, *more: str) -> list[str]:
        words = [str(self.program), "--pragmas", self.pragmas, "--strategy", self.strategy,
                 "--workload", self.workload, "--dir", str(self.directory),
                 "--repetitions", "1", "--format", "json", "--out", str(result), *more]
        return words + (["--in-flight", str(self.in_flight)] if self.in_flight > 1 else [])


@dataclass(frozen=True)
class Row:
    """One run's result."""

    name: str
    context: dict[str, str]
    counters: dict[str, float]

    @property
    def requests(self) -> int:
        return round(self.counters["operations"])

    @property
    def wall_us_per_request(self) -> float:
        return 1e6 / self.counters["items_per_second"]

    def bytes_written(self) -> Bytes:
        return Bytes(self.counters["wal_bytes_per_write"], self.counters["main_bytes_per_write"],
                     round(self.counters["wal_bytes_max"]))


def read_row(path: Path) -> Row:
    document = json.loads(path.read_text(encoding="utf-8"))
    row = next(each for each in document["benchmarks"] if each["run_type"] == "iteration")
    counters = {key: float(value) for key, value in row.items() if isinstance(value, (int, float))}
    return Row(row["run_name"], document["context"], counters)


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def run(command: list[str]) -> None:
    """Runs to the end. Raises Failed with the last line that it wrote."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        told = done.returncode in (EXIT_USAGE, EXIT_UNDETERMINED)
        code = done.returncode if told else EXIT_FAILED
        raise Failed(f"{Path(command[0]).name}: {last_line(done.stderr)}", code)


def require_perf() -> None:
    """Raises Failed where perf is missing or may not record."""
    if not shutil.which("perf"):
        raise Failed("perf is missing: apt-get install linux-perf (linux-tools-generic on Ubuntu)",
                     EXIT_UNDETERMINED)
    with tempfile.TemporaryDirectory() as scratch:
        tried = subprocess.run(perf_command(Path(scratch) / "perf.data", ["true"]),
                               capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        level = PARANOID.read_text(encoding="ascii").strip() if PARANOID.exists() else "unknown"
        raise Failed("perf may not record here (kernel.perf_event_paranoid is "
                     f"{level}): run as root, or sysctl kernel.perf_event_paranoid=1",
                     EXIT_UNDETERMINED)


def perf_command(data: Path, command: list[str]) -> list[str]:
    """cpu-clock needs no counter of the processor, which virtual machines seldom have. The call
    chains come from unwind tables (dwarf): the distribution's libraries keep no frame pointers."""
    return ["perf", "record", "--quiet", "--clockid", "CLOCK_MONOTONIC", "--event", "cpu-clock",
            "--freq", str(SAMPLES_PER_S), "--call-graph", f"dwarf,{STACK_BYTES}",
            "--mmap-pages", "2048", "--output", str(data), "--", *command]


def measured(wanted: Wanted) -> Row:
    """A plain run that counts bytes and finds out how many requests fit the time."""
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch) / "result.json"
        run(wanted.command(result, "--min-time", str(wanted.min_time_s)))
        return read_row(result)


@dataclass(frozen=True)
class Recording:
    row: Row
    samples: list[samples.Sample]
    lost: int  # samples that perf could not write
    delays: dict[int, list[tuple[float, float]]]  # what Watch saw


def recorded(wanted: Wanted, requests: int) -> Recording:
    """A run of so many requests under perf record; nothing else is counted in it."""
    with tempfile.TemporaryDirectory() as scratch:
        data, result = Path(scratch) / "perf.data", Path(scratch) / "result.json"
        command = perf_command(data, wanted.command(result, "--ops", str(requests),
                                                    "--counting-vfs", "off"))
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as perf, Watch(perf.pid) as watch:
            _, messages = perf.communicate()
        if perf.returncode != 0:
            raise Failed(f"perf record: {last_line(messages)}", EXIT_FAILED)
        found = list(scripted(data))
        if not any(frame.in_kernel for each in found for frame in each.frames):
            raise Failed("perf recorded user space only, which would hide every system call: run "
                         "as root, or sysctl kernel.perf_event_paranoid=1", EXIT_UNDETERMINED)
        return Recording(read_row(result), found, lost_samples(data), watch.delays)


def scripted(data: Path):
    """What perf script says of the recording, line by line: it is long."""
    command = ["perf", "script", "--no-inline", "--fields", samples.FIELDS, "--input", str(data)]
    environment = {**os.environ, "LC_ALL": "C"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          errors="replace", env=environment) as script:
        assert script.stdout is not None
        yield from samples.parse(script.stdout)
    if script.returncode != 0:
        raise Failed("perf script cannot read what perf record wrote: are both of one version?",
                     EXIT_FAILED)


def lost_samples(data: Path) -> int:
    done = subprocess.run(["perf", "report", "--stats", "--input", str(data)],
                          capture_output=True, text=True, check=False)
    counts = [line.rsplit(":", 1)[1].split()[0] for line in done.stdout.splitlines()
              if "LOST" in line and "events:" in line]
    return sum(int(count) for count in counts)


def traced(wanted: Wanted) -> dict[str, float] | None:
    """System calls per request by name; None without strace."""
    if not shutil.which("strace"):
        return None
    counts = []
    with tempfile.TemporaryDirectory() as scratch:
        result, table = Path(scratch) / "result.json", Path(scratch) / "strace.txt"
        for requests in TRACED:
            command = wanted.command(result, "--ops", str(requests), "--counting-vfs", "off")
            run(["strace", "-f", "-c", "-o", str(table), "--", *command])
            counts.append(system_calls.parse(table.read_text(encoding="utf-8")))
    return system_calls.per_request(counts[0], counts[1], TRACED[1] - TRACED[0])

"""Measures the gate itself: its false alarms and what it finds, by real runs of the whole program.

usage: gate_study.py run --out DIR [--gate PROGRAM] [--command CMD] [--null N] [--plant 5%:N]...
                         [--settings N] [--fixed N] [--seed N] [--stop-after SECONDS]
       gate_study.py tell DIR [--seed N]

`run` shuffles a list of runs of `pragmark gate` by the seed and makes each in turn: the same
command on both sides (--null), a candidate slowed down physically by a known share (--plant), a
candidate with synchronous=FULL (--settings), and the copy in fixed order, A then B, beside
a load that grows (--fixed). Each leaves its whole result as DIR/KIND-NUMBER.json; what is there is
not made again, so a study can be interrupted and taken up. `tell` counts, with exact binomial
intervals, and replays on the same launches what other rules would have said. No run is dropped:
one that has no result is counted as unusable.

Exit codes: 0 done, 2 bad usage or input, 3 stopped before the end.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "ci")]
from pragmark_gate import document, study  # noqa: E402
from pragmark_gate.model import GateResult  # noqa: E402
from pragmark_report.errors import InputError  # noqa: E402

DEFAULT_SEED = 20261129
DEFAULT_GATE = ROOT / "build" / "bin" / "pragmark-gate"
DEFAULT_COMMAND = f"{ROOT / 'build' / 'bin' / 'pragmark-bench'} --strategy per-thread"
LOAD_STEP_S = 10  # one more busy process so often, on the core of the arms
MOST_LOADS = 4


@dataclass(frozen=True)
class Case:
    """One run that is to be made."""

    kind: str  # "null", "plant-5%", "settings", "fixed"
    number: int

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.number:03d}"


def cases(options: argparse.Namespace) -> list[Case]:
    counts = {"null": options.null, "settings": options.settings, "fixed": options.fixed}
    for word in options.plant:
        share, _, count = word.partition(":")
        counts[f"plant-{share}"] = int(count)
    listed = [Case(kind, number) for kind, count in counts.items() for number in range(count)]
    random.Random(options.seed).shuffle(listed)
    return listed


def copy_of_program(options: argparse.Namespace) -> str:
    """The command with a copy of its program: one command for both sides the gate refuses."""
    program, *rest = shlex.split(options.command)
    copy = options.out.resolve() / "copy" / Path(program).name
    copy.parent.mkdir(exist_ok=True)
    shutil.copy2(program, copy)
    return shlex.join([str(copy), *rest])


def arguments(case: Case, options: argparse.Namespace, out: Path) -> list[str]:
    candidate, extra = copy_of_program(options), []
    if case.kind.startswith("plant-"):
        extra = ["--plant", case.kind.removeprefix("plant-")]
    if case.kind == "settings":
        candidate += " --pragmas production+synchronous=FULL"
    if case.kind == "fixed":
        extra = ["--order", "fixed"]
    seed = random.Random(f"{options.seed} {case.name}").getrandbits(32)
    return [str(options.gate), "--baseline", options.command, "--candidate", candidate, *extra,
            "--seed", str(seed), "--instructions", "off", "--counts", "report", "--out", str(out), "--format", "json",
            *options.pass_on]


class GrowingLoad:
    """Busy processes on one core, one more every LOAD_STEP_S, up to MOST_LOADS."""

    def __init__(self, cpu: int) -> None:
        self._loads: list[subprocess.Popen] = []
        self._next = time.monotonic()
        self._cpu = cpu

    def grow(self) -> None:
        if time.monotonic() < self._next or len(self._loads) == MOST_LOADS:
            return
        self._next = time.monotonic() + LOAD_STEP_S
        self._loads.append(subprocess.Popen(
            [sys.executable, "-c", "while True: pass"],
            preexec_fn=lambda: os.sched_setaffinity(0, {self._cpu})))

    def end(self) -> None:
        for load in self._loads:
            load.kill()
            load.wait()


def make(case: Case, options: argparse.Namespace) -> None:
    out = options.out / f"{case.name}.json"
    log = options.out / f"{case.name}.log"
    load = GrowingLoad(max(os.sched_getaffinity(0))) if case.kind == "fixed" else None
    began = time.monotonic()
    with log.open("w") as messages:
        gate = subprocess.Popen(arguments(case, options, out), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=messages)
        try:
            while gate.poll() is None:
                if load:
                    load.grow()
                time.sleep(0.2)
        finally:
            if load:
                load.end()
            if gate.poll() is None:
                gate.terminate()
                gate.wait()
    print(f"{case.name}: exit {gate.returncode}, {time.monotonic() - began:.0f} s", flush=True)
    if not out.exists():
        out.with_suffix(".unusable").write_text(log.read_text())


def run(options: argparse.Namespace) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    for case in cases(options):
        made = options.out / f"{case.name}.json"
        if made.exists() or made.with_suffix(".unusable").exists():
            continue
        if time.monotonic() - began > options.stop_after:
            print("gate_study.py: out of time; the same command goes on", file=sys.stderr)
            return 3
        make(case, options)
    return 0


def tell(options: argparse.Namespace) -> int:
    found: dict[str, GateResult | None] = {}
    files = sorted([*options.folder.glob("*.json"), *options.folder.glob("*.unusable")],
                   key=lambda path: path.stat().st_mtime_ns)
    for path in files:
        usable = path.suffix == ".json"
        found[path.stem] = document.load(str(path))[0] if usable else None
    print(study.markdown(study.by_kind(found), options.seed))
    return 0


def parse(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     epilog="example: gate_study.py run --out build/study --null 20 "
                                     "--plant 5%%:20 --plant 10%%:10")
    jobs = parser.add_subparsers(required=True)
    running = jobs.add_parser("run", help="make the runs that are not there yet")
    running.set_defaults(job=run)
    running.add_argument("--out", type=Path, required=True, help="folder of the results")
    running.add_argument("--gate", type=Path, default=DEFAULT_GATE, help="the program to study")
    running.add_argument("--command", default=DEFAULT_COMMAND, help="the `pragmark bench` command")
    for kind in ("null", "settings", "fixed"):
        running.add_argument(f"--{kind}", type=int, default=0, metavar="N")
    running.add_argument("--plant", action="append", default=[], metavar="SHARE:N")
    running.add_argument("--stop-after", type=float, default=math.inf, metavar="SECONDS",
                         help="begin no run after this time")
    running.add_argument("--pass-on", action="append", default=[], metavar="OPTION",
                         help="given to the gate as it is, e.g. --pass-on=--launches=12")
    telling = jobs.add_parser("tell", help="what the runs found, as Markdown")
    telling.set_defaults(job=tell)
    telling.add_argument("folder", type=Path)
    for each in (running, telling):
        each.add_argument("--seed", type=int, default=DEFAULT_SEED)
    return parser.parse_args(words)


def main() -> int:
    options = parse()
    try:
        return options.job(options)
    except (InputError, OSError) as error:
        print(f"gate_study.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

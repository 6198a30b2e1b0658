"""The deterministic companion: instructions per operation, counted by valgrind's callgrind.

Counted is what one thread executes inside Subject::read and Subject::write: not the clock, the
histogram, start-up, or a planted busy loop, which stands outside of them and is sized by time.
The same program under the same conditions gives the same number to the last instruction, however
busy the machine is; that is checked each time. It is blind to everything but instructions: waits,
syncs, cache misses.

Other conditions can move it a little. The size of the environment shifts the main thread's stack,
and string functions take another path for other alignments: up to 0.02% in one and the same
program whose requests ran there. Slices run on threads of their own, where this was not seen, but
two builds place their data differently, too. So each side is also counted in a larger environment,
and a change below FLOOR, or LAYOUT_FACTOR times that effect, is shown but gates nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pragmark_drive.arm import Arm
from pragmark_report.errors import InputError

from . import names
from .callgrind import VALGRIND, total, under_callgrind
from .command import Command, parse
from .model import CountComparison, CountVerdict
from .runner import Plan

COUNT = "instructions_per_operation"
OPERATIONS = 200  # enough that preparing the statements, once, is a small part
OTHER_PADDING_BYTES = 1000
FLOOR = 0.001  # five times what the place of the stack was seen to do
LAYOUT_FACTOR = 3.0
MOST_LAYOUT = 0.01  # above this nothing is exact here
FIRST_SECONDS = 10.0  # that a benchmark is believed to take before one was tried
END_GRACE_SECONDS = 1.0  # for each way to end a process that the budget left no time for
# Side and environment of the five processes; the first two differ in nothing.
RUNS = ((0, 0), (0, 0), (0, OTHER_PADDING_BYTES), (1, 0), (1, OTHER_PADDING_BYTES))
SIDES = ("baseline", "candidate")
READERS = ("sequential_read", "concurrent_read")


@dataclass(frozen=True)
class Readings:
    """Instructions of one benchmark, the same number of operations each."""

    baseline: int
    again: int  # the baseline under the same conditions
    baseline_padded: int  # in a larger environment
    candidate: int
    candidate_padded: int


class _OutOfTime(Exception):
    """The budget ended before the numbers were there."""


def measure(plan: Plan, benchmarks: Sequence[str], deadline: float) -> list[CountComparison]:
    """One comparison for each name of a pair; NOT_MEASURED, with the reason, where it cannot be.

    Never raises InputError: the launches have run, and their verdict does not depend on valgrind.
    """
    commands = (parse(plan.baseline, "--baseline"), parse(plan.candidate, "--candidate"))
    if not all(command.is_bench for command in commands):
        return _none(benchmarks, "only pragmark bench tells which functions make an operation")
    if shutil.which(VALGRIND) is None:
        return _none(benchmarks, f"{VALGRIND} is not installed")
    try:
        pairs, threads = _offered(plan, commands, deadline)
    except (InputError, _OutOfTime) as error:
        return _none(benchmarks, str(error))
    comparisons, longest = [], FIRST_SECONDS
    for name in benchmarks:
        obstacle = _obstacle(pairs[name], threads[name])
        started = time.monotonic()
        if not obstacle and started + longest > deadline:
            obstacle = "no time was left for it in the budget"
        if obstacle:
            comparisons += _none([name], obstacle)
            continue
        try:
            comparisons.append(judge(name, _readings(plan, commands, pairs[name], deadline)))
        except (InputError, _OutOfTime) as error:
            comparisons += _none([name], str(error))
        longest = max(time.monotonic() - started, longest if len(comparisons) > 1 else 0.0)
    return comparisons


def judge(benchmark: str, readings: Readings) -> CountComparison:
    """The verdict from all readings."""
    ours, theirs = readings.baseline, readings.candidate
    counts = (ours, readings.again, readings.baseline_padded, theirs, readings.candidate_padded)
    if min(counts) == 0:
        reason = "the functions that are counted were not found: a stripped or an older program"
        return _without_number(benchmark, CountVerdict.NOT_MEASURED, reason)
    if ours != readings.again:
        reason = (f"the baseline was counted twice: {ours / OPERATIONS:.6g} and "
                  f"{readings.again / OPERATIONS:.6g} instructions")
        return _without_number(benchmark, CountVerdict.VARIES, reason)
    layout = max(abs(readings.baseline_padded / ours - 1),
                 abs(readings.candidate_padded / theirs - 1))
    if layout > MOST_LAYOUT:
        reason = f"a larger environment alone changes it by {layout:.2%}"
        return _without_number(benchmark, CountVerdict.VARIES, reason)
    change = theirs / ours - 1
    if abs(change) > max(FLOOR, LAYOUT_FACTOR * layout):
        verdict = CountVerdict.WORSE if change > 0 else CountVerdict.BETTER
        reason = f"{ours / OPERATIONS:.6g} became {theirs / OPERATIONS:.6g} ({change:+.2%})"
    else:
        verdict = CountVerdict.SAME
        reason = "" if ours == theirs else (
            f"{change:+.4%}, too little to tell from where the linker and the loader put things")
    return CountComparison(
        benchmark, COUNT, ours / OPERATIONS, theirs / OPERATIONS, verdict, reason)


def _offered(
    plan: Plan, commands: Sequence[Command], deadline: float
) -> tuple[dict[str, names.PairedName], dict[str, int]]:
    """What both sides call their benchmarks, and the threads of each, without valgrind."""
    offers = []
    for side, command in zip(SIDES, commands):
        arm = _start(side, command.slice_words(), 0, deadline)
        try:
            offers.append(arm.ready().threads)
            arm.finish()
        finally:
            arm.abort()
    pairs = names.pair(tuple(offers[0]), tuple(offers[1]), plan.benchmarks)
    return ({pair.name: pair for pair in pairs},
            {pair.name: max(offers[0][pair.baseline], offers[1][pair.candidate]) for pair in pairs})


def _obstacle(pair: names.PairedName, threads: int) -> str:
    """Why this benchmark has no exact number of instructions, or nothing."""
    if threads > 1:
        return f"{threads} threads: what they execute depends on who waits for whom"
    for name in (pair.baseline, pair.candidate):
        parts = name.split("/")
        strategy = parts[2] if len(parts) > 2 else ""
        if "processes" in name or strategy == "python-original":
            return "its operations run in processes of their own"
        if "/in_flight:" in name or (
            strategy.startswith("group-commit") and parts[0] not in READERS
        ):
            return "its writes may run on a thread of the strategy's own"
    return ""


def _readings(
    plan: Plan, commands: Sequence[Command], pair: names.PairedName, deadline: float
) -> Readings:
    """All five processes live at once: their numbers do not depend on it, and it saves the wait."""
    arms: list[Arm] = []
    benchmark = (pair.baseline, pair.candidate)
    with tempfile.TemporaryDirectory(prefix="pragmark-gate-") as scratch:
        outs = [Path(scratch, f"run{number}") for number in range(len(RUNS))]
        try:
            for out, (side, padding) in zip(outs, RUNS):
                out.mkdir()
                words = under_callgrind(commands[side].slice_words(), out)
                label = f"{SIDES[side]} under {VALGRIND}"
                arms.append(_start(label, words, padding, deadline))
            for arm in arms:
                arm.ready()
            for arm, (side, _) in zip(arms, RUNS):
                _work(arm, benchmark[side], deadline)
            for arm in arms:
                arm.finish()
        finally:
            for arm in arms:
                arm.abort(END_GRACE_SECONDS)
        return Readings(*(total(out) for out in outs))


def _work(arm: Arm, benchmark: str, deadline: float) -> None:
    _time_left(deadline)
    arm.open(benchmark, operations=OPERATIONS, threads=1, slices=1)
    arm.slice(OPERATIONS)
    arm.close()


def _start(label: str, words: Sequence[str], padding_bytes: int, deadline: float) -> Arm:
    return Arm(label, words, cpu=None, padding_bytes=padding_bytes,
               timeout_seconds=_time_left(deadline))


def _time_left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise _OutOfTime("the budget ended while it was counted")
    return seconds


def _none(benchmarks: Sequence[str], reason: str) -> list[CountComparison]:
    return [_without_number(name, CountVerdict.NOT_MEASURED, reason) for name in benchmarks]


def _without_number(benchmark: str, verdict: CountVerdict, reason: str) -> CountComparison:
    return CountComparison(benchmark, COUNT, None, None, verdict, reason)

"""How many operations make a slice: found once, on the baseline, and the same for both arms.

Fixed work, not fixed time: a slice that ends after a time would let the slower arm do less, and
its database would differ from then on.

A checkpoint costs as much as hundreds of commits, and its disk accesses are the noisiest thing
here. Where they happen by themselves, slices are made so short that most have none: the median of
a launch then speaks of commits, and checkpoints are compared by their exact number.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from pragmark_drive.arm import Arm
from pragmark_drive.protocol import Slice

from .names import PairedName

TRIAL_SLICES = 5  # while growing; after one that is discarded
FINAL_SLICES = 31  # of the size that is taken: they tell what an operation takes
LARGEST_GROWTH = 10.0  # from one trial to the next: a first slice may be slow for other reasons
SMALLEST_GROWTH = 2.0
CLOSE_ENOUGH = 0.5  # share of the slice's length from which a trial is scaled in one step
MOST_OPERATIONS = 10_000_000
MOST_CHECKPOINTS = 0.2  # checkpoints for each slice
SLOWEST_CANDIDATE = 4.0  # lengths of a slice that the candidate may take for one


@dataclass(frozen=True)
class Sizing:
    """Of one benchmark."""

    operations: int  # of a slice, over all threads
    threads: int
    seconds_per_operation: float
    shortened: bool = False  # for the sake of slices without a checkpoint

    def busy_loop_ns(self, planted: float) -> float:
        """The extra work per operation that costs this share of the throughput."""
        return self.seconds_per_operation * 1e9 * planted / (1.0 - planted)


def find_sizing(
    arms: tuple[Arm, Arm], pair: PairedName, threads: int, slice_seconds: float
) -> Sizing:
    """By the baseline, but a candidate that is many times slower shortens the slices of both: one
    that syncs each commit would otherwise use up the budget in a few launches."""
    baseline, candidate = arms
    fitted = _grown(baseline, pair.baseline, threads, slice_seconds)
    final = trial(baseline, pair.baseline, fitted, threads, FINAL_SLICES)
    quiet = _multiple(_without_checkpoints(fitted, final), threads)
    slow = median_seconds(trial(candidate, pair.candidate, quiet, threads, TRIAL_SLICES))
    taken = _multiple(quiet * min(1.0, SLOWEST_CANDIDATE * slice_seconds / slow), threads)
    if taken != fitted:
        final = trial(baseline, pair.baseline, taken, threads, FINAL_SLICES)
    return Sizing(taken, threads, undisturbed_seconds(final) / taken, shortened=quiet < fitted)


def _grown(arm: Arm, benchmark: str, threads: int, slice_seconds: float) -> int:
    """Grows from one operation for each thread, which is also the least a slice can be."""
    operations = threads
    seconds = median_seconds(trial(arm, benchmark, operations, threads, TRIAL_SLICES))
    while seconds < slice_seconds * CLOSE_ENOUGH and operations < MOST_OPERATIONS:
        growth = min(max(slice_seconds / seconds, SMALLEST_GROWTH), LARGEST_GROWTH)
        operations = _multiple(operations * growth, threads)
        seconds = median_seconds(trial(arm, benchmark, operations, threads, TRIAL_SLICES))
    return _multiple(min(operations * slice_seconds / seconds, MOST_OPERATIONS), threads)


def shortened_note(name: str, sizing: Sizing) -> str:
    """What a reader must know of such a benchmark."""
    return (f"{name}: its slices have {sizing.operations} operations, so that most have no "
            "checkpoint; the verdict is about the work between checkpoints, and those are counted.")


def trial(
    arm: Arm, benchmark: str, operations: int, threads: int, slices: int
) -> list[Slice]:
    """Slices of a database of its own, after one that is discarded."""
    arm.open(benchmark, operations=operations, threads=threads, slices=1 + slices)
    arm.slice(operations)
    made = [arm.slice(operations) for _ in range(slices)]
    arm.close()
    return made


def median_seconds(slices: list[Slice]) -> float:
    return statistics.median(one.seconds for one in slices)


def undisturbed_seconds(slices: list[Slice]) -> float:
    """The lower quartile: a planted slowdown must not grow with what a neighbour took away."""
    return statistics.quantiles((one.seconds for one in slices), n=4)[0]


def _without_checkpoints(operations: int, slices: list[Slice]) -> float:
    """As many operations as leave most slices without a checkpoint; all where there are none."""
    checkpoints = sum(one.io["checkpoints"] for one in slices if one.io is not None)
    if checkpoints <= MOST_CHECKPOINTS * len(slices):
        return operations
    return operations * len(slices) * MOST_CHECKPOINTS / checkpoints


def _multiple(operations: float, threads: int) -> int:
    return max(1, round(operations / threads)) * threads

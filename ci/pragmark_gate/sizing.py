"""How many operations make a slice: found once, on the baseline, and the same for both arms.

Fixed work, not fixed time: a slice that ends after a time would let the slower arm do less, and
its database would differ from then on.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from .arm import Arm

TRIAL_SLICES = 5  # after one that is discarded; their median is taken
LARGEST_GROWTH = 10.0  # from one trial to the next: a first slice may be slow for other reasons
SMALLEST_GROWTH = 2.0
CLOSE_ENOUGH = 0.5  # share of the slice's length from which a trial is scaled in one step
MOST_OPERATIONS = 10_000_000


@dataclass(frozen=True)
class Sizing:
    """Of one benchmark."""

    operations: int  # of a slice, over all threads
    threads: int
    seconds_per_operation: float

    def busy_loop_ns(self, planted: float) -> float:
        """The extra work per operation that costs this share of the throughput."""
        return self.seconds_per_operation * 1e9 * planted / (1.0 - planted)


def find_sizing(arm: Arm, benchmark: str, threads: int, slice_seconds: float) -> Sizing:
    """Grows from one operation for each thread, which is also the least a slice can be."""
    operations = threads
    seconds = trial(arm, benchmark, operations, threads)
    while seconds < slice_seconds * CLOSE_ENOUGH and operations < MOST_OPERATIONS:
        growth = min(max(slice_seconds / seconds, SMALLEST_GROWTH), LARGEST_GROWTH)
        operations = _multiple(operations * growth, threads)
        seconds = trial(arm, benchmark, operations, threads)
    fitted = _multiple(min(operations * slice_seconds / seconds, MOST_OPERATIONS), threads)
    if fitted != operations:
        operations, seconds = fitted, trial(arm, benchmark, fitted, threads)
    return Sizing(operations, threads, seconds / operations)


def trial(arm: Arm, benchmark: str, operations: int, threads: int) -> float:
    """Median seconds of a slice, in a database of its own."""
    arm.open(benchmark, operations=operations, threads=threads, slices=1 + TRIAL_SLICES)
    arm.slice(operations)
    seconds = [arm.slice(operations).seconds for _ in range(TRIAL_SLICES)]
    arm.close()
    return statistics.median(seconds)


def _multiple(operations: float, threads: int) -> int:
    return max(1, round(operations / threads)) * threads

"""What one arm did in one launch, and whether the two arms of a launch did the same work.

Speeds of different work cannot be compared, so both must have read and written as much and left
the same rows. SQLITE_BUSY is the exception: who met it when is chance, and it changes the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pragmark_drive.protocol import IO_COUNTS, Closed, Slice
from pragmark_report.errors import InputError

from .model import Metric

METRICS: Mapping[str, Callable[[Slice], float]] = {
    "items_per_second": lambda one: (one.reads + one.writes) / one.seconds,
    "reads_per_second": lambda one: one.reads / one.seconds,
    "writes_per_second": lambda one: one.writes / one.seconds,
    "latency_us_p50": lambda one: one.latency_us_p50,
    "latency_us_p99": lambda one: one.latency_us_p99,
}


@dataclass(frozen=True)
class Transcript:
    """The slices of one arm in one launch."""

    warm_up: Slice
    rounds: tuple[Slice, ...]
    closed: Closed

    @property
    def busy_errors(self) -> int:
        return sum(one.busy_errors for one in (self.warm_up, *self.rounds))

    def values(self, benchmark: str, metric: Metric) -> tuple[float, ...]:
        """The metric of each round; every one is above 0, as its logarithm needs."""
        values = tuple(METRICS[metric.name](one) for one in self.rounds)
        if any(value <= 0 for value in values):
            raise InputError(benchmark, f"its {metric.name} is 0 in a slice",
                             "take another --metric, or leave the benchmark out with --benchmarks")
        return values

    def counts(self) -> dict[str, float]:
        """I/O of each operation, over everything from open to close: a slice's share of the
        checkpoints depends on the slices before it, the sum does not. Empty: none was counted."""
        every = (self.warm_up, *self.rounds)
        if any(one.io is None for one in every):
            return {}
        operations = sum(one.operations for one in every)
        return {f"{name}_per_operation": sum(one.io[name] for one in every) / operations
                for name in IO_COUNTS}


def check_metric(metric: Metric) -> None:
    """Before anything is started."""
    if metric.name not in METRICS:
        raise InputError(f"--metric {metric.name}", "a slice does not measure it",
                         f"take one of {', '.join(METRICS)}")


def check_same_work(benchmark: str, baseline: Transcript, candidate: Transcript) -> str:
    """Returns why the work could not be compared, or nothing where it was the same."""
    _check_same_counting(benchmark, baseline, candidate)
    if baseline.busy_errors or candidate.busy_errors:
        return (f"{benchmark}: the arms met SQLITE_BUSY, so what they left in their databases was "
                "not compared")
    ours, theirs = baseline.closed, candidate.closed
    for what in ("reads", "writes", "rows", "checksum"):
        if getattr(ours, what) != getattr(theirs, what):
            raise InputError(
                benchmark, f"the arms did different work: the baseline ended with {what} = "
                f"{getattr(ours, what)}, the candidate with {getattr(theirs, what)}",
                "compare programs that do the same work with the same seed")
    return ""


def _check_same_counting(benchmark: str, baseline: Transcript, candidate: Transcript) -> None:
    """The counting layer costs time, and counts of one side alone are compared with nothing."""
    counting = [side for side, arm in (("baseline", baseline), ("candidate", candidate))
                if arm.counts()]
    if len(counting) == 1:
        raise InputError(benchmark, f"only the {counting[0]} counts its I/O",
                         "give both sides the same --counting-vfs")

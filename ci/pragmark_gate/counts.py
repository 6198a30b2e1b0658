"""The deterministic companion: I/O per operation, compared without statistics.

A count that every launch of an arm repeats exactly is a property of the program, not of the
machine: one more sync a commit is a change, however fast the disk is today. All of these counts
are costs, so more is worse. A count that varies within an arm says nothing here and gates nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .model import CountComparison, CountVerdict, Launch, Phase

LEAST_LAUNCHES = 2  # one launch cannot show that a count repeats


def count_comparisons(launches: Iterable[Launch]) -> list[CountComparison]:
    """One comparison a benchmark and count, in the order in which they came up.

    Null launches compare the baseline with itself: both their values are more of the baseline's.
    """
    arms: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
    for launch in launches:
        for name, (baseline, candidate) in launch.counts.items():
            ours, theirs = arms.setdefault((launch.benchmark, name), ([], []))
            ours.append(baseline)
            (ours if launch.phase is Phase.NULL else theirs).append(candidate)
    return [
        compare(benchmark, name, ours, theirs) for (benchmark, name), (ours, theirs) in arms.items()
    ]


def compare(
    benchmark: str, name: str, baseline: Sequence[float], candidate: Sequence[float]
) -> CountComparison:
    """The verdict about one count from all its readings."""
    if min(len(baseline), len(candidate)) < LEAST_LAUNCHES:
        reason = f"fewer than {LEAST_LAUNCHES} launches: it was not seen to repeat"
        return CountComparison(benchmark, name, None, None, CountVerdict.NOT_MEASURED, reason)
    varying = [
        f"{side} {min(values):.6g} to {max(values):.6g}"
        for side, values in (("baseline", baseline), ("candidate", candidate))
        if len(set(values)) > 1
    ]
    if varying:
        reason = f"not the same in every launch: {', '.join(varying)}"
        return CountComparison(benchmark, name, None, None, CountVerdict.VARIES, reason)
    return exact(benchmark, name, baseline[0], candidate[0])


def exact(benchmark: str, name: str, baseline: float, candidate: float) -> CountComparison:
    """Of two counts that are known to repeat."""
    if baseline == candidate:
        return CountComparison(benchmark, name, baseline, candidate, CountVerdict.SAME)
    verdict = CountVerdict.WORSE if candidate > baseline else CountVerdict.BETTER
    reason = f"{baseline:.6g} became {candidate:.6g}"
    if baseline > 0:
        reason += f" ({candidate / baseline - 1:+.2%})"
    return CountComparison(benchmark, name, baseline, candidate, verdict, reason)

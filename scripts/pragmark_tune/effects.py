"""Values of blocks into effects with simultaneous intervals. Pure.

See the package's docstring for why the signed-rank interval, and why Bonferroni.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import stats as scipy_stats

from pragmark_report.exact_tests import (
    normal_quantile,
    pseudo_median,
    pseudo_median_interval,
)

from .model import (
    ALL_WORKLOADS,
    MOST_FAILED,
    Block,
    Comparison,
    Effect,
    Objective,
    Phase,
    Verdict,
)
from .plan import corrected

POWER = 0.9  # "would have been seen in 9 of 10 cases"
# Of a signed-rank test against the mean of normal values: sqrt(pi / 3).
SIGNED_RANK_SE = 1.0233


def gains(
    comparison: Comparison, blocks: Sequence[Block], objective: Objective, phase: Phase
) -> list[float]:
    """One for each block that has all that is compared, in every workload that is meant."""
    found = []
    for block in blocks:
        if block.phase is not phase:
            continue
        logs: dict[str, dict[str, float]] = {}
        for value in block.values:
            one = value.objective(objective)
            logs.setdefault(value.workload, {})[value.configuration] = math.log(one)
        meant = logs if comparison.workload == ALL_WORKLOADS else [comparison.workload]
        sums = [_sum(comparison.weights, logs.get(each, {})) for each in meant]
        if sums and None not in sums:
            found.append(objective.sign * sum(sums) / len(sums))
    return found


def _sum(weights: Mapping[str, float], logs: Mapping[str, float]) -> float | None:
    if not weights.keys() <= logs.keys():
        return None
    return sum(weight * logs[one] for one, weight in weights.items())


def comparable(
    comparison: Comparison, blocks: Sequence[Block], phase: Phase, verdict: Verdict
) -> bool:
    """Whether the changed side does the work of the other. Requests that fail with SQLITE_BUSY cost
    little and are those that write, so a side where more of them fail is faster at something else.

    Where fewer fail than on the other side, a gain stands, for it rather shows too small. Anything
    else may be the price of the work that was not done before.
    """
    operations: dict[str, int] = {}
    failed: dict[str, int] = {}
    for block in blocks:
        for value in block.values if block.phase is phase else ():
            if comparison.workload in (value.workload, ALL_WORKLOADS):
                one = value.configuration
                operations[one] = operations.get(one, 0) + value.operations
                failed[one] = failed.get(one, 0) + value.busy_errors
    share = {one: failed.get(one, 0) / max(1, operations.get(one, 0)) for one in comparison.weights}
    if comparison.against is None:
        return max(share.values()) <= MOST_FAILED
    surplus = share[comparison.configuration] - share[comparison.against]
    return abs(surplus) <= MOST_FAILED or (surplus < 0 and verdict is Verdict.BETTER)


def answer(
    comparison: Comparison, blocks: Sequence[Block], objective: Objective, phase: Phase,
    confidence: float, floor: float,
) -> Effect | None:
    """What the blocks of a phase say; nothing counts that cannot be compared."""
    found = effect(comparison, gains(comparison, blocks, objective, phase), confidence, floor,
                   objective)
    if found is None or comparable(comparison, blocks, phase, found.verdict):
        return found
    return replace(found, verdict=Verdict.NONE, comparable=False)


def effect(
    comparison: Comparison, values: Sequence[float], confidence: float, floor: float,
    objective: Objective = Objective.THROUGHPUT,
) -> Effect | None:
    """None without a value."""
    if not values:
        return None
    interval = pseudo_median_interval(values, confidence)
    limit = math.log1p(floor)
    verdict = Verdict.NONE
    if interval and interval.low > limit:
        verdict = Verdict.BETTER
    elif interval and interval.high < -limit:
        verdict = Verdict.WORSE
    return Effect(
        comparison, pseudo_median(values), interval and interval.low, interval and interval.high,
        len(values), confidence, verdict, smallest_visible(values, confidence, floor, objective))


def effects(
    comparisons: Sequence[Comparison], blocks: Sequence[Block], objective: Objective,
    floor: float, phase: Phase = Phase.MAIN,
) -> list[Effect]:
    """All of one family: each interval is corrected for their number."""
    confidence = corrected(len(comparisons))
    answers = (answer(one, blocks, objective, phase, confidence, floor) for one in comparisons)
    return [each for each in answers if each is not None]


def smallest_visible(
    values: Sequence[float], confidence: float, floor: float,
    objective: Objective = Objective.THROUGHPUT,
) -> float | None:
    """The gain, as a share, that blocks like these would have shown in 9 of 10 cases: what comes on
    top of a throughput, or is taken off a p99.

    The floor, and what the interval takes beyond it. Of few blocks all must agree, which asks more.
    None when there are too few for any interval.
    """
    n = len(values)
    alpha = 1.0 - confidence
    needed = next(k for k in range(1, n + 2) if 2.0 ** (1 - k) <= alpha * (1 + 1e-9) or k > n)
    if needed > n:
        return None
    sd = float(np.std(np.asarray(values), ddof=1))
    error = SIGNED_RANK_SE * sd / math.sqrt(n)
    # Student's quantile, since the spread is estimated from as few values.
    far = float(scipy_stats.t.ppf(1.0 - alpha / 2.0, n - 1)) + normal_quantile(POWER)
    # With the fewest blocks the interval is that of the extremes: all must lie on one side.
    agreeing = normal_quantile(POWER ** (1.0 / n)) * sd if n <= needed + 1 else 0.0
    gain = math.log1p(floor) + max(far * error, agreeing)
    return math.expm1(gain) if objective is Objective.THROUGHPUT else -math.expm1(-gain)

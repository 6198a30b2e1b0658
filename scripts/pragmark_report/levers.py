"""Which lever made the difference: the connection strategy or the PRAGMA set?

The way from the baseline (set s0, strategy c0) to the best configuration (s1, c1) of a case has two
steps, and they can be taken in either order:

    s0/c0 --- strategy ---> s0/c1
      |                       |
     set                     set
      v                       v
    s1/c0 --- strategy ---> s1/c1

A lever's share is the mean (of logarithms) over the two orders, which is its Shapley value. Levels
are Lehmann's compatible estimates, so that the shares multiply to the total exactly. The interval
of a share averages the ends of the intervals of its two steps, each at 97.5%, which covers at least
95% whatever their dependence (Bonferroni). Where one corner was not measured, the one order that
was is used and said; where both are lacking, only the total is. All corners have the same threads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from . import stats
from .compute import Answer, Row
from .model import BASELINE_SET, BASELINE_STRATEGY
from .stats import Interval, Ratio

STRATEGY = "strategy"
PRAGMA_SET = "PRAGMA set"


@dataclass(frozen=True)
class Step:
    """One lever pulled while the other stood still."""

    held: str  # the set or strategy that stood still
    ratio: Ratio


@dataclass(frozen=True)
class Lever:
    """What changing the strategy, or the PRAGMA set, brought."""

    kind: str  # STRATEGY or PRAGMA_SET
    before: str
    after: str
    share: Ratio
    steps: tuple[Step, ...]  # 2, or 1 when a corner is lacking

    @property
    def depends(self) -> bool:
        """Whether the two steps differ by more than their intervals: the levers interact."""
        intervals = [step.ratio.interval for step in self.steps]
        if len(intervals) < 2 or None in intervals:
            return False
        first, second = intervals
        return first.high < second.low or second.high < first.low


@dataclass(frozen=True)
class Explanation:
    """The way to the best configuration of a case, as far as the measurements tell it."""

    base: Row | None  # None: nothing to compare with
    best: Row
    total: Ratio | None
    levers: tuple[Lever, ...]
    unknown: tuple[str, ...]  # levers whose baseline position was not measured
    lacking: tuple[tuple[str, str], ...]  # (set, strategy) that would have said more
    erred: tuple[Row, ...]  # those of `lacking` that were tried


Corners = Mapping[tuple[str, str], Row]  # (set, strategy), of one case and one number of threads


def explain(answer: Answer) -> Explanation | None:
    """None when every configuration of the case erred."""
    best = answer.best
    if best is None:
        return None
    same = [r for r in answer.rows if r.configuration.threads == best.configuration.threads]
    tried = {(r.configuration.pragma_set, r.configuration.strategy): r for r in same}
    rows = {key: row for key, row in tried.items() if row.throughput}
    goal = (best.configuration.pragma_set, best.configuration.strategy)
    unknown = []
    start_set, start_strategy = BASELINE_SET, BASELINE_STRATEGY
    if BASELINE_SET not in {pragma_set for pragma_set, _ in tried}:
        start_set = goal[0]
        unknown.append(PRAGMA_SET)
    if BASELINE_STRATEGY not in {strategy for _, strategy in tried}:
        start_strategy = goal[1]
        unknown.append(STRATEGY)
    start = (start_set, start_strategy)
    wanted = {start, (start_set, goal[1]), (goal[0], start_strategy)} - {goal}
    lacking = tuple(sorted(key for key in wanted if key not in rows))
    erred = tuple(tried[key] for key in lacking if key in tried)
    base = rows.get(start)
    if start == goal and unknown:
        base = None  # the best is alone, not a baseline
    if base is None or base is best:
        return Explanation(base, best, None, (), tuple(unknown), lacking, erred)
    total, levers = _levers(rows, start, goal)
    return Explanation(base, best, total, levers, tuple(unknown), lacking, erred)


def _levers(
    rows: Corners, start: tuple[str, str], goal: tuple[str, str]
) -> tuple[Ratio, tuple[Lever, ...]]:
    corners = {start, goal, (start[0], goal[1]), (goal[0], start[1])} & rows.keys()
    rates = {key: rows[key].throughput.repetitions_per_second for key in sorted(corners)}
    levels = dict(zip(rates, stats.compatible_levels(list(rates.values()))))
    total = _share(rates, levels, [(goal, start)])
    levers = []
    if start[1] != goal[1]:
        pairs = [((s, goal[1]), (s, start[1])) for s in dict.fromkeys((start[0], goal[0]))]
        levers.append((STRATEGY, start[1], goal[1], 0, pairs))
    if start[0] != goal[0]:
        pairs = [((goal[0], c), (start[0], c)) for c in dict.fromkeys((start[1], goal[1]))]
        levers.append((PRAGMA_SET, start[0], goal[0], 1, pairs))
    found = []
    for kind, before, after, held, pairs in levers:
        pairs = [pair for pair in pairs if set(pair) <= rates.keys()]
        if pairs:
            steps = tuple(
                Step(top[held], stats.ratio(rates[top], rates[bottom], _each(len(pairs))))
                for top, bottom in pairs
            )
            found.append(Lever(kind, before, after, _share(rates, levels, pairs), steps))
    return total, tuple(found)


def _each(count: int) -> float:
    """The confidence that each of `count` intervals needs for all to hold at 95% (Bonferroni)."""
    return 1.0 - (1.0 - stats.CONFIDENCE) / count


def _share(rates: Mapping, levels: Mapping, pairs: list) -> Ratio:
    """The mean logarithmic shift over pairs of (after, before)."""
    count = len(pairs)
    point = sum(levels[top] - levels[bottom] for top, bottom in pairs) / count
    intervals = [
        stats.ratio(rates[top], rates[bottom], _each(count)).interval for top, bottom in pairs
    ]
    if None in intervals:
        return Ratio(math.exp(point), None)
    low = sum(math.log(interval.low) for interval in intervals) / count
    high = sum(math.log(interval.high) for interval in intervals) / count
    coverage = 1.0 - sum(1.0 - interval.coverage for interval in intervals)
    # A compatible estimate can lie outside a pair's own interval when shapes differ: include it.
    interval = Interval(math.exp(min(low, point)), math.exp(max(high, point)), coverage)
    return Ratio(math.exp(point), interval)

"""Ours against the yardsticks: the hand-written loop, the peers, and the original design.

Two questions for each yardstick. What the library costs: `per-thread` with the same PRAGMA set and
clients, which does for one request what the yardstick does. What it brings: the best of ours with
the same clients, whatever its set and strategy; when that has several requests in flight, the best
with one at a time as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import stats
from .compute import Answer, Row, best_row
from .stats import Ratio
from .strategy import PER_THREAD

COSTS, BRINGS = "what the library costs", "what it brings"
BOTH = "what the library costs, and brings"  # its best is `per-thread` with that set


@dataclass(frozen=True)
class Comparison:
    """One ratio: ours over a yardstick."""

    question: str  # COSTS, BRINGS or BOTH
    ours: Row
    yardstick: Row
    ratio: Ratio


def compare(answer: Answer) -> tuple[Comparison, ...]:
    """All ratios of a case, in the order of its rows."""
    found = []
    for yardstick in answer.rows:
        if yardstick.throughput and yardstick.configuration.is_yardstick:
            found += [Comparison(question, ours, yardstick, _ratio(ours, yardstick))
                      for question, ours in _ours(answer.rows, yardstick)]
    return tuple(found)


def _ours(rows: Sequence[Row], yardstick: Row) -> list[tuple[str, Row]]:
    asked = yardstick.configuration
    alike = [row for row in rows if row.throughput
             and row.configuration.load.serial == asked.load.serial]
    serial = [row for row in alike if row.configuration.load.in_flight == 1]
    plain = [row for row in serial
             if row.configuration.pragma_set == asked.pragma_set
             and row.configuration.schema == asked.schema
             and row.configuration.strategy == PER_THREAD]
    best = {row.configuration: row for row in (best_row(alike), best_row(serial)) if row}
    pairs = [(BOTH if best.pop(row.configuration, None) else COSTS, row) for row in plain]
    return pairs + [(BRINGS, row) for row in best.values()]


def _ratio(ours: Row, yardstick: Row) -> Ratio:
    return stats.ratio(ours.throughput.repetitions_per_second,
                       yardstick.throughput.repetitions_per_second)

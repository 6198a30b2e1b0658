"""Ours against the yardsticks: the hand-written loop, the peers, and the original design; and our
best against our own plainest: `per-thread` with `production`.

Two questions for each yardstick. What the library costs: `per-thread` with the same PRAGMA set and
clients, which does for one request what the yardstick does. What it brings: the best of ours with
the same clients, whatever its set and strategy; when that has several requests in flight, the best
with one at a time as well. What the best brings over the plainest is told in the same two forms.

Whether SQLite counts its memory is a setting of the process, which an application turns off or not,
whatever it uses. So what the library costs is told between equals, and the best is held against the
yardstick as built, which is what an application gets that does nothing, and against the same with
memory statistics off, where that was measured.

Every comparison has two ratios: of throughput, where more is better, and of the p99.9 latency of
the repetitions, where less is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import stats
from .compute import Answer, Row, best_row, can_answer
from .model import AS_BUILT, OFF, Configuration
from .stats import Ratio
from .strategy import PER_THREAD

COSTS, BRINGS = "what the library costs", "what it brings"
BOTH = "what the library costs, and brings"  # its best is `per-thread` with that set

BEST = "what the best brings"
STATISTICS = {  # memory statistics of ours and theirs -> what else is in the ratio
    (OFF, AS_BUILT): ", memory statistics off included",
    (AS_BUILT, OFF): ", against memory statistics off",
}
PLAINEST = ("production", PER_THREAD)


@dataclass(frozen=True)
class Comparison:
    """Ours over what it is held against."""

    question: str  # COSTS, BRINGS, BOTH or BEST
    ours: Row
    against: Row  # a yardstick, or the plainest of ours
    ratio: Ratio  # of throughput
    p99_9_ratio: Ratio | None  # None: a repetition does not tell its p99.9

    @property
    def statistics_off(self) -> bool:
        """Whether memory statistics are off on a side."""
        return OFF in self._statistics

    @property
    def shows(self) -> str:
        """The question, and whether the answer compares memory statistics too."""
        return self.question + STATISTICS.get(self._statistics, "")

    @property
    def _statistics(self) -> tuple[str, str]:
        return (self.ours.configuration.memory_statistics,
                self.against.configuration.memory_statistics)


def compare(answer: Answer) -> tuple[Comparison, ...]:
    """All ratios of a case, in the order of its rows."""
    found = []
    for yardstick in answer.rows:
        if yardstick.throughput and yardstick.configuration.is_yardstick:
            found += [_comparison(question, ours, yardstick)
                      for question, ours in _ours(answer.rows, yardstick)]
    return tuple(found)


def over_plainest(answer: Answer) -> tuple[Comparison, ...]:
    """The best of ours against `per-thread` with `production`, for each number of clients."""
    found = []
    for plainest in answer.rows:
        if plainest.throughput and can_answer(plainest) and _is_plainest(plainest.configuration):
            found += [_comparison(BEST, best, plainest)
                      for best in _bests(answer.rows, plainest) if best is not plainest]
    return tuple(found)


def all_of(answer: Answer) -> tuple[Comparison, ...]:
    """Both kinds, as one table tells them."""
    return (*compare(answer), *over_plainest(answer))


def _is_plainest(configuration: Configuration) -> bool:
    return ((configuration.pragma_set, configuration.strategy) == PLAINEST
            and configuration.load.in_flight == 1)


def _ours(rows: Sequence[Row], yardstick: Row) -> list[tuple[str, Row]]:
    asked = yardstick.configuration
    like = replace(asked, strategy=PER_THREAD, load=asked.load.serial)
    plain = [row for row in rows if row.throughput and row.configuration == like]
    best = {row.configuration: row for row in _bests(rows, yardstick)}
    pairs = [(BOTH if best.pop(row.configuration, None) else COSTS, row) for row in plain]
    return pairs + [(BRINGS, row) for row in best.values()]


def _bests(rows: Sequence[Row], against: Row) -> list[Row]:
    """The best with as many clients, and the best of one request at a time when it is another.
    Nothing is held against a row of another schema than theirs."""
    clients = against.configuration.load.serial
    alike = [row for row in rows if row.configuration.load.serial == clients]
    serial = [row for row in alike if row.configuration.load.in_flight == 1]
    best = best_row(alike)
    if best is None or best.configuration.schema != against.configuration.schema:
        return []
    one = best_row(serial)
    return [best] if one is None or one is best else [best, one]


def _comparison(question: str, ours: Row, against: Row) -> Comparison:
    ratio = stats.ratio(ours.throughput.repetitions_per_second,
                        against.throughput.repetitions_per_second)
    tails = (ours.p99_9_us_repetitions, against.p99_9_us_repetitions)
    return Comparison(question, ours, against, ratio, stats.ratio(*tails) if all(tails) else None)

"""How throughput and p99 move with one quantity: threads, rows or processes.

A series holds the configurations of a run that differ in that quantity alone. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import stats
from .compute import Row, RunSummary
from .model import Case, Configuration
from .stats import Ratio

THREADS, ROWS, PROCESSES = "threads", "rows", "processes"
QUANTITIES = (THREADS, ROWS, PROCESSES)


@dataclass(frozen=True)
class Point:
    """One configuration of a series."""

    value: int  # of the quantity
    row: Row
    share: Ratio | None  # of the best throughput in the series; None for the best itself


@dataclass(frozen=True)
class Series:
    """Configurations that are alike but for the quantity, by its value. At least two."""

    points: tuple[Point, ...]

    @property
    def best(self) -> Point:
        """The point that the others' shares are of."""
        return next(point for point in self.points if point.share is None)

    @property
    def like(self) -> Configuration:
        """What all points share; its value of the quantity is that of the first."""
        return self.points[0].row.configuration


@dataclass(frozen=True)
class Group:
    """The series of one workload, whose rates compare."""

    quantity: str
    case: Case  # without the quantity when that is a parameter
    series: tuple[Series, ...]


def groups(run: RunSummary) -> tuple[Group, ...]:
    """For each quantity, each case of which at least two values were measured."""
    found = []
    for quantity in QUANTITIES:
        cases: dict[Case, dict[Configuration, list[tuple[int, Row]]]] = {}
        for row in run.rows:
            value = _value(quantity, row.configuration)
            if row.throughput and value is not None:
                like = _without(quantity, row.configuration)
                series = cases.setdefault(like.case, {})
                series.setdefault(like, []).append((value, row))
        for case in sorted(cases, key=Case.sort_key):
            lines = [_series(points) for _, points in sorted(
                cases[case].items(), key=lambda item: item[0].sort_key()) if len(points) > 1]
            if lines:
                found.append(Group(quantity, case, tuple(lines)))
    return tuple(found)


def _value(quantity: str, configuration: Configuration) -> int | None:
    if quantity == ROWS:
        text = dict(configuration.case.parameters).get(ROWS, "")
        return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:15]) else None
    return getattr(configuration.load, quantity)


def _without(quantity: str, configuration: Configuration) -> Configuration:
    """The configuration with the quantity at a fixed value."""
    if quantity == ROWS:
        parameters = tuple(p for p in configuration.case.parameters if p[0] != ROWS)
        return replace(configuration, case=replace(configuration.case, parameters=parameters))
    return replace(configuration, load=replace(configuration.load, **{quantity: 1}))


def _series(points: Sequence[tuple[int, Row]]) -> Series:
    """REQUIRES: points ascend by value, as the rows of a run do."""
    best = max((row for _, row in points), key=lambda row: row.throughput.median_per_second)
    rates = best.throughput.repetitions_per_second
    return Series(tuple(
        Point(value, row, None if row is best
              else stats.ratio(row.throughput.repetitions_per_second, rates))
        for value, row in points
    ))

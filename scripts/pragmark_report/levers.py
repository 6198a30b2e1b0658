"""Which lever brought what: a ladder from the baseline to the best configuration of a case.

A rung is a configuration that was measured; a step goes from one rung to the next and pulls as few
levers as the measurements allow, each at most once and never back. Every lever is a path of
positions, so that a configuration is a point, the baseline is the lowest and the best the highest:

    strategy         open-per-op -> per-thread -> group-commit, or single-writer
    checkpoints      commit -> background
    WAL writes       direct -> coalesced
    settings         default -> production -> write-optimised, or another set
    statistics       as-built -> off: whether SQLite counts its memory
    in flight        1 -> N requests under way at one client

Of all ways up, the ladder is the one with most rungs, and among those the one that pulls the levers
in the order of LEVERS. Levers between two rungs that were not measured apart are told together. The
gain of a step is that of these levers on top of what the steps before brought: in another order the
same levers bring other factors. All rungs have the same clients. A rung in which requests failed is
left out, as its rate is that of another mix, and so is a variant of the schema, which is never the
best. The last step may lead to the same configuration in a
result of another SQLite build, which did not interleave with this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from . import stats, strategy
from .compute import Answer, Row, RunSummary, Summary, best_row, differing_keys
from .model import AS_BUILT, BASELINE_SET, BASELINE_STRATEGY, Configuration, Load
from .stats import Ratio

CONNECTION, GROUP_COMMIT, ONE_WRITER = "connection strategy", "group commit", "one writer"
CHECKPOINTING, WAL_WRITES = "checkpointing", "WAL writes"
SETTINGS, MEMORY_STATISTICS = "settings", "memory statistics"
IN_FLIGHT, BUILD = "requests in flight", "SQLite build"
LEVERS = (CONNECTION, GROUP_COMMIT, ONE_WRITER, CHECKPOINTING, WAL_WRITES, SETTINGS,
          MEMORY_STATISTICS, IN_FLIGHT, BUILD)  # in the order of pulling when there is a choice
ON_THE_WAY = ("production", "write-optimised")  # sets that lead from the baseline's to another
BUILD_KEYS = {"sqlite_version", "sqlite_source_id", "sqlite_compile_options",
              "python_version", "python_sqlite_version"}  # the last two are a yardstick's


@dataclass(frozen=True)
class Change:
    """One lever and where it was pulled to."""

    lever: str
    after: str


@dataclass(frozen=True)
class Step:
    """From one rung to the next."""

    changes: tuple[Change, ...]  # several when no configuration lies between
    before: Row
    after: Row
    gain: Ratio
    interleaved: bool  # False: the two rungs were measured in two runs


@dataclass(frozen=True)
class Ladder:
    """The way to the best configuration of a case, as far as the measurements tell it."""

    base: Row  # the lowest rung; `top` itself when there is no other
    top: Row
    best: Row  # of the case; another than `top` when no baseline has its clients
    total: Ratio | None  # None: base is top
    steps: tuple[Step, ...]
    unknown: tuple[str, ...]  # levers whose baseline position was not measured
    erred: tuple[Row, ...]
    failing: tuple[Row, ...]  # no rungs, as requests failed


@dataclass(frozen=True)
class _Path:
    """The positions of one lever and what each step between two of them is called."""

    position: Callable[[Configuration], object]
    values: tuple[object, ...]
    levers: tuple[str, ...]


_Point = tuple[int, ...]


def explain_run(run: RunSummary, summary: Summary) -> tuple[Ladder | None, ...]:
    """The ladder of each answer of the run, None where it has no best configuration."""
    other = _other_build(run, summary)
    return tuple(explain(answer, other) for answer in run.answers)


def explain(answer: Answer, other_build: RunSummary | None = None) -> Ladder | None:
    """None when the case has no best configuration."""
    if answer.best is None:
        return None
    rows, top = _with_baseline(answer)
    paths = _paths(top.configuration)
    points = {_point(paths, row.configuration): row for row in rows}
    points.pop(None, None)
    goal = _point(paths, top.configuration)
    sound = {point: row for point, row in points.items() if row.throughput}
    start = min(sound, key=lambda point: (point[0], point[3:], point))
    failing = {p for p in sound if sound[p].has_failures} - {start, goal}
    rungs = [point for point in sound if point not in failing]
    way = _longest_way(paths, rungs, start, goal)
    steps = [_step(paths, low, high, sound) for low, high in pairwise(way)]
    base = sound[start]
    rebuilt = other_build and _same(other_build, top)
    if rebuilt:
        version = other_build.run.context["sqlite_version"]
        steps.append(Step((Change(BUILD, version),), top, rebuilt, _gain(rebuilt, top), False))
    return Ladder(
        base, top, answer.best, _gain(top, base) if base is not top else None, tuple(steps),
        _unknown(base.configuration),
        tuple(points[p] for p in sorted(points) if points[p].error is not None),
        tuple(sound[point] for point in sorted(failing)),
    )


def _with_baseline(answer: Answer) -> tuple[list[Row], Row]:
    """The rows with the clients of the best, and the best; where these have no baseline, those of
    the clients that have one and reach most."""
    by_clients: dict[Load, list[Row]] = {}
    for row in answer.rows:
        if not row.configuration.is_variant:
            by_clients.setdefault(row.configuration.load.serial, []).append(row)
    rows = by_clients[answer.best.configuration.load.serial]
    based = [each for each in by_clients.values() if any(map(_is_baseline, each))]
    if rows in based or not based:
        return rows, answer.best
    tops = [best_row(each) for each in based]
    top = max(tops, key=lambda row: row.throughput.median_per_second)
    return by_clients[top.configuration.load.serial], top


def _is_baseline(row: Row) -> bool:
    return row.throughput is not None and row.configuration.strategy == BASELINE_STRATEGY


def _paths(top: Configuration) -> tuple[_Path, ...]:
    served = top.served
    names = _ordered(strategy.OPEN_PER_OP, strategy.PER_THREAD, served.name)
    if served.name not in strategy.DEFAULTS:
        names = _ordered(strategy.OPEN_PER_OP, served.name)
    last = GROUP_COMMIT if served.name == strategy.GROUP_COMMIT else ONE_WRITER
    return (
        _Path(lambda c: c.served.name, names, (CONNECTION, last)),
        _Path(lambda c: c.served.checkpoints, _options(strategy.CHECKPOINTS, served.checkpoints),
              (CHECKPOINTING,)),
        _Path(lambda c: c.served.wal_writes, _options(strategy.WAL_WRITES, served.wal_writes),
              (WAL_WRITES,)),
        _Path(lambda c: c.pragma_set, _sets(top.pragma_set), (SETTINGS,) * 3),
        _Path(lambda c: c.memory_statistics, _ordered(AS_BUILT, top.memory_statistics),
              (MEMORY_STATISTICS,)),
        _Path(lambda c: c.load.in_flight, _ordered(1, top.load.in_flight), (IN_FLIGHT,)),
    )


def _ordered(*values: object) -> tuple[object, ...]:
    """The values up to the last, each once."""
    return tuple(dict.fromkeys(values[: values.index(values[-1]) + 1]))


def _options(option: str, value: str) -> tuple[object, ...]:
    return _ordered(*strategy.OPTIONS[option][:1], value)


def _sets(top: str) -> tuple[object, ...]:
    name = top.split("+")[0]
    passed = ON_THE_WAY[: ON_THE_WAY.index(name) + 1] if name in ON_THE_WAY else ()
    return _ordered(BASELINE_SET, *passed, top)


def _point(paths: Sequence[_Path], configuration: Configuration) -> _Point | None:
    """Where the configuration lies on the paths, None when it is off one of them."""
    values = [path.position(configuration) for path in paths]
    if any(value not in path.values for path, value in zip(paths, values)):
        return None
    return tuple(path.values.index(value) for path, value in zip(paths, values))


def _longest_way(
    paths: Sequence[_Path], rungs: Sequence[_Point], start: _Point, goal: _Point
) -> tuple[_Point, ...]:
    """The ladder from start to goal. REQUIRES: both are rungs and goal is the highest of all."""
    found: dict[_Point, tuple[_Point, ...]] = {goal: (goal,)}

    def rank(way: tuple[_Point, ...]) -> tuple:
        pulled = [[LEVERS.index(change.lever) for change in _changes(paths, low, high)]
                  for low, high in pairwise(way)]
        return (-len(way), pulled)

    def below(low: _Point, high: _Point) -> bool:
        return low != high and all(a <= b for a, b in zip(low, high))

    for rung in sorted(rungs, key=sum, reverse=True):
        if below(rung, goal) and (rung == start or below(start, rung)):
            ways = [(rung, *way) for high, way in found.items() if below(rung, high)]
            found[rung] = min(ways, key=rank)
    return found[start]


def _changes(paths: Sequence[_Path], low: _Point, high: _Point) -> tuple[Change, ...]:
    """The levers pulled between two points, in the order of LEVERS."""
    last: dict[str, Change] = {}
    for path, a, b in zip(paths, low, high):
        for place in range(a, b):
            lever = path.levers[place]
            last[lever] = Change(lever, str(path.values[place + 1]))
    return tuple(last[lever] for lever in LEVERS if lever in last)


def _step(paths: Sequence[_Path], low: _Point, high: _Point, rows: Mapping[_Point, Row]) -> Step:
    before, after = rows[low], rows[high]
    return Step(_changes(paths, low, high), before, after, _gain(after, before), True)


def _gain(after: Row, before: Row) -> Ratio:
    return stats.ratio(after.throughput.repetitions_per_second,
                       before.throughput.repetitions_per_second)


def _unknown(base: Configuration) -> tuple[str, ...]:
    lacking = []
    if base.pragma_set != BASELINE_SET:
        lacking.append(SETTINGS)
    if base.strategy != BASELINE_STRATEGY:
        lacking.append(CONNECTION)
    if base.memory_statistics != AS_BUILT:
        lacking.append(MEMORY_STATISTICS)
    return tuple(lacking)


def _other_build(run: RunSummary, summary: Summary) -> RunSummary | None:
    """For the first run: the next of another SQLite and else of the same environment."""
    if run is not summary.runs[0]:
        return None
    for other in summary.runs[1:]:
        differing = set(differing_keys((run.run, other.run)))
        if "sqlite_source_id" in differing and differing <= BUILD_KEYS:
            return other
    return None


def _same(run: RunSummary, row: Row) -> Row | None:
    """The row of the same configuration in another run, when it holds a figure."""
    for other in run.rows:
        if other.configuration == row.configuration and other.throughput:
            return None if other.has_failures else other
    return None

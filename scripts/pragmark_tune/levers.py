"""From the original design to the best one, one lever a step. Pure but for the set reader.

    the original in Python -> the same design in C++ -> the six settings -> connections kept
    -> transaction batching -> checkpoints in the background -> WAL writes coalesced
    -> settings for small rows -> no memory statistics -> requests in flight

A workload that only reads has no batching, checkpoints, WAL writes or requests in flight. The
way is fixed before anything is measured, so that no step was chosen by its own result; a step that
brings nothing, or costs, stays in. Beside the way stand each of the six settings, added alone to the
defaults (open-per-op, as the original) and taken alone from the six (per-thread), and levers that
change what is measured (schema, statement logging, another SQLite).

pragmark_report.levers finds such a ladder in the results of `pragmark bench`, which hold whatever
somebody measured; names of levers are shared with it, so that both speak of the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pragmark_report import levers as ladder
from pragmark_report import strategy as strategies

from .model import (
    BENCH,
    OFF,
    ON,
    READS_ONLY,
    WORKLOADS,
    Comparison,
    Configuration,
    Experiment,
    Skipped,
)
from .space import DEFAULTS_SET, Sets

SIX_SET, SMALL_ROWS_SET = "production", "write-optimised"
IN_FLIGHT = 32
PLAIN_GROUP = f"{strategies.GROUP_COMMIT}+checkpoints=commit+wal_writes=direct"
DIRECT_GROUP = f"{strategies.GROUP_COMMIT}+wal_writes=direct"
SCHEMAS = ("one-index", "no-indexes", "without-rowid")
LANGUAGE, LOGGING, SCHEMA = "language", "statement logging", "schema"
WRITERS = tuple(each for each in WORKLOADS if each not in READS_ONLY)
PREPARED = Skipped(
    "prepared statements alone",
    "no strategy keeps a connection and drops its statements: what preparing costs is in the step "
    "from open-per-op to per-thread, together with opening, settings and the schema's parse")


@dataclass(frozen=True)
class Rung:
    """A configuration on the way, and the lever that leads to it."""

    configuration: Configuration
    lever: str
    what: str


@dataclass(frozen=True)
class Way:
    experiment: Experiment
    rungs: tuple[Rung, ...]

    def of(self, workload: str, left_out: Sequence[str] = ()) -> list[Rung]:
        """The rungs that a workload has, without those that could not be measured."""
        return [rung for rung in self.rungs if workload in rung.configuration.workloads
                and rung.configuration.id not in left_out]


@dataclass
class _Builder:
    sets: Sets
    made: list[Configuration] = field(default_factory=list)

    def add(self, label: str, pragmas: str, strategy: str, **more) -> Configuration:
        one = Configuration(f"c{len(self.made)}", label, self.sets.read(pragmas), strategy, **more)
        self.made.append(one)
        return one


def build(
    sets: Sets, *, with_python: bool, with_logging: bool, other_program: str = ""
) -> Way:
    """All configurations of the experiment. Comparisons are made later, when it is known which
    configurations can be measured."""
    builder = _Builder(sets)
    rungs = _rungs(builder, with_python)
    _settings_alone(builder)
    _sides(builder, with_logging, other_program)
    skipped = [PREPARED]
    if not with_python:
        skipped.append(Skipped("the original in Python", "no Python that runs it was found"))
    if not with_logging:
        skipped.append(Skipped("statement logging", "this pragmark bench has no such option"))
    if not other_program:
        skipped.append(Skipped("another SQLite build", "name its pragmark-bench: --sqlite-bench"))
    return Way(Experiment(tuple(builder.made), (), tuple(skipped)), tuple(rungs))


def _rungs(builder: _Builder, with_python: bool) -> list[Rung]:
    rungs: list[Rung] = []

    def rung(lever: str, what: str, pragmas: str, strategy: str, **more) -> None:
        label = f"{pragmas}/{strategy}" + "".join(f", {key}={value}" for key, value in more.items()
                                                  if key in ("in_flight", "memory_statistics"))
        one = builder.add(label, pragmas, strategy, base=not rungs, **more)
        rungs.append(Rung(one, lever, what))

    if with_python:
        rung(LANGUAGE, "the original in Python", DEFAULTS_SET, strategies.PYTHON_ORIGINAL)
    rung(LANGUAGE, "C++ instead of Python", DEFAULTS_SET, strategies.OPEN_PER_OP)
    rung(ladder.SETTINGS, "settings: production", SIX_SET, strategies.OPEN_PER_OP)
    rung(ladder.CONNECTION, "connections kept, statements prepared once", SIX_SET,
         strategies.PER_THREAD)
    rung(ladder.GROUP_COMMIT, "transactions batched", SIX_SET, PLAIN_GROUP, workloads=WRITERS)
    rung(ladder.CHECKPOINTING, "checkpoints in the background", SIX_SET, DIRECT_GROUP,
         workloads=WRITERS)
    rung(ladder.WAL_WRITES, "WAL writes coalesced", SIX_SET, strategies.GROUP_COMMIT,
         workloads=WRITERS)
    for workloads, strategy in ((WRITERS, strategies.GROUP_COMMIT),
                                (READS_ONLY, strategies.PER_THREAD)):
        rung(ladder.SETTINGS, "settings: write-optimised", SMALL_ROWS_SET, strategy,
             workloads=workloads)
        rung(ladder.MEMORY_STATISTICS, "memory statistics off", SMALL_ROWS_SET, strategy,
             memory_statistics=OFF, workloads=workloads)
    rung(ladder.IN_FLIGHT, f"{IN_FLIGHT} requests in flight", SMALL_ROWS_SET,
         strategies.GROUP_COMMIT, memory_statistics=OFF, in_flight=IN_FLIGHT, workloads=WRITERS)
    return rungs


def _settings_alone(builder: _Builder) -> None:
    defaults = builder.sets.read(DEFAULTS_SET).settings
    for name, value in builder.sets.read(SIX_SET).settings.items():
        builder.add(f"default with {name}={value}", f"{DEFAULTS_SET}+{name}={value}",
                    strategies.OPEN_PER_OP, changes=(f"{name}={value}",))
    for name, value in builder.sets.read(SIX_SET).settings.items():
        builder.add(f"production without {name}={value}", f"{SIX_SET}+{name}={defaults[name]}",
                    strategies.PER_THREAD, changes=(f"{name}={defaults[name]}",))


def _sides(builder: _Builder, with_logging: bool, other_program: str) -> None:
    for schema in SCHEMAS:
        builder.add(f"schema {schema}", SIX_SET, strategies.PER_THREAD, schema=schema)
    if with_logging:
        builder.add("every statement logged", SIX_SET, strategies.PER_THREAD, statement_logging=ON)
    if other_program:
        builder.add(other_program, SIX_SET, strategies.PER_THREAD, program=other_program)


def comparisons(
    way: Way, workloads: Sequence[str], left_out: Sequence[str]
) -> tuple[Comparison, ...]:
    """The family: steps and total of each waterfall, the settings alone, the sides."""
    asked: list[Comparison] = []
    for workload in workloads:
        rungs = way.of(workload, left_out)
        for before, after in zip(rungs, rungs[1:]):
            asked.append(_against("step", workload, after.what, after.lever, after.configuration,
                                  before.configuration))
        if len(rungs) > 1:
            asked.append(_against("total", workload, "all levers", "all", rungs[-1].configuration,
                                  rungs[0].configuration))
        asked += _beside(way, workload, left_out)
    return tuple(asked)


def _beside(way: Way, workload: str, left_out: Sequence[str]) -> list[Comparison]:
    on_the_way = {rung.configuration.id for rung in way.rungs}
    first = _rung(way, DEFAULTS_SET, strategies.OPEN_PER_OP)
    kept = _rung(way, SIX_SET, strategies.PER_THREAD)
    asked = []
    for one in way.experiment.configurations:
        if one.id in on_the_way or one.id in left_out or workload not in one.workloads:
            continue
        if one.strategy == strategies.OPEN_PER_OP:
            kind, against, lever = "added", first, ladder.SETTINGS
        elif one.changes:
            kind, against, lever = "removed", kept, ladder.SETTINGS
        else:
            kind, against, lever = "side", kept, _side_lever(one)
        if against.id not in left_out:
            asked.append(_against(kind, workload, one.label, lever, one, against))
    return asked


def _side_lever(one: Configuration) -> str:
    if one.statement_logging != OFF:
        return LOGGING
    return ladder.BUILD if one.program != BENCH else SCHEMA


def _rung(way: Way, pragmas: str, strategy: str) -> Configuration:
    return next(rung.configuration for rung in way.rungs
                if rung.configuration.pragmas.name == pragmas
                and rung.configuration.strategy == strategy)


def _against(
    kind: str, workload: str, what: str, lever: str, one: Configuration, other: Configuration
) -> Comparison:
    return Comparison(kind, workload, what, lever, {one.id: 1.0, other.id: -1.0}, one.id, other.id)

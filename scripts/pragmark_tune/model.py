"""The words of an experiment: what is measured, what was measured, what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from pragmark_report import strategy as strategies

WORKLOADS = ("sequential_read", "sequential_write", "concurrent_read", "mixed")
CONCURRENT = ("concurrent_read", "mixed")
READS_ONLY = ("sequential_read", "concurrent_read")
ALL_WORKLOADS = "all"  # the geometric mean over the workloads of a run
STANDARD, AS_BUILT, OFF, ON = "standard", "as-built", "off", "on"
BENCH = "pragmark-bench"

CONFIDENCE = 0.95  # of all intervals of a run together
FLOOR = 0.02  # a smaller effect does not count: a layout can move as much
MOST_FAILED = 0.001  # share of failed requests above which a rate is that of another mix

CLASSES = ("unsafe", "process-safe", "power-safe")  # durability, weakest first


class Objective(str, Enum):
    THROUGHPUT = "throughput"
    P99 = "p99"

    @property
    def sign(self) -> int:
        """What turns a log ratio into a gain."""
        return 1 if self is Objective.THROUGHPUT else -1


class Phase(str, Enum):
    MAIN = "main"
    CONFIRMATION = "confirmation"


class Verdict(str, Enum):
    BETTER = "better"
    WORSE = "worse"
    NONE = "none"


def weaker(one: str, other: str) -> bool:
    """Whether a durability class promises less. One that is not known promises nothing."""
    return _rank(one) < _rank(other)


def _rank(durability: str) -> int:
    return CLASSES.index(durability) if durability in CLASSES else -1


@dataclass(frozen=True)
class PragmaSet:
    """What `pragmark sets` says of one."""

    name: str
    durability: str
    settings: Mapping[str, str]  # setting -> value


@dataclass(frozen=True)
class Configuration:
    """What is put to work. Rows, payload and threads are those of the run."""

    id: str
    label: str
    pragmas: PragmaSet
    strategy: str
    base: bool = False
    changes: tuple[str, ...] = ()  # setting=value, against the base
    in_flight: int = 1
    schema: str = STANDARD
    memory_statistics: str = AS_BUILT
    statement_logging: str = OFF
    program: str = BENCH
    workloads: tuple[str, ...] = WORKLOADS  # that it can run

    def connections(self, workload: str, threads: int) -> int:
        """At most, at one time."""
        clients = threads if workload in CONCURRENT else 1
        name = self.strategy.split("+")[0]
        if name in (strategies.SINGLE_WRITER, strategies.GROUP_COMMIT):
            return clients + 1
        both = workload == "mixed" and name == strategies.PER_THREAD
        return 2 * clients if both else clients

    def cache_bytes(self) -> int | None:
        """The page cache of one connection at most; None when the set does not say."""
        size = self.pragmas.settings.get("cache_size", "-2000")
        page = self.pragmas.settings.get("page_size", "4096")
        try:
            number = int(size)
            return -number * 1024 if number < 0 else number * int(page)
        except ValueError:
            return None


@dataclass(frozen=True)
class Cell:
    """One configuration with one workload: what a visit measures."""

    configuration: Configuration
    workload: str

    @property
    def key(self) -> tuple[str, str]:
        return self.configuration.id, self.workload


@dataclass(frozen=True)
class Value:
    """What one visit measured."""

    configuration: str
    workload: str
    operations: int
    seconds: float
    throughput_per_second: float
    p50_us: float
    p99_us: float
    busy_errors: int

    def objective(self, objective: Objective) -> float:
        return (self.throughput_per_second if objective is Objective.THROUGHPUT else self.p99_us)


@dataclass(frozen=True)
class Block:
    """One pass over the configurations, in the order in which they were measured."""

    index: int
    phase: Phase
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Comparison:
    """A question to the blocks: a sum of log values, each with its weight.

    {a: 1, b: -1} is a against b. The weights of each factor level cancel, so that what a whole
    block has in common falls out.
    """

    kind: str
    workload: str
    what: str
    lever: str
    weights: Mapping[str, float]  # configuration -> weight
    configuration: str | None = None
    against: str | None = None
    terms: tuple[str, ...] = ()  # of an interaction


@dataclass(frozen=True)
class Effect:
    """The answer. `gain` is a logarithm, turned so that more is better."""

    comparison: Comparison
    gain: float
    low: float | None
    high: float | None
    n: int
    confidence: float
    verdict: Verdict
    smallest_visible: float | None
    comparable: bool = True  # False: the shares of failed requests differ, see effects.comparable


@dataclass(frozen=True)
class Skipped:
    """What belongs to the question and was not measured."""

    what: str
    reason: str


@dataclass(frozen=True)
class Experiment:
    """What there is to measure and to ask."""

    configurations: tuple[Configuration, ...]
    comparisons: tuple[Comparison, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def cells(self, workloads: tuple[str, ...]) -> tuple[Cell, ...]:
        return tuple(Cell(one, workload) for workload in workloads for one in self.configurations
                     if workload in one.workloads)

    def by_id(self) -> dict[str, Configuration]:
        return {one.id: one for one in self.configurations}

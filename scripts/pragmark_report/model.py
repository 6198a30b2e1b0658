"""What result files say, as frozen values. Nothing here computes a statistic.

All text was made safe for one line by load.py; it is still untrusted markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from . import strategy as strategies
from .strategy import Strategy

WORKLOAD_ORDER = ("sequential_read", "sequential_write", "concurrent_read", "mixed")
BASELINE_SET = "default"
BASELINE_STRATEGY = strategies.OPEN_PER_OP
STANDARD_SCHEMA = "standard"
AS_BUILT, OFF = "as-built", "off"
MEMORY_STATISTICS = (AS_BUILT, OFF)  # whether the process told SQLite to count its allocations

POWER_SAFE = "power-safe"
PROCESS_SAFE = "process-safe"
UNSAFE = "unsafe"
NOT_STATED = "not stated"
WHAT_A_CRASH_COSTS = {  # nothing is said of power-safe, which costs nothing
    PROCESS_SAFE: "commits may be lost with the power, never consistency",
    UNSAFE: "the database may be corrupt after a crash",
    NOT_STATED: "what a crash costs is unknown",
}


def _place(order: tuple[str, ...], word: str) -> tuple[int, str]:
    return (order.index(word) if word in order else len(order), word)


def natural(value: str) -> tuple[float, str]:
    """Sorts whole numbers by their value, and words behind them."""
    return (float(value) if value.isascii() and value.isdigit() else float("inf"), value)


@dataclass(frozen=True)
class Case:
    """What is asked of the database: a workload and its parameters. Rates of two cases do not
    compare; those of one case do, whatever set, strategy, schema, memory statistics or load answers
    it."""

    workload: str
    parameters: tuple[tuple[str, str], ...]  # sorted by key, without what serves the case

    def sort_key(self) -> tuple:
        """Workloads in the order of the documentation, then parameters, numbers by value."""
        parameters = tuple((key, natural(value)) for key, value in self.parameters)
        return (_place(WORKLOAD_ORDER, self.workload), parameters)


@dataclass(frozen=True)
class Load:
    """Who asks at the same time. An order: fewer clients first."""

    threads: int  # of each process
    processes: int = 1
    in_flight: int = 1  # requests that one client has under way

    def sort_key(self) -> tuple[int, int, int]:
        return (self.processes, self.threads, self.in_flight)

    @property
    def serial(self) -> "Load":
        """The same clients with one request at a time each."""
        return replace(self, in_flight=1)


@dataclass(frozen=True)
class Configuration:
    """One case and how it was served."""

    case: Case
    pragma_set: str
    strategy: str  # as Strategy.written
    load: Load
    schema: str = STANDARD_SCHEMA
    memory_statistics: str = AS_BUILT  # of MEMORY_STATISTICS

    @property
    def served(self) -> Strategy:
        """The strategy with its options."""
        return strategies.parse(self.strategy)

    @property
    def is_yardstick(self) -> bool:
        """Whether the library is held against it; it is never the answer to anything."""
        return self.served.name in strategies.YARDSTICKS

    @property
    def is_variant(self) -> bool:
        """Whether its schema is an experiment: one may lack an index that reads of the store need,
        so its rates are shown, and never the answer to anything."""
        return self.schema != STANDARD_SCHEMA

    def sort_key(self) -> tuple:
        """The baseline set first, strategies in the order of the documentation, and memory
        statistics off beside the same as built."""
        return (
            self.case.sort_key(),
            self.load.sort_key(),
            _place((STANDARD_SCHEMA,), self.schema),
            _place((BASELINE_SET,), self.pragma_set),
            self.served.sort_key(),
            _place(MEMORY_STATISTICS, self.memory_statistics),
        )


@dataclass(frozen=True)
class Repetition:
    """One run of one configuration: counters under their names in the file, or an error."""

    index: int
    counters: Mapping[str, float]
    durability: str
    error: str | None


@dataclass(frozen=True)
class Measurement:
    """All repetitions of one configuration, of one run."""

    configuration: Configuration
    repetitions: tuple[Repetition, ...]
    repetitions_planned: int


@dataclass(frozen=True)
class Run:
    """One result file of `pragmark bench`."""

    letter: str  # A, B, ... in the order of the command line
    source: str  # the file's name without its folder
    digest: str  # of the file's bytes; two equal ones are one measurement given twice
    context: Mapping[str, str]
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True)
class Check:
    """One setting on one kind of connection, as `pragmark verify` found it."""

    connection: str
    setting: str
    claimed: str
    read_back: str
    observed: str
    verdict: str
    reason: str
    consequence: str
    repair: str


@dataclass(frozen=True)
class Verification:
    """One result file of `pragmark verify`."""

    source: str
    pragma_set: str
    verdict: str
    sqlite_version: str  # "" when the file does not say
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Inputs:
    """Everything that was loaded. ENSURES: at least one run."""

    runs: tuple[Run, ...]
    verifications: tuple[Verification, ...]

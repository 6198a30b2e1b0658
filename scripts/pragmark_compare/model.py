"""What a comparison holds. Everything is text from a result file or computed from its figures."""

from __future__ import annotations

from dataclasses import dataclass

from pragmark_report.stats import Interval, Ratio

HIGHER, LOWER, NO_DIFFERENCE = "higher", "lower", "within the noise"
TOO_FEW = "not told apart: n too small"


@dataclass(frozen=True)
class Side:
    """One of the two results."""

    letter: str  # A or B
    source: str  # the file's name without its folder
    place: str  # where it was measured, in one line
    date: str  # "" when it does not say


@dataclass(frozen=True)
class Measured:
    """A metric of one benchmark on one side."""

    median: float
    interval: Interval | None  # None: n is too small for 95%
    n: int


@dataclass(frozen=True)
class Line:
    """A benchmark that both sides measured. The ratio is B over A."""

    group: str  # what is asked, and who asks
    name: str  # how it was served
    a: Measured
    b: Measured
    ratio: Ratio

    @property
    def shows(self) -> str:
        """Where B lies against A, as far as this ratio's own interval tells."""
        interval = self.ratio.interval
        if interval is None:
            return TOO_FEW
        if interval.low > 1.0:
            return HIGHER
        return LOWER if interval.high < 1.0 else NO_DIFFERENCE


@dataclass(frozen=True)
class Metric:
    """One quantity with its unit, over all benchmarks that have it on both sides."""

    name: str  # as --metric takes it
    unit: str
    higher_is_better: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Fact:
    """Something that is no sample: an answer, a verdict."""

    what: str
    a: str
    b: str


@dataclass(frozen=True)
class Difference:
    """A key of the context under which the sides say different things."""

    key: str
    a: str
    b: str
    weighs: bool  # SQLite's build, file system, CPU, PRAGMA set: figures differ by these alone


@dataclass(frozen=True)
class Comparison:
    """Two results side by side."""

    kind: str  # bench, tune, capacity
    question: str
    sides: tuple[Side, Side]
    differences: tuple[Difference, ...]
    metrics: tuple[Metric, ...]
    facts: tuple[Fact, ...]
    only_a: tuple[str, ...]  # benchmarks that the other side did not measure
    only_b: tuple[str, ...]
    notes: tuple[str, ...]

"""What the parts of the gate hand each other: plain values, no behaviour beyond arithmetic.

An effect is always the logarithm of a ratio, candidate over baseline, turned so that **negative is
worse**: ln(0.95) is a slowdown of 5%, whether the metric is a rate or a latency. Times are in
seconds, shares are fractions (0.05, never 5).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np


class Phase(str, Enum):
    """What a launch is for."""

    MAIN = "main"
    EXTENSION = "extension"  # the one declared extension of a benchmark that is undecided
    CONFIRMATION = "confirmation"  # fresh launches that a first verdict has to survive
    NULL = "null"  # baseline against its own copy: it must show nothing


class Pairing(str, Enum):
    """How one launch alternates the two arms."""

    SLICES = "slices"  # both processes live; slices of fixed work alternate (pragmark bench only)
    PROCESSES = "processes"  # whole processes, one after the other


@dataclass(frozen=True)
class Metric:
    """A counter of the results and which way is better."""

    name: str = "items_per_second"
    higher_is_better: bool = True

    def effect(self, baseline: float, candidate: float) -> float:
        """ln(candidate / baseline), negative when the candidate is worse.

        REQUIRES: both are finite and above 0.
        """
        change = math.log(candidate / baseline)
        return change if self.higher_is_better else -change


@dataclass(frozen=True)
class Launch:
    """A baseline process and a candidate process, both fresh, on one benchmark: one replicate."""

    benchmark: str
    phase: Phase
    index: int  # when it ran, counted over the whole run
    order: str  # which arm ran when, e.g. "ABBA.."; A is the baseline
    baseline: tuple[float, ...]  # the metric of each round
    candidate: tuple[float, ...]  # as many; of recorded files, one a run and their own number
    padding_bytes: tuple[int, int] = (0, 0)  # environment of baseline and candidate, at random
    counts: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # I/O per operation
    seconds: float = 0.0  # that the launch took, start-up included

    def effect(self, metric: Metric) -> float:
        """The launch's one value: the median effect of its rounds."""
        return float(np.median([metric.effect(*pair) for pair in zip(self.baseline, self.candidate)]))


@dataclass(frozen=True)
class Rule:
    """Every parameter of the decision. It goes into the result as it is."""

    margin: float = 0.03  # an estimate of less is no regression, however significant
    exclude: float = 0.10  # a pass excludes this slowdown
    alpha: float = 0.01  # family-wise, for one run and one direction, over both looks
    confirm_alpha: float = 0.05
    confirm_share: float = 0.5  # the fresh launches show at least this share of the first effect
    confidence: float = 0.95  # of the intervals
    launches: int = 16
    extension: int = 16
    confirmation: int = 16
    null_every: int = 4  # one null launch for so many others
    null_alpha: float = 0.001  # two-sided, over all null launches
    ungateable: float = 0.15  # a benchmark whose margin is above this is listed, not judged


class Verdict(str, Enum):
    PASSED = "passed"
    REGRESSED = "regressed"
    IMPROVED = "improved"
    UNDECIDED = "undecided"
    UNGATEABLE = "ungateable"  # shown as "cannot be gated here"


@dataclass(frozen=True)
class Confirmation:
    """What fresh launches said about a first verdict."""

    launches: int
    effect: float
    p: float  # one-sided, in the direction of the first verdict
    confirmed: bool
    low: float = -math.inf  # interval of the fresh launches' effect
    high: float = math.inf


@dataclass(frozen=True)
class Judgement:
    """The decision about one benchmark."""

    benchmark: str
    verdict: Verdict
    reason: str  # one sentence
    margin: float  # of this benchmark: the rule's, or raised by calibration
    launches: int  # that decided, without confirmation
    looks: int  # 1, or 2 after the extension
    effect: float  # median of the launches
    low: float  # interval of the effect; -inf when there are too few launches
    high: float
    p_slower: float  # one-sided sign test
    p_faster: float
    alpha: float  # what Holm's correction left for this benchmark at its look
    smallest_visible: float  # slowdown that this run would have found in 9 of 10 cases
    confirmation: Confirmation | None = None


class CountVerdict(str, Enum):
    SAME = "same"
    WORSE = "worse"
    BETTER = "better"
    VARIES = "varies"  # not the same in all launches of one arm: no deterministic count, no gate
    NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class CountComparison:
    """A count that needs no statistics: syncs, bytes, instructions for each operation."""

    benchmark: str
    name: str  # "syncs_per_operation", "instructions_per_operation" ..
    baseline: float | None
    candidate: float | None
    verdict: CountVerdict
    reason: str = ""


@dataclass(frozen=True)
class ArmDescription:
    """One side of the comparison, for the record."""

    command: str
    context: Mapping[str, str] = field(default_factory=dict)  # of the results, or of `ready`


@dataclass(frozen=True)
class GateResult:
    """A whole run. `void` is the reason for which it says nothing, or empty."""

    baseline: ArmDescription
    candidate: ArmDescription
    pairing: Pairing | None  # None in recorded mode
    metric: Metric
    rule: Rule
    seed: int
    judgements: tuple[Judgement, ...]
    counts: tuple[CountComparison, ...]
    launches: tuple[Launch, ...]  # all of them, null launches too, in the order of `index`
    margins: Mapping[str, float]  # benchmark -> margin, where calibration raised it
    budget_seconds: float
    seconds: float
    notes: tuple[str, ...] = ()  # caveats, one sentence each
    void: str = ""
    planted: float = 0.0  # share by which the candidate was slowed down on purpose
    cpu: int | None = None  # the core that both arms were pinned to

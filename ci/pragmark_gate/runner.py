"""The plan of a run, and what a run asks of whoever starts the processes.

Two runners exist: one for slices (both processes live, over a pipe) and one for whole processes.
The session knows neither; it asks for launches and judges them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pragmark_report.errors import InputError

from .model import Launch, Metric, Pairing, Phase, Rule
from .names import PairedName


@dataclass(frozen=True)
class Plan:
    """Everything that a user or a calibration decided before the run. It does not change later."""

    baseline: str  # commands as they were given
    candidate: str
    metric: Metric = Metric()
    rule: Rule = Rule()
    margins: Mapping[str, float] = field(default_factory=dict)  # where calibration raised them
    benchmarks: str = ""  # regular expression that a name must contain; empty takes all
    budget_seconds: float = 300.0
    seed: int = 1
    cpu: int | None = None  # the core of both arms; None: not pinned
    pairing: Pairing | None = None  # None: slices where both are pragmark bench, else processes
    # Of one launch in slices. A busy neighbour takes the core for 3 to 4 ms at a time, so a shorter
    # slice is mostly left alone: at the same cost, 12 rounds of 20 ms had 3 to 6 times the spread.
    rounds: int = 48
    slice_seconds: float = 0.005
    planted: float = 0.0  # share of its throughput that the candidate is made to lose
    instructions: bool = True
    timeout_seconds: float = 60.0  # for one answer over a pipe, or for one whole process
    ab_fixed: bool = False  # only to study a fixed order: every round is A, then B


def check_plan(plan: Plan) -> None:
    """Refuses a plan whose run would say nothing, before anything is started."""
    for option, value in (("--budget", plan.budget_seconds), ("--timeout", plan.timeout_seconds),
                          ("--slice-seconds", plan.slice_seconds)):
        if not (math.isfinite(value) and value > 0):
            raise InputError(option, f"{value} is no time", "give seconds above 0")
    if not 0.0 <= plan.planted < 1.0:
        raise InputError("--plant", f"{plan.planted} is no share of the throughput",
                         "write 5% as 0.05")
    if plan.rounds < 2:
        raise InputError("--rounds", f"{plan.rounds} cannot balance the order", "give 2 or more")
    if plan.rule.null_every < 1:
        raise InputError("rule", "it makes no null launches, which tell a run that means nothing",
                         "give null_every 1 or more")


class Runner(Protocol):
    """Starts processes, two arms at a time, and reads what they measured.

    Every problem that makes the run unusable is an InputError; no launch is ever dropped.
    """

    pairing: Pairing

    def benchmarks(self) -> tuple[str, ...]:
        """Warms up, and returns the benchmarks that both sides have, after `plan.benchmarks`.

        A name that only one side has, or a filter that matches nothing, is an InputError.
        """

    def pairs(self) -> tuple[PairedName, ...]:
        """What each side calls those benchmarks. REQUIRES: benchmarks() was called."""

    def contexts(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Of baseline and candidate. REQUIRES: benchmarks() was called."""

    def launch(
        self, names: Sequence[str], phase: Phase, index: int, seed: int
    ) -> list[Launch]:
        """Fresh processes of both arms: one Launch for each name, numbered from `index` on.

        Slices are given one name at a time; a pair of whole processes measures all names at once.
        In Phase.NULL the candidate is the baseline's command again, and nothing is planted.
        Order and padding follow from `seed` alone, so that a run can be repeated.
        """

    def notes(self) -> tuple[str, ...]:
        """What a reader must know about the launches so far, one sentence each."""

    def close(self) -> None:
        """Ends whatever still runs and removes what it left. It may be called twice."""

"""A run of the gate, from two commands to a result.

    1. warm-up     names, size of a slice, one launch of each benchmark: what do launches cost here?
    2. main        every benchmark once a wave, in random order, null launches among them; look 1
    3. extension   once, for what is undecided; look 2
    4. confirmation  fresh launches for what looks regressed or improved
    5. the null launches, the counts, the result

When the time ends early, what is there is judged if it is enough; what is not stays undecided.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pragmark_drive.progress import Progress, StreamProgress
from pragmark_report.errors import InputError

from . import budget, decide, reasons, statistics
from .companion import Companion, DeterministicCompanion
from .launcher import Launcher
from .model import ArmDescription, GateResult, Judgement, Launch, Phase, Verdict
from .runner import Plan, Runner, check_plan
from .runners import runner_for

CANDIDATES = (Verdict.REGRESSED, Verdict.IMPROVED)


@dataclass(frozen=True)
class Tools:
    """What a run works with; tests put their own in place."""

    make_runner: Callable[[Plan], Runner] = runner_for
    companion: Companion = DeterministicCompanion()
    progress: Progress = field(default_factory=lambda: StreamProgress(sys.stderr))
    clock: Callable[[], float] = time.monotonic


def run(plan: Plan, tools: Tools | None = None) -> GateResult:
    """Raises InputError when nothing can be said. Whatever happens, no process stays behind."""
    check_plan(plan)
    tools = tools or Tools()
    runner = tools.make_runner(plan)
    try:
        return _Run(plan, runner, tools).result()
    finally:
        tools.progress.end()
        runner.close()


def calibrate_run(
    plan: Plan, tools: Tools | None = None, runner: Runner | None = None
) -> list[Launch]:
    """As many launches of the baseline against its own copy as fit into the budget.

    All are Phase.NULL, since that is what they are: nothing is planted and the candidate's command
    is not looked at. A caller who needs names or contexts passes a runner and closes it.
    """
    check_plan(plan)
    tools = tools or Tools()
    ours = runner or tools.make_runner(replace(plan, candidate=plan.baseline))
    try:
        launcher = Launcher(plan, ours, tools.progress, tools.clock)
        names = ours.benchmarks()
        launcher.warm_up(names)
        cost = budget.Cost(launcher.wave_seconds(names), launcher.spent_seconds,
                           plan.budget_seconds)
        count = budget.calibration_launches(cost, plan.rule, len(names))
        launcher.waves(names, Phase.NULL, count, plan.budget_seconds, null_every=0)
        return launcher.launches
    finally:
        tools.progress.end()
        if runner is None:
            ours.close()


class _Run:
    """One run; its methods are the phases, in order."""

    def __init__(self, plan: Plan, runner: Runner, tools: Tools) -> None:
        self._plan = plan
        self._rule = plan.rule
        self._runner = runner
        self._tools = tools
        self._launcher = Launcher(plan, runner, tools.progress, tools.clock)
        share = budget.INSTRUCTIONS_SHARE if plan.instructions else 0.0
        self._reserved = plan.budget_seconds * share
        self._until = plan.budget_seconds - self._reserved
        self._notes: list[str] = []
        self._margins: dict[str, float] = {}
        self._family = 0

    def result(self) -> GateResult:
        started = self._tools.clock()
        names = self._runner.benchmarks()
        if not names:
            raise InputError("gate", "there is no benchmark to judge",
                             "check what the names matched")
        self._margins = reasons.paired_margins(self._plan.margins, self._runner.pairs())
        gated = [name for name in names if self._margin(name) <= self._rule.ungateable]
        self._family = len(gated)
        judgements = {name: reasons.ungateable(name, self._margin(name), self._rule)
                      for name in names if name not in gated}
        if gated:
            judgements |= self._judged(gated)
        launches = tuple(self._launcher.launches)
        counts = [*self._tools.companion.io_counts(launches)]
        if self._plan.instructions and gated:
            self._tools.progress.show("counting instructions")
            deadline = started + self._plan.budget_seconds
            counts += self._tools.companion.instructions(self._plan, gated, deadline)
        baseline, candidate = self._runner.contexts()
        void = self._void(gated)
        return GateResult(
            baseline=ArmDescription(self._plan.baseline, baseline),
            candidate=ArmDescription(self._plan.candidate, candidate),
            pairing=self._runner.pairing, metric=self._plan.metric, rule=self._rule,
            seed=self._plan.seed, judgements=tuple(judgements[name] for name in names),
            counts=tuple(counts), launches=launches, margins=self._margins,
            budget_seconds=self._plan.budget_seconds, seconds=self._tools.clock() - started,
            notes=(*self._notes, *self._runner.notes(), *reasons.plan_notes(self._plan)), void=void,
            planted=self._plan.planted, cpu=self._plan.cpu,
        )

    def _judged(self, gated: Sequence[str]) -> dict[str, Judgement]:
        judgements = self._first_look(gated)
        judgements |= self._second_look(judgements)
        return judgements | self._confirmed(
            {name: judgements[name] for name in _of(judgements, *CANDIDATES)})

    def _first_look(self, gated: Sequence[str]) -> dict[str, Judgement]:
        self._launcher.warm_up(gated)
        cost = budget.Cost(self._launcher.wave_seconds(gated), self._launcher.spent_seconds,
                           self._plan.budget_seconds, self._reserved)
        count = budget.main_launches(cost, self._rule, len(gated))
        if count < self._rule.launches:
            self._notes.append(f"The budget holds {count} launches of each benchmark, not "
                               f"{self._rule.launches}.")
        elif count > self._rule.launches:
            self._notes.append(f"{self._rule.launches} launches of each benchmark could not have "
                               f"shown anything; {count} were made.")
        if not self._launcher.waves(gated, Phase.MAIN, count, self._until):
            self._notes.append("The budget ended before the main launches did.")
        return self._look(gated, 1, Phase.MAIN)

    def _second_look(self, first: Mapping[str, Judgement]) -> dict[str, Judgement]:
        """The one extension. It leaves the time to confirm what was found and what it may find."""
        undecided, found = _of(first, Verdict.UNDECIDED), _of(first, *CANDIDATES)
        if not undecided:
            return {}
        wave = self._launcher.wave_seconds(undecided)
        kept = budget.null_factor(self._rule) * (
            wave * budget.least_confirmation(self._rule)
            + self._launcher.wave_seconds(found) * budget.wanted_confirmation(self._rule))
        count = budget.more_launches(self._left - kept, wave, self._rule, self._rule.extension)
        if count == 0:
            self._notes.append("The budget left no time for the extension.")
            return {}
        self._launcher.waves(undecided, Phase.EXTENSION, count, self._until)
        return self._look(undecided, 2, Phase.MAIN, Phase.EXTENSION)

    def _look(self, names: Iterable[str], number: int, *phases: Phase) -> dict[str, Judgement]:
        effects = {name: self._launcher.effects(name, *phases) for name in names}
        least = statistics.least_launches(self._family, self._rule)
        enough = {name: values for name, values in effects.items() if len(values) >= least}
        if not enough:
            raise InputError(f"--budget {self._plan.budget_seconds:g}",
                             f"it ended before {least} launches of any benchmark",
                             "give it more time, or fewer benchmarks")
        found = decide.judge(enough, self._rule, self._margins, look=number, family=self._family)
        return found | {name: reasons.too_few(name, self._margin(name), len(values), least)
                        for name, values in effects.items() if name not in enough}

    def _confirmed(self, candidates: Mapping[str, Judgement]) -> dict[str, Judgement]:
        """Fresh launches of all candidates together; each is judged by its own."""
        names = tuple(candidates)
        least = budget.least_confirmation(self._rule)
        count = budget.more_launches(self._left, self._launcher.wave_seconds(names), self._rule,
                                     budget.wanted_confirmation(self._rule))
        if count >= least:
            self._launcher.waves(names, Phase.CONFIRMATION, count, self._until)
        return {name: self._confirmed_one(judgement, least)
                for name, judgement in candidates.items()}

    def _confirmed_one(self, judgement: Judgement, least: int) -> Judgement:
        effects = self._launcher.effects(judgement.benchmark, Phase.CONFIRMATION)
        if len(effects) >= least:
            return decide.confirm(judgement, effects, self._rule)
        return replace(judgement, verdict=Verdict.UNDECIDED, reason=(
            f"{judgement.reason} The budget ended before {least} fresh launches could confirm it."))

    @property
    def _left(self) -> float:
        return self._until - self._launcher.spent_seconds

    def _margin(self, name: str) -> float:
        return decide.margin_of(name, self._rule, self._margins)

    def _void(self, gated: Sequence[str]) -> str:
        if not gated:
            return ""
        effects = {name: self._launcher.effects(name, Phase.NULL) for name in gated}
        if caveat := decide.null_caveat(effects, self._rule):
            self._notes.append(caveat)
        return decide.void_reason(effects, self._rule, self._margins)


def _of(judgements: Mapping[str, Judgement], *verdicts: Verdict) -> tuple[str, ...]:
    return tuple(name for name, each in judgements.items() if each.verdict in verdicts)

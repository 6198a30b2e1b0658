"""Which sets the experiment proposes, and what of them fresh blocks confirm. Pure but for the set
reader that it is given.

A proposal stays in the base's durability class, or above it. What promises less is proposed apart,
and never becomes the recommendation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .effects import answer
from .model import (
    ALL_WORKLOADS,
    CONFIDENCE,
    Block,
    Comparison,
    Configuration,
    Effect,
    Experiment,
    Objective,
    Phase,
    Verdict,
    weaker,
)
from .plan import corrected
from .space import Sets, configuration


@dataclass(frozen=True)
class Candidate:
    """A set that may be recommended, if it is confirmed."""

    configuration: Configuration
    weaker: bool  # than the base's durability class


@dataclass(frozen=True)
class Confirmed:
    """A candidate and what the fresh blocks say of it."""

    candidate: Candidate
    effect: Effect
    losses: tuple[Effect, ...] = ()  # workloads that it makes worse, when several decide together

    @property
    def holds(self) -> bool:
        return self.effect.verdict is Verdict.BETTER


def candidates(
    experiment: Experiment, answers: Sequence[Effect], blocks: Sequence[Block],
    objective: Objective, deciding: str, floor: float, sets: Sets,
) -> list[Candidate]:
    """`deciding`: the workload whose effects choose, or "all"."""
    base = experiment.configurations[0]
    if any(each.comparison.kind == "main" for each in answers):
        return _best_points(experiment, blocks, objective, deciding, floor)
    better = [each for each in answers if each.verdict is Verdict.BETTER
              and each.comparison.workload == deciding]
    known = experiment.by_id()
    kept = [each for each in better
            if not weaker(known[each.comparison.configuration].pragmas.durability,
                          base.pragmas.durability)]
    proposals = [_combined(kept, known), _combined(_best(kept), known),
                 _combined(better, known)]
    found: dict[str, Candidate] = {}
    for changes in proposals:
        if changes:
            one = _named(changes, base, known, sets, len(known) + len(found))
            if one.pragmas.name not in found:
                less = weaker(one.pragmas.durability, base.pragmas.durability)
                found[one.pragmas.name] = Candidate(one, less)
    return list(found.values())


def _best(effects: Sequence[Effect]) -> list[Effect]:
    return [max(effects, key=lambda each: each.gain)] if effects else []


def _combined(
    better: Sequence[Effect], known: Mapping[str, Configuration]
) -> dict[str, str]:
    """The best level of each setting that has one."""
    best: dict[str, tuple[float, str]] = {}
    for each in better:
        (change,) = known[each.comparison.configuration].changes
        name, _, value = change.partition("=")
        if name not in best or each.gain > best[name][0]:
            best[name] = (each.gain, value)
    return {name: value for name, (_, value) in best.items()}


def _named(
    changes: Mapping[str, str], base: Configuration, known: Mapping[str, Configuration],
    sets: Sets, place: int,
) -> Configuration:
    """The configuration that was measured already, or a new one."""
    told = tuple(f"{name}={value}" for name, value in changes.items())
    for one in known.values():
        if one.changes == told:
            return one
    return configuration(place, base.pragmas, changes, base.strategy, sets)


def _best_points(
    experiment: Experiment, blocks: Sequence[Block], objective: Objective, deciding: str,
    floor: float,
) -> list[Candidate]:
    """Of a factorial: the best point of the base's class, and the best of all if it is weaker."""
    base = experiment.configurations[0]
    ranked = []
    for one in experiment.configurations[1:]:
        (asked,) = questions(base, [Candidate(one, False)], deciding)
        found = answer(asked, blocks, objective, Phase.MAIN, CONFIDENCE, floor)
        if found and found.verdict is Verdict.BETTER:
            less = weaker(one.pragmas.durability, base.pragmas.durability)
            ranked.append((found.gain, Candidate(one, less)))
    ranked.sort(key=lambda each: -each[0])
    kept = [one for _, one in ranked if not one.weaker][:1]
    first = [one for _, one in ranked[:1] if one.weaker]
    return kept + first


def questions(
    base: Configuration, proposed: Sequence[Candidate], deciding: str
) -> list[Comparison]:
    return [Comparison("setting", deciding, one.configuration.label, "setting",
                       {one.configuration.id: 1.0, base.id: -1.0}, one.configuration.id, base.id)
            for one in proposed]


def confirm(
    base: Configuration, proposed: Sequence[Candidate], blocks: Sequence[Block],
    objective: Objective, workloads: Sequence[str], floor: float,
) -> list[Confirmed]:
    """By confirmation blocks alone; the intervals are corrected for all that is asked of them."""
    confidence = corrected(family(len(proposed), workloads))

    def said(asked: Comparison) -> Effect | None:
        return answer(asked, blocks, objective, Phase.CONFIRMATION, confidence, floor)

    found = []
    for one in proposed:
        (asked,) = questions(base, [one], deciding_workload(workloads))
        if total := said(asked):
            alone = [said(replace(asked, workload=each))
                     for each in (workloads if len(workloads) > 1 else ())]
            losses = tuple(each for each in alone if each and each.verdict is Verdict.WORSE)
            found.append(Confirmed(one, total, losses))
    return found


def deciding_workload(workloads: Sequence[str]) -> str:
    """The workload whose effects choose a winner: of several, their mean."""
    return workloads[0] if len(workloads) == 1 else ALL_WORKLOADS


def family(candidates: int, workloads: Sequence[str]) -> int:
    """How many questions the confirmation answers: a candidate's own, and with several workloads
    what it does to each."""
    return candidates * (1 if len(workloads) == 1 else 1 + len(workloads))


def winner(confirmed: Sequence[Confirmed]) -> Confirmed | None:
    """The best of those that are confirmed in the base's class; None: the base stays."""
    return _top(each for each in confirmed if each.holds and not each.candidate.weaker)


def weaker_winner(confirmed: Sequence[Confirmed]) -> Confirmed | None:
    return _top(each for each in confirmed if each.holds and each.candidate.weaker)


def _top(those) -> Confirmed | None:
    return max(those, key=lambda each: each.effect.gain, default=None)


def with_candidates(experiment: Experiment, proposed: Sequence[Candidate]) -> Experiment:
    """Candidates that were not measured before join the configurations."""
    known = experiment.by_id()
    new = tuple(one.configuration for one in proposed if one.configuration.id not in known)
    return replace(experiment, configurations=experiment.configurations + new)


def refuted(
    answers: Sequence[Effect], confirmed: Sequence[Confirmed]
) -> tuple[list[Effect], list[str]]:
    """The effects, without those that fresh blocks did not confirm, and a note of each.

    The best of many was chosen for its luck too; what is not there again is not called an effect.
    """
    fresh = {one.effect.comparison.workload: {} for one in confirmed}
    for one in confirmed:
        if not one.holds:
            fresh[one.effect.comparison.workload][one.candidate.configuration.id] = one.effect
    kept, notes = [], []
    for each in answers:
        asked = each.comparison
        again = fresh.get(asked.workload, {}).get(asked.configuration)
        if again is None or each.verdict is not Verdict.BETTER or asked.kind == "main":
            kept.append(each)
            continue
        kept.append(replace(each, verdict=Verdict.NONE))
        notes.append(f"{asked.what}: better in the blocks that chose it, and not in the "
                     f"{again.n} fresh ones. It does not count as an effect.")
    return kept, notes

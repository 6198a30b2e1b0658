"""What a session says without a look at effects: of benchmarks without a verdict, of the plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from .model import Judgement, Rule, Verdict
from .names import PairedName
from .runner import Plan


def ungateable(name: str, margin: float, rule: Rule) -> Judgement:
    """Listed, never dropped, but not launched: the time goes to what can be judged."""
    return _without_look(name, Verdict.UNGATEABLE, margin, 0, (
        f"It cannot be gated here: its margin would be {margin:.1%}, above {rule.ungateable:.1%}; "
        "it was not launched."))


def too_few(name: str, margin: float, launches: int, least: int) -> Judgement:
    return _without_look(name, Verdict.UNDECIDED, margin, launches, (
        f"The budget ended after {launches} launches, and the test cannot fire below {least}."))


def paired_margins(margins: Mapping[str, float], pairs: Iterable[PairedName]) -> dict[str, float]:
    """By the comparison's name: the larger of what calibration found for either side."""
    found = {}
    for pair in pairs:
        known = [margins[name] for name in (pair.name, pair.baseline, pair.candidate)
                 if name in margins]
        if known:
            found[pair.name] = max(known)
    return found


def plan_notes(plan: Plan) -> tuple[str, ...]:
    """What a reader has to know of the plan before believing the result."""
    notes = []
    if plan.cpu is None:
        notes.append("The arms were not pinned to one core, which makes launches differ more.")
    if plan.ab_fixed:
        notes.append("Every round ran the baseline first: a study of fixed order, not a gate.")
    return tuple(notes)


def _without_look(
    name: str, verdict: Verdict, margin: float, launches: int, reason: str
) -> Judgement:
    return Judgement(
        benchmark=name, verdict=verdict, reason=reason, margin=margin, launches=launches, looks=0,
        effect=0.0, low=-math.inf, high=math.inf, p_slower=1.0, p_faster=1.0, alpha=0.0,
        smallest_visible=1.0,
    )

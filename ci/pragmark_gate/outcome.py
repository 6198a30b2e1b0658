"""What a whole run comes to: one status, one line, the exit code, and what to be warned of.

The order is the rule: a run that is void says nothing; then a regression, confirmed or counted;
then a run that judged nothing; then what is undecided. Only what is left holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from .model import CountComparison, CountVerdict, GateResult, Judgement, Verdict
from .words import listed, metric_change, percent, short_names

EXIT_HOLDS, EXIT_REGRESSED, EXIT_UNUSABLE, EXIT_UNDECIDED = 0, 1, 2, 3


class Status(str, Enum):
    HOLDS = "holds"
    REGRESSED = "regressed"
    UNUSABLE = "unusable"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Policy:
    """What the user lets decide the exit code. It changes no verdict."""

    fail_undecided: bool = False
    gate_counts: bool = True


@dataclass(frozen=True)
class Outcome:
    status: Status
    exit_code: int
    headline: str  # the answer in one line
    warnings: tuple[str, ...]  # one sentence each


def outcome(result: GateResult, policy: Policy) -> Outcome:
    """The answer to: may this candidate replace the baseline?"""
    warnings = _warnings(result, policy)
    if result.void:
        return Outcome(Status.UNUSABLE, EXIT_UNUSABLE, f"void: {result.void}", warnings)
    if reasons := [*_changes(result, of_verdict(result, Verdict.REGRESSED)),
                   *_worse_counts(result, policy)]:
        return Outcome(Status.REGRESSED, EXIT_REGRESSED, f"regressed: {'; '.join(reasons)}", warnings)
    if not any(each.verdict is not Verdict.UNGATEABLE for each in result.judgements):
        return Outcome(Status.UNUSABLE, EXIT_UNUSABLE, _nothing_judged(result), warnings)
    undecided = of_verdict(result, Verdict.UNDECIDED)
    if undecided and policy.fail_undecided:
        said = f"undecided: {_names(result, undecided)}"
        return Outcome(Status.UNDECIDED, EXIT_UNDECIDED, said, warnings)
    return Outcome(Status.HOLDS, EXIT_HOLDS, _holds(result), warnings)


def of_verdict(result: GateResult, verdict: Verdict) -> list[Judgement]:
    return [each for each in result.judgements if each.verdict is verdict]


def gating_counts(result: GateResult, policy: Policy) -> list[CountComparison]:
    """The counts that can fail the run: measured, and the same in every launch of an arm."""
    compared = (CountVerdict.SAME, CountVerdict.WORSE, CountVerdict.BETTER)
    return [each for each in result.counts if policy.gate_counts and each.verdict in compared]


def _changes(result: GateResult, judgements: list[Judgement]) -> list[str]:
    short = short_names(each.benchmark for each in result.judgements)
    return [f"{short[each.benchmark]} {metric_change(each.effect, result.metric)}"
            for each in judgements]


def _looked_slower(judgement: Judgement) -> bool:
    """By the rule for a first finding, of a benchmark that ended without a verdict."""
    return (judgement.p_slower <= judgement.alpha
            and judgement.effect <= math.log1p(-judgement.margin))


def _worse_counts(result: GateResult, policy: Policy) -> list[str]:
    short = short_names(each.benchmark for each in (*result.judgements, *result.counts))
    return [
        f"{short[each.benchmark]} {each.name} {each.baseline:.10g} -> {each.candidate:.10g}"
        for each in gating_counts(result, policy)
        if each.verdict is CountVerdict.WORSE
    ]


def _nothing_judged(result: GateResult) -> str:
    if not result.judgements:
        return "unusable: no benchmark was judged"
    return f"unusable: none of {len(result.judgements)} benchmarks can be gated here"


def _holds(result: GateResult) -> str:
    total = len(result.judgements)
    parts = []
    if passed := of_verdict(result, Verdict.PASSED):
        parts.append(f"{len(passed)} of {total} exclude a slowdown of "
                     f"{percent(result.rule.exclude)}")
    if improved := of_verdict(result, Verdict.IMPROVED):
        parts.append(f"{len(improved)} improved")
    for verdict, words in ((Verdict.UNDECIDED, "undecided"), (Verdict.UNGATEABLE, "cannot be gated")):
        if found := of_verdict(result, verdict):
            parts.append(f"{len(found)} {words}")
    return f"holds: no regression; {', '.join(parts)}"


def _names(result: GateResult, judgements: list[Judgement]) -> str:
    short = short_names(each.benchmark for each in result.judgements)
    return listed([short[each.benchmark] for each in judgements])


def _warnings(result: GateResult, policy: Policy) -> tuple[str, ...]:
    found = []
    undecided = of_verdict(result, Verdict.UNDECIDED)
    if slower := [each for each in undecided if _looked_slower(each)]:
        found.append("looked slower, which fresh launches did not confirm: "
                     f"{'; '.join(_changes(result, slower))}")
    if unseen := [each for each in undecided if not _looked_slower(each)]:
        visible = max(each.smallest_visible for each in unseen)
        size = f"below {percent(visible)}" if visible < 1.0 else "of any size"
        found.append(f"undecided: {_names(result, unseen)}; a slowdown {size} may have gone unseen")
    if blind := of_verdict(result, Verdict.UNGATEABLE):
        found.append(f"cannot be gated here: {_names(result, blind)}")
    if not policy.gate_counts and any(each.verdict is CountVerdict.WORSE for each in result.counts):
        found.append("a count is worse and was told not to gate (--counts report)")
    if result.planted:
        found.append(f"the candidate was slowed down by {percent(result.planted)} on purpose")
    return tuple(found)

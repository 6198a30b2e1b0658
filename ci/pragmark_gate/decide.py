"""The decision: from the effects of launches to verdicts. Pure; see model.py for what an effect is.

    judge       one look at all benchmarks: candidates for regressed and improved, passed, undecided
    confirm     what fresh launches make of a candidate
    void_reason whether the null launches say that the run means nothing

Why so: a verdict needs a significant count of launches and an effect that matters, since a small
real difference (memory layout) is not a regression and a large accident is not significant. The
alpha of a run is split over the two looks, and each direction has its own family. A pass is a
claim too: its interval has to exclude a slowdown worth finding. At 95% the lower end is wrong in
2.5% of looks, hence in at most 5% over both. Input that cannot carry a verdict raises InputError.

A slowdown and an improvement of the same launches mirror each other exactly. Only `passed` does
not: it is about slowdowns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pragmark_report.errors import InputError

from . import statistics
from .model import Confirmation, Judgement, Rule, Verdict

NULL_LAUNCHES = 4  # of one benchmark, from which they can void a run without the others
NULL_MARGINS = 2.0  # .. if each of them is this many margins off, to the same side
NULL_SHARE = 1.0 / 3.0  # of the margin: a bias below it changes no verdict


@dataclass(frozen=True)
class _Look:
    """What one look measured of one benchmark, before anything is decided."""

    values: np.ndarray
    margin: float
    effect: float
    low: float
    high: float
    p_slower: float
    p_faster: float


def judge(
    effects: Mapping[str, Sequence[float]],
    rule: Rule,
    margins: Mapping[str, float],
    *,
    look: int,
    family: int | None = None,
) -> dict[str, Judgement]:
    """One look at the benchmarks. REGRESSED and IMPROVED are candidates until `confirm`.

    In the second look `effects` holds all launches of a benchmark, main and extension. If it holds
    only the benchmarks that were undecided, `family` must be what `family_size` said of all: the
    choice of them was made by the data, so the correction is still for all.
    """
    check_rule(rule)
    if not effects:
        raise InputError("gate", "there is no benchmark to judge", "check what the names matched")
    looks = {name: _measure(name, values, rule, margins) for name, values in effects.items()}
    gated = {name: each for name, each in looks.items() if each.margin <= rule.ungateable}
    size = max(family or 0, len(gated))
    _check_launches(gated, size, rule)
    alpha = statistics.look_alpha(rule)
    slower = statistics.holm({name: each.p_slower for name, each in gated.items()}, alpha, size)
    faster = statistics.holm({name: each.p_faster for name, each in gated.items()}, alpha, size)
    return {
        name: _decide(name, each, rule, look, slower[name], faster[name])
        if name in gated else _ungateable(name, each, rule, look)
        for name, each in looks.items()
    }


def family_size(names: Sequence[str], rule: Rule, margins: Mapping[str, float]) -> int:
    """How many of the benchmarks can be gated: what Holm's correction is for."""
    return sum(margin_of(name, rule, margins) <= rule.ungateable for name in names)


def margin_of(name: str, rule: Rule, margins: Mapping[str, float]) -> float:
    """The rule's margin, or the benchmark's own where calibration raised it."""
    margin = max(rule.margin, margins.get(name, 0.0))
    if not 0.0 < margin < 1.0:
        raise InputError(name, f"a margin of {margin} is no share", "write 3% as 0.03")
    return margin


def check_rule(rule: Rule) -> None:
    """Refuses parameters under which a verdict would mean nothing."""
    shares = ("margin", "exclude", "alpha", "confirm_alpha", "confirm_share", "confidence",
              "null_alpha", "ungateable")
    for name in shares:
        if not 0.0 < getattr(rule, name) < 1.0 and (name, getattr(rule, name)) != (
                "confirm_share", 1.0):
            raise InputError("rule", f"{name} is {getattr(rule, name)}",
                             "give a share above 0 and below 1")


def log_share(share: float) -> float:
    """The effect of a slowdown by this share: ln(1 - share)."""
    return math.log1p(-share)


def _measure(
    name: str, values: Sequence[float], rule: Rule, margins: Mapping[str, float]
) -> _Look:
    array = statistics.checked_effects(values, name)
    low, high = statistics.median_interval(array, rule.confidence)
    return _Look(
        array, margin_of(name, rule, margins), float(np.median(array)), low, high,
        statistics.sign_test(array, slower=True), statistics.sign_test(array, slower=False),
    )


def _check_launches(gated: Mapping[str, _Look], size: int, rule: Rule) -> None:
    """A test that cannot fire would pass everything; it is refused instead."""
    for name, look in gated.items():
        least = statistics.least_launches(size, rule)
        if look.values.size < least:
            raise InputError(
                name, f"{look.values.size} launches, and the test cannot fire below {least}",
                "give the run more time or fewer benchmarks",
            )


def _decide(
    name: str, look: _Look, rule: Rule, number: int,
    slower: tuple[float, bool], faster: tuple[float, bool],
) -> Judgement:
    floor = log_share(look.margin)
    n = look.values.size
    alpha = slower[0]
    if slower[1] and look.effect <= floor:
        worse = int(np.count_nonzero(look.values < 0))
        verdict, reason = Verdict.REGRESSED, _found("slower", look, worse, look.p_slower, alpha)
    elif faster[1] and -look.effect <= floor:
        better, alpha = int(np.count_nonzero(look.values > 0)), faster[0]
        verdict, reason = Verdict.IMPROVED, _found("faster", look, better, look.p_faster, alpha)
    elif look.low > log_share(rule.exclude):
        verdict = Verdict.PASSED
        reason = (f"A slowdown of {rule.exclude:.1%} is excluded: the interval of {n} launches "
                  f"begins at {percent(look.low)}.")
    else:
        verdict = Verdict.UNDECIDED
        begins = "has no end" if math.isinf(look.low) else f"begins at {percent(look.low)}"
        reason = (f"A slowdown of {rule.exclude:.1%} is not excluded: the interval of {n} launches "
                  f"{begins}.")
    return _judgement(name, look, rule, number, verdict, reason, alpha)


def _found(way: str, look: _Look, agreeing: int, p: float, alpha: float) -> str:
    return (f"{percent(look.effect)}, {way} in {agreeing} of {look.values.size} launches "
            f"(p {p:.2g}, at most {alpha:.2g} asked; margin {look.margin:.1%}).")


def _ungateable(name: str, look: _Look, rule: Rule, number: int) -> Judgement:
    reason = (f"It cannot be gated here: its margin would be {look.margin:.1%}, "
              f"above {rule.ungateable:.1%}.")
    return _judgement(name, look, rule, number, Verdict.UNGATEABLE, reason,
                      statistics.look_alpha(rule))


def _judgement(
    name: str, look: _Look, rule: Rule, number: int, verdict: Verdict, reason: str, alpha: float
) -> Judgement:
    return Judgement(
        benchmark=name, verdict=verdict, reason=reason, margin=look.margin,
        launches=int(look.values.size), looks=number, effect=look.effect,
        low=look.low, high=look.high, p_slower=look.p_slower, p_faster=look.p_faster,
        alpha=alpha,
        smallest_visible=statistics.smallest_visible(look.values, alpha, look.margin),
    )


def percent(effect: float) -> str:
    """An effect as a change with its sign: "-5.0%"."""
    return f"{math.expm1(effect):+.1%}"


def confirm(judgement: Judgement, fresh_effects: Sequence[float], rule: Rule) -> Judgement:
    """What fresh launches make of a candidate.

    They confirm it when they are significant in the same direction and show a good part of the
    first effect. Where they do not, they decide alone: passed if their interval excludes the
    slowdown, else undecided. The effect and interval of the first launches stay in the judgement,
    those of the fresh ones are in its confirmation.

    REQUIRES: the judgement's verdict is REGRESSED or IMPROVED.
    """
    if judgement.verdict not in (Verdict.REGRESSED, Verdict.IMPROVED):
        raise ValueError(f"{judgement.verdict.value} needs no confirmation")
    array = statistics.checked_effects(fresh_effects, judgement.benchmark)
    if statistics.least_agreeing(array.size, rule.confirm_alpha) > array.size:
        least = next(n for n in range(1, 64) if statistics.tail(n, n) <= rule.confirm_alpha)
        raise InputError(
            judgement.benchmark,
            f"{array.size} launches to confirm with, and they cannot confirm below {least}",
            "give the run more time",
        )
    slower = judgement.verdict is Verdict.REGRESSED
    p = statistics.sign_test(array, slower=slower)
    effect = float(np.median(array))
    enough = rule.confirm_share * abs(judgement.effect)
    confirmed = p <= rule.confirm_alpha and (-effect if slower else effect) >= enough
    low, high = statistics.median_interval(array, rule.confidence)
    said = Confirmation(int(array.size), effect, p, confirmed, low, high)
    if confirmed:
        reason = (f"{judgement.reason} Confirmed by {array.size} fresh launches: "
                  f"{percent(effect)} (p {p:.2g}).")
        return replace(judgement, reason=reason, confirmation=said)
    return _unconfirmed(judgement, said, rule)


def _unconfirmed(judgement: Judgement, said: Confirmation, rule: Rule) -> Judgement:
    passed = said.low > log_share(rule.exclude)
    reason = (f"The first finding ({percent(judgement.effect)}) was not confirmed by "
              f"{said.launches} fresh launches ({percent(said.effect)}, p {said.p:.2g}), which "
              f"{'exclude' if passed else 'do not exclude'} a slowdown of {rule.exclude:.1%}.")
    verdict = Verdict.PASSED if passed else Verdict.UNDECIDED
    return replace(judgement, verdict=verdict, reason=reason, confirmation=said)


def void_reason(
    null_effects: Mapping[str, Sequence[float]], rule: Rule, margins: Mapping[str, float]
) -> str:
    """Why the null launches (baseline against its own copy) void the run; empty when they behave.

    Two declared rules. (1) Over all null launches: Wilcoxon's signed-rank test, two-sided, at
    `null_alpha`, with a median off by at least a third of the rule's margin. (2) One benchmark: at
    least four null launches, all to one side, each more than twice the benchmark's margin off.

    By simulation, 4 null launches for each of 4 benchmarks, normal noise of 1 to 4%, no
    calibration: sound arms are voided in fewer than 0.2% of runs; an arm that is biased by 5% in
    more than 95% of runs at up to 3% of noise (test_gate_decide.py repeats both). A benchmark may
    have no null launches, but not all of them. `null_caveat` tells when neither rule can fire.
    """
    everything = [value for values in null_effects.values() for value in values]
    array = statistics.checked_effects(everything, "null launches")
    p = statistics.signed_rank_test(array)
    middle = float(np.median(array))
    if p <= rule.null_alpha and abs(middle) >= NULL_SHARE * -log_share(rule.margin):
        return (f"The baseline differed from its own copy by {percent(middle)} over {array.size} "
                f"null launches (p {p:.2g}, at most {rule.null_alpha:.2g} allowed).")
    for name, values in null_effects.items():
        off = NULL_MARGINS * -log_share(margin_of(name, rule, margins))
        own = np.asarray(list(values), dtype=float)
        if own.size >= NULL_LAUNCHES and (own.min() > off or own.max() < -off):
            return (f"The baseline differed from its own copy on {name} by "
                    f"{percent(float(np.median(own)))} in all of {own.size} null launches.")
    return ""


def null_caveat(null_effects: Mapping[str, Sequence[float]], rule: Rule) -> str:
    """A sentence for the notes when so few null launches could not void a run; else empty."""
    counts = [len(values) for values in null_effects.values()]
    if 2.0 * statistics.tail(sum(counts), sum(counts)) <= rule.null_alpha:
        return ""
    if max(counts, default=0) >= NULL_LAUNCHES:
        return ""
    return f"{sum(counts)} null launches are too few to void a run."

"""The decision where only results of earlier runs exist: one value for each run and benchmark.

It is the weaker mode. Runs of one day resemble each other more than runs of another day, and no
order or null launch can make up for that here. Two things stand against it:

* Significance: the exact one-sided Mann-Whitney test of the candidate's runs against the history's,
  with Holm's correction. Ties count against the claim.
* The history's own noise: every m consecutive runs of the history (m as many as the candidate has)
  are compared with the rest of it as if they were a candidate. Twice the largest shift among these
  is the least that counts as a change. The windows overlap, so nothing is counted with them: they
  give a floor, never a rate.

By simulation, four identical benchmarks, an alpha of 1%: independent runs alarm in fewer than 1%
of cases. With a lag-1 correlation of 0.55 the test alone alarms in 12 to 20%, test and floor in 2
to 8% (noise of 2 and 5%; test_gate_recorded.py repeats one case). The floor helps; it is no cure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pragmark_report import stats as report_stats
from pragmark_report.errors import InputError

from . import decide, statistics
from .model import Judgement, Metric, Rule, Verdict

HISTORY_FACTOR = 2  # two windows of the history that do not overlap, to know its own noise
NOISE_FACTOR = 2.0  # times the largest shift within the history: the least that is a change
CAVEAT = ("Runs recorded one after the other resemble each other, which no test here can know: a "
          "finding of recorded files is worth a paired run.")
RANK_SE = math.sqrt(math.pi / 3.0)  # of the shift's estimate in normal noise, over that of a mean
DRAWS = 2000
SEED = 1

Values = Mapping[str, Sequence[float]]  # benchmark -> the metric of each run, oldest first


@dataclass(frozen=True)
class _Sides:
    """Both sides of one benchmark as logarithms in which lower is worse."""

    history: np.ndarray
    candidate: np.ndarray
    margin: float


def judge_recorded(
    baseline: Values, candidate: Values, metric: Metric, rule: Rule, margins: Mapping[str, float]
) -> dict[str, Judgement]:
    """Verdicts are final: there are no fresh launches. The whole alpha is for the one look."""
    decide.check_rule(rule)
    _check_names(baseline, candidate)
    sides = {name: _sides(name, values, candidate[name], metric, rule, margins)
             for name, values in baseline.items()}
    gated = [name for name, each in sides.items() if each.margin <= rule.ungateable]
    for name in gated:
        _check_runs(name, sides[name], len(gated), rule)
    p_slower = {name: rank_test(each.candidate, each.history) for name, each in sides.items()}
    p_faster = {name: rank_test(-each.candidate, -each.history) for name, each in sides.items()}
    slower = statistics.holm({name: p_slower[name] for name in gated}, rule.alpha)
    faster = statistics.holm({name: p_faster[name] for name in gated}, rule.alpha)
    unjudged = (rule.alpha, False)
    return {
        name: _judge_one(name, each, rule, (p_slower[name], *slower.get(name, unjudged)),
                         (p_faster[name], *faster.get(name, unjudged)))
        for name, each in sides.items()
    }


def rank_test(lower: np.ndarray, higher: np.ndarray) -> float:
    """The exact one-sided p of the claim that the first sample is lower; ties count against it."""
    pairs = int(np.count_nonzero(np.less.outer(lower, higher)))
    probabilities = report_stats.mann_whitney_probabilities(len(lower), len(higher))
    return min(1.0, float(probabilities[pairs:].sum()))


def history_noise(history: np.ndarray, runs: int) -> float:
    """The largest shift of so many consecutive runs against the rest of the history."""
    return max(
        abs(report_stats.hodges_lehmann(history[start:start + runs],
                                        np.delete(history, slice(start, start + runs))))
        for start in range(history.size - runs + 1)
    )


def least_history(candidate_runs: int, benchmarks: int, rule: Rule) -> int:
    """Runs of history that so many candidate runs take; 0 when no history would do."""
    alpha = rule.alpha / benchmarks
    return next((n for n in range(HISTORY_FACTOR * candidate_runs, 1000)
                 if 1.0 / math.comb(n + candidate_runs, candidate_runs) <= alpha), 0)


def _check_names(baseline: Values, candidate: Values) -> None:
    if not baseline and not candidate:
        raise InputError("recorded results", "there is no benchmark", "check the files given")
    for name in [*baseline, *candidate]:
        for side, values in (("baseline", baseline), ("candidate", candidate)):
            if name not in values:
                raise InputError(name, f"the {side} does not have it",
                                 "record both sides with the same benchmarks")


def _sides(
    name: str, baseline: Sequence[float], candidate: Sequence[float], metric: Metric, rule: Rule,
    margins: Mapping[str, float],
) -> _Sides:
    history, fresh = (_logs(name, values, metric) for values in (baseline, candidate))
    if history.size < HISTORY_FACTOR * fresh.size:
        raise InputError(
            name, f"{history.size} runs of history for {fresh.size} of the candidate, and to know "
            f"its own noise takes {HISTORY_FACTOR * fresh.size}", "give more baseline files")
    if np.ptp(np.concatenate([history, fresh])) == 0.0:
        raise InputError(name, "all runs tie", "give the metric more digits")
    moves = -math.expm1(-NOISE_FACTOR * history_noise(history, fresh.size))
    floor = max(margins.get(name, 0.0), moves)
    return _Sides(history, fresh, decide.margin_of(name, rule, {name: floor}))


def _logs(name: str, values: Sequence[float], metric: Metric) -> np.ndarray:
    array = statistics.checked(values, name)
    if (array <= 0.0).any():
        raise InputError(name, f"{metric.name} is zero or negative", "record it again")
    return np.log(array) if metric.higher_is_better else -np.log(array)


def _check_runs(name: str, sides: _Sides, benchmarks: int, rule: Rule) -> None:
    """Even if each run of the candidate were worse than all history, the test has to be able to
    say so; else it would pass everything."""
    m, n = sides.candidate.size, sides.history.size
    least_p, alpha = 1.0 / math.comb(m + n, m), rule.alpha / benchmarks
    if least_p > alpha:
        least = least_history(m, benchmarks, rule)
        more = f"give {least} runs of history" if least else "give more runs of the candidate"
        raise InputError(
            name, f"{m} runs against {n} of history cannot be significant: p is {least_p:.2g} at "
            f"best and {alpha:.2g} is asked", f"{more}, or judge fewer benchmarks")


def _judge_one(
    name: str, sides: _Sides, rule: Rule,
    slower: tuple[float, float, bool], faster: tuple[float, float, bool],
) -> Judgement:
    effect = report_stats.hodges_lehmann(sides.candidate, sides.history)
    interval = report_stats.shift_interval(sides.candidate, sides.history, rule.confidence)
    low, high = (interval.low, interval.high) if interval else (-math.inf, math.inf)
    floor = decide.log_share(sides.margin)
    about = f"{sides.candidate.size} runs against {sides.history.size} of history"
    found = f"{decide.percent(effect)} in {about} (p {{:.2g}}, at most {{:.2g}} asked; " \
            f"margin {sides.margin:.1%})."
    alpha = slower[1]
    if sides.margin > rule.ungateable:
        verdict = Verdict.UNGATEABLE
        reason = (f"It cannot be gated from these files: its margin would be {sides.margin:.1%}, "
                  f"above {rule.ungateable:.1%}.")
    elif slower[2] and effect <= floor:
        verdict, reason = Verdict.REGRESSED, found.format(*slower[:2])
    elif faster[2] and -effect <= floor:
        verdict, reason, alpha = Verdict.IMPROVED, found.format(*faster[:2]), faster[1]
    elif sides.margin > rule.exclude:
        verdict = Verdict.UNDECIDED
        reason = (f"A slowdown of {rule.exclude:.1%} cannot be excluded where less than "
                  f"{sides.margin:.1%} is no change.")
    else:
        passed = low > decide.log_share(rule.exclude)
        verdict = Verdict.PASSED if passed else Verdict.UNDECIDED
        begins = "has no end" if math.isinf(low) else f"begins at {decide.percent(low)}"
        reason = (f"A slowdown of {rule.exclude:.1%} is {'' if passed else 'not '}excluded: the "
                  f"interval of {about} {begins}.")
    return Judgement(
        benchmark=name, verdict=verdict, reason=reason, margin=sides.margin,
        launches=int(sides.candidate.size), looks=1, effect=effect, low=low, high=high,
        p_slower=slower[0], p_faster=faster[0], alpha=alpha,
        smallest_visible=_smallest_visible(sides, alpha),
    )


def _smallest_visible(sides: _Sides, alpha: float) -> float:
    """As a fraction: what the rank test and the margin need in normal noise in 9 of 10 cases."""
    n, m = sides.history.size, sides.candidate.size
    squares = sum(float(((each - each.mean()) ** 2).sum())
                  for each in (sides.history, sides.candidate))
    sd = math.sqrt(squares / (n + m - 2))
    error = RANK_SE * sd * math.sqrt(1.0 / n + 1.0 / m)
    quantile = statistics.normal_quantile(statistics.POWER)
    shift = max(_rank_test_shift(n, m, alpha) * sd,
                -decide.log_share(sides.margin) + quantile * error)
    return -math.expm1(-shift)


@lru_cache(maxsize=None)
def _rank_test_shift(n: int, m: int, alpha: float) -> float:
    """The shift, in standard deviations, that the test finds in 9 of 10 normal samples. Infinite
    when it cannot fire. Each sample says exactly which shift it needs, as in calibration.py."""
    tails = np.cumsum(report_stats.mann_whitney_probabilities(m, n)[::-1])[::-1]
    enough = np.flatnonzero(tails <= alpha)
    if enough.size == 0:
        return math.inf
    rng = np.random.default_rng(SEED)
    candidate, history = rng.standard_normal((DRAWS, m, 1)), rng.standard_normal((DRAWS, 1, n))
    differences = np.sort((candidate - history).reshape(DRAWS, -1), axis=1)
    return float(np.quantile(differences[:, enough[0] - 1], statistics.POWER))

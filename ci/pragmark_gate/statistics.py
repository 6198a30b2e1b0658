"""The exact tests and intervals that the gate rests on. Pure; nothing here knows a benchmark.

* The sign test asks only how many launches were worse. Noise may have any shape and any spread, as
  long as a launch of identical programs is as often above zero as below. A launch of exactly zero
  counts against the claim, so ties can only hide a change, never make one.
* Holm's step-down bounds the chance of one false claim in the whole family of benchmarks
  (Holm 1979). A name's claim holds exactly when its p is at most the alpha that was left for it.
* Intervals of a median are order statistics, those of a rate are Clopper and Pearson's: both cover
  at least what they say.

Effects are logarithms of ratios; negative is worse (see model.py).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy import stats as scipy_stats

from pragmark_report import stats as report_stats
from pragmark_report.errors import InputError
from pragmark_report.exact_tests import (  # noqa: F401  (the gate's callers find all of it here)
    binomial_interval,
    holm,
    normal_quantile,
    signed_rank_ways,
    tail,
)

from .model import Rule

LOOKS = 2  # main launches, and once more after the one extension
POWER = 0.9  # "would have seen it in 9 of 10 cases"
MEDIAN_SE = 1.2533  # sqrt(pi / 2): a normal sample's median has this many standard errors of a mean


def checked(values: Iterable[float], subject: object) -> np.ndarray:
    """The values as an array. Refuses none at all, NaN, infinity: no verdict comes from those."""
    given = values if isinstance(values, np.ndarray) else list(values)
    array = np.asarray(given, dtype=float)
    if array.size == 0:
        raise InputError(subject, "there is no launch", "a verdict needs launches of both arms")
    if not np.isfinite(array).all():
        raise InputError(subject, "a launch gave NaN or infinity",
                         "look for zero rates and failed benchmarks in the results")
    return array


def checked_effects(values: Iterable[float], subject: object) -> np.ndarray:
    """As `checked`, and refuses launches that all tie: then nothing was measured."""
    array = checked(values, subject)
    if not array.any():
        raise InputError(subject, "all launches tie",
                         "give the metric more digits or the benchmark more work")
    return array


def sign_test(effects: Sequence[float], *, slower: bool) -> float:
    """The one-sided exact p: so many launches worse (or better), had the arms been the same."""
    array = checked(effects, "sign test")
    return tail(array.size, int(np.count_nonzero(array < 0 if slower else array > 0)))


def least_agreeing(n: int, alpha: float) -> int:
    """How many of n launches must agree before the sign test says so; n + 1 when it never can."""
    most = Fraction(alpha) * 2**n
    ways = 0  # of n launches such that k or more agree, out of 2^n
    for k in range(n, -1, -1):
        ways += math.comb(n, k)
        if ways > most:
            return k + 1
    return 0


def signed_rank_test(effects: Sequence[float]) -> float:
    """Wilcoxon's signed-rank test, two-sided, exact also with ties (which share their mean rank).

    It asks more than the sign test: that noise is symmetric. Two copies of one program in random
    order are exchangeable, so there it is. Zeros say nothing and are left out.
    """
    array = checked(effects, "signed-rank test")
    array = array[array != 0.0]
    if array.size == 0:
        return 1.0
    ranks = np.rint(2 * scipy_stats.rankdata(np.abs(array))).astype(int)  # whole, though ties
    ways = signed_rank_ways(ranks)
    positive = int(ranks[array > 0].sum())
    low = min(positive, int(ranks.sum()) - positive)
    return min(1.0, 2.0 * float(ways[: low + 1].sum()))


def median_interval(values: Sequence[float], confidence: float) -> tuple[float, float]:
    """The order-statistic interval of the median; all numbers when n is too small for one."""
    interval = report_stats.median_interval(checked(values, "interval").tolist(), confidence)
    return (interval.low, interval.high) if interval else (-math.inf, math.inf)


def robust_sd(values: Sequence[float]) -> float:
    """The standard deviation by the median absolute deviation: single outliers do not count."""
    array = checked(values, "spread")
    return report_stats.MAD_TO_SIGMA * float(np.median(np.abs(array - np.median(array))))


def lag1(values: Sequence[float]) -> float:
    """The correlation of each value with the one before; 0 when there is no spread."""
    array = checked(values, "lag-1 correlation")
    deviation = array - array.mean()
    square = float(deviation @ deviation)
    return float(deviation[1:] @ deviation[:-1]) / square if square > 0.0 else 0.0


@lru_cache(maxsize=None)
def _sign_test_shift(n: int, alpha: float) -> float:
    """The shift, in standard deviations, that the sign test finds with POWER in normal noise."""
    need = least_agreeing(n, alpha)
    if need > n:
        return math.inf
    share = float(scipy_stats.beta.ppf(POWER, need, n - need + 1))  # P(Bin(n, share) >= need)
    return normal_quantile(share)


def smallest_visible(effects: Sequence[float], alpha: float, margin: float) -> float:
    """The slowdown, as a fraction, that launches like these would show in 9 of 10 cases.

    The largest of three: what a normal test of the median needs, what the margin needs, and what
    the sign test needs with so few launches. The last is there because the first is the limit of
    many launches: when 15 of 16 have to agree, it promises 5% where only 7% is found so often.
    1 when the test cannot fire. REQUIRES: 0 <= margin < 1.
    """
    array = checked(effects, "smallest visible slowdown")
    if array.size < 2:
        return 1.0
    sd = float(array.std(ddof=1))
    error = MEDIAN_SE * sd / math.sqrt(array.size)
    sign = _sign_test_shift(array.size, alpha)
    if math.isinf(sign):
        return 1.0
    return 1.0 - math.exp(-max(
        (normal_quantile(1.0 - alpha) + normal_quantile(POWER)) * error,
        -math.log1p(-margin) + normal_quantile(POWER) * error,
        sign * sd,
    ))


def look_alpha(rule: Rule) -> float:
    """The family-wise alpha of one look and one direction: both looks have the same share."""
    return rule.alpha / LOOKS


def least_launches(benchmarks: int, rule: Rule) -> int:
    """Below so many launches the first look cannot fire, even if all of them are worse."""
    return next(n for n in itertools.count(1) if tail(n, n) <= look_alpha(rule) / benchmarks)


def least_calibration(benchmarks: int, rule: Rule) -> int:
    """Launches of each benchmark: either half holds as many as a verdict takes."""
    return 2 * least_launches(benchmarks, rule)

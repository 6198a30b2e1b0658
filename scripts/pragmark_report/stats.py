"""Order statistics for few repetitions. Pure functions; nothing here knows a benchmark.

Both intervals are exact for any continuous distribution; neither assumes a normal one.

* The interval of a median takes two order statistics, whose ranks the binomial distribution gives
  (David and Nagaraja, Order Statistics, 3rd ed., 7.1; Conover, Practical Nonparametric Statistics,
  3rd ed., 3.2).
* The ratio of two samples is the Hodges-Lehmann shift of their logarithms; its interval inverts the
  exact null distribution of the Mann-Whitney statistic (Hodges and Lehmann 1963; Hollander, Wolfe
  and Chicken, Nonparametric Statistical Methods, 3rd ed., 4.2-4.3). It assumes that the logarithms
  of both samples have one shape and differ in place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95
MIN_REPETITIONS = 6  # with 5 the widest interval of a median covers 93.75%
MAD_TO_SIGMA = 1.4826  # makes the median absolute deviation estimate a normal sigma

REACHED = "reached"
MISSED = "missed"
UNDECIDED = "undecided"


@dataclass(frozen=True)
class Interval:
    """Both ends included, in the unit of the values. `coverage` is the probability achieved."""

    low: float
    high: float
    coverage: float


@dataclass(frozen=True)
class Ratio:
    """How many times the first sample lies above the second. No interval when n is too small."""

    factor: float
    interval: Interval | None


def median_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """The narrowest symmetric order-statistic interval of the median that covers `confidence`.

    Returns None when not even (minimum, maximum) covers that much: n < 6 at 95%.
    """
    ordered = sorted(values)
    n = len(ordered)
    best = None
    tail = 0.0  # P(Binomial(n, 1/2) < rank)
    for rank in range(1, n // 2 + 1):
        tail += math.comb(n, rank - 1) / 2**n
        coverage = 1.0 - 2.0 * tail
        if coverage < confidence:
            break
        best = Interval(ordered[rank - 1], ordered[n - rank], coverage)
    return best


@lru_cache(maxsize=None)
def mann_whitney_probabilities(m: int, n: int) -> np.ndarray:
    """P(U = u) for u = 0 .. m*n under the null hypothesis, without ties.

    The largest of all m + n values belongs to the first sample with probability m / (m + n), and
    then adds n to U. All terms are positive, so floating point loses nothing that matters.
    """
    rows = [np.ones(1)] * (n + 1)  # rows[j] is the distribution for (i, j); i = 0 here
    for i in range(1, m + 1):
        current = [np.ones(1)]
        for j in range(1, n + 1):
            p = np.zeros(i * j + 1)
            p[j:] += i / (i + j) * rows[j]
            p[: i * (j - 1) + 1] += j / (i + j) * current[j - 1]
            current.append(p)
        rows = current
    return rows[n]


def hodges_lehmann(a: Sequence[float], b: Sequence[float]) -> float:
    """The median of all differences a_i - b_j. REQUIRES: both samples hold a value."""
    return float(np.median(np.subtract.outer(np.asarray(a), np.asarray(b))))


def shift_interval(
    a: Sequence[float], b: Sequence[float], confidence: float = CONFIDENCE
) -> Interval | None:
    """The interval of the shift of a over b. None when the samples are too small for it."""
    differences = np.sort(np.subtract.outer(np.asarray(a), np.asarray(b)), axis=None)
    below = np.cumsum(mann_whitney_probabilities(len(a), len(b)))  # below[u] = P(U <= u)
    rank = int(np.searchsorted(below, (1.0 - confidence) / 2.0, side="right"))
    if rank == 0:
        return None
    low, high = differences[rank - 1], differences[len(differences) - rank]
    return Interval(float(low), float(high), 1.0 - 2.0 * float(below[rank - 1]))


def ratio(
    numerator: Sequence[float], denominator: Sequence[float], confidence: float = CONFIDENCE
) -> Ratio:
    """The ratio of two samples of rates. REQUIRES: all rates are positive."""
    a, b = np.log(numerator), np.log(denominator)
    interval = shift_interval(a, b, confidence)
    return Ratio(math.exp(hodges_lehmann(a, b)), interval and exp_interval(interval))


def exp_interval(interval: Interval) -> Interval:
    """The interval of a ratio from the interval of its logarithm."""
    return Interval(math.exp(interval.low), math.exp(interval.high), interval.coverage)


def noise_percent(values: Sequence[float]) -> float:
    """The spread between repetitions: 1.4826 MAD in percent of the median, which must not be 0."""
    array = np.asarray(values, dtype=float)
    middle = float(np.median(array))
    return 100.0 * MAD_TO_SIGMA * float(np.median(np.abs(array - middle))) / middle


def attainment(interval: Interval | None, target: float) -> str:
    """Where the interval lies against the target: REACHED, MISSED or UNDECIDED."""
    if interval is None:
        return UNDECIDED
    if interval.low >= target:
        return REACHED
    return MISSED if interval.high < target else UNDECIDED

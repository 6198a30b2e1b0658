"""Exact tests and intervals that several programs rest on. Pure; nothing here knows a benchmark.

* The signed-rank test and its interval (Wilcoxon 1945; Hollander, Wolfe and Chicken, Nonparametric
  Statistical Methods, 3rd ed., 3.1-3.3) ask that differences lie symmetrically about their centre.
  The difference of two measurements that could have changed places is so about zero, whatever the
  noise looks like; and it stays so about a shift that one of them gets.
* Holm's step-down (1979) bounds the chance of one false claim in a family.
* The interval of a rate is Clopper and Pearson's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from scipy import stats as scipy_stats

from .stats import Interval


@lru_cache(maxsize=None)
def tail(n: int, k: int) -> float:
    """P(Binomial(n, 1/2) >= k), by whole numbers."""
    return sum(math.comb(n, i) for i in range(max(k, 0), n + 1)) / 2**n


def signed_rank_ways(ranks: np.ndarray) -> np.ndarray:
    """[s]: the share of the 2^n sign patterns whose positive ranks, whole numbers, add up to s."""
    ways = np.zeros(int(ranks.sum()) + 1)
    ways[0] = 1.0
    for rank in ranks:
        with_rank = np.zeros_like(ways)
        with_rank[rank:] = ways[: ways.size - rank]
        ways = (ways + with_rank) / 2.0
    return ways


@lru_cache(maxsize=None)
def _below(n: int) -> np.ndarray:
    """[s]: P(signed-rank statistic of n values <= s) under the null hypothesis, without ties."""
    return np.cumsum(signed_rank_ways(np.arange(1, n + 1)))


def least_signed(confidence: float) -> int:
    """How few values have a signed-rank interval of this confidence."""
    return next(n for n in range(1, 10_000) if 1.0 - 2.0 ** (1 - n) >= confidence)


def pseudo_median(values: Sequence[float]) -> float:
    """Hodges and Lehmann's estimate: the median of the means of all pairs, each value with itself
    among them. REQUIRES: there is a value."""
    return float(np.median(_pair_means(values)))


def pseudo_median_interval(values: Sequence[float], confidence: float) -> Interval | None:
    """The signed-rank test turned around: all shifts that it does not refuse.

    None when not even the widest interval covers so much, or when there is no value.
    """
    n = len(values)
    below = _below(n)
    rank = int(np.searchsorted(below, (1.0 - confidence) / 2.0 * (1.0 + 1e-12), side="right"))
    if rank == 0 or n == 0:
        return None
    means = np.sort(_pair_means(values))
    return Interval(float(means[rank - 1]), float(means[means.size - rank]),
                    1.0 - 2.0 * float(below[rank - 1]))


def _pair_means(values: Sequence[float]) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    first, second = np.triu_indices(array.size)
    return (array[first] + array[second]) / 2.0


def holm(
    p_values: Mapping[str, float], alpha: float, family: int | None = None
) -> dict[str, tuple[float, bool]]:
    """Per name: the alpha that was left for it, and whether its p is at most that.

    `family` is how many names the correction is for, if more than are given: those that are not
    given count as unrejected. After the first name that is not rejected, no other is, and the
    alpha stays where it was.
    """
    size = len(p_values) if family is None else family
    if size < len(p_values):
        raise ValueError(f"a family of {size} cannot hold {len(p_values)} names")
    answers: dict[str, tuple[float, bool]] = {}
    rejected = 0
    for name in sorted(p_values, key=lambda each: (p_values[each], each)):
        left = alpha / (size - rejected)
        holds = p_values[name] <= left
        rejected += holds
        answers[name] = (left, holds)
    return answers


@lru_cache(maxsize=None)
def normal_quantile(p: float) -> float:
    """The p-quantile of the standard normal distribution."""
    return float(scipy_stats.norm.ppf(p))


def binomial_interval(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's exact interval of a rate that was k of n; (0, 1) of none."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no rate")
    if n == 0:
        return 0.0, 1.0
    half = (1.0 - confidence) / 2.0
    low = float(scipy_stats.beta.ppf(half, k, n - k + 1)) if k > 0 else 0.0
    high = float(scipy_stats.beta.ppf(1.0 - half, k + 1, n - k)) if k < n else 1.0
    return low, high

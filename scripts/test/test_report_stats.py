"""The statistics against closed forms, brute force, scipy and simulation."""

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from pragmark_report import stats


@pytest.mark.parametrize(
    "n, rank, coverage",
    [(6, 1, 1 - 2 / 64), (8, 1, 1 - 2 / 256), (9, 2, 1 - 20 / 512), (12, 3, 1 - 2 * 79 / 4096)],
)
def test_median_interval_has_the_tabulated_ranks(n, rank, coverage):
    interval = stats.median_interval([float(i) for i in range(n, 0, -1)])
    assert (interval.low, interval.high) == (rank, n + 1 - rank)
    assert interval.coverage == pytest.approx(coverage)


@pytest.mark.parametrize("n", range(6))
def test_median_interval_is_not_given_below_six(n):
    assert stats.median_interval([1.0] * n) is None


@pytest.mark.parametrize("n", range(6, 60))
def test_median_interval_is_the_narrowest_that_covers(n):
    interval = stats.median_interval(range(1, n + 1))
    rank = interval.low

    def covers(r):
        return 1 - 2 * scipy.stats.binom.cdf(r - 1, n, 0.5)

    assert interval.coverage == pytest.approx(covers(rank))
    assert covers(rank) >= 0.95 > covers(rank + 1)


def test_median_interval_covers_in_simulation_whatever_the_shape():
    rng = np.random.default_rng(1)
    samples = rng.lognormal(0.0, 1.5, size=(4000, 9))  # the median is 1, the mean is 3
    intervals = [stats.median_interval(sample) for sample in samples]
    hits = np.mean([i.low <= 1.0 <= i.high for i in intervals])
    expected = intervals[0].coverage
    assert abs(hits - expected) < 4 * math.sqrt(expected * (1 - expected) / 4000)


@pytest.mark.parametrize("m, n", [(1, 1), (2, 3), (3, 2), (4, 4), (5, 3), (5, 5)])
def test_mann_whitney_probabilities_by_brute_force(m, n):
    counts = np.zeros(m * n + 1)
    for ranks in itertools.combinations(range(m + n), m):
        counts[sum(rank - place for place, rank in enumerate(ranks))] += 1
    expected = counts / counts.sum()
    np.testing.assert_allclose(stats.mann_whitney_probabilities(m, n), expected, atol=1e-14)


def test_mann_whitney_probabilities_agree_with_scipy_where_brute_force_ends():
    first = np.arange(0.0, 12.0) + 0.3
    second = np.arange(3.0, 18.0)
    answer = scipy.stats.mannwhitneyu(first, second, alternative="less", method="exact")
    below = np.cumsum(stats.mann_whitney_probabilities(12, 15))
    assert below[int(answer.statistic)] == pytest.approx(answer.pvalue)


def test_shift_interval_is_the_set_of_shifts_that_the_exact_test_does_not_reject():
    rng = np.random.default_rng(2)
    a, b = rng.normal(3.0, 1.0, 7), rng.normal(0.0, 1.0, 6)
    interval = stats.shift_interval(a, b)
    for end, inside in ((interval.low, 1e-9), (interval.high, -1e-9)):
        for step, kept in ((inside, True), (-inside, False)):
            test = scipy.stats.mannwhitneyu(a - end - step, b, method="exact")
            assert (test.pvalue > 0.05) == kept


def test_shift_interval_needs_enough_pairs():
    assert stats.shift_interval([1, 2, 3], [4, 5, 6]) is None
    assert stats.shift_interval([1, 2, 3, 4], [5, 6, 7, 8]).coverage == pytest.approx(1 - 2 / 70)
    assert stats.shift_interval([1, 2, 3, 4], [5, 6, 7, 8], 0.975) is None


def test_ratio_covers_in_simulation():
    rng = np.random.default_rng(3)
    a = 12.0 * rng.lognormal(0.0, 0.2, size=(2000, 6))
    b = rng.lognormal(0.0, 0.2, size=(2000, 7))
    ratios = [stats.ratio(x, y) for x, y in zip(a, b)]
    hits = np.mean([r.interval.low <= 12.0 <= r.interval.high for r in ratios])
    expected = ratios[0].interval.coverage
    assert expected >= 0.95
    assert abs(hits - expected) < 4 * math.sqrt(expected * (1 - expected) / 2000)
    assert np.median([r.factor for r in ratios]) == pytest.approx(12.0, rel=0.02)


def test_ratio_of_exact_multiples_is_exact():
    ratio = stats.ratio([20.0] * 6, [10.0] * 6)
    assert ratio.factor == pytest.approx(2.0)
    assert (ratio.interval.low, ratio.interval.high) == (pytest.approx(2.0), pytest.approx(2.0))


def test_hodges_lehmann_by_hand():
    # differences: 1-0, 1-4, 5-0, 5-4, 9-0, 9-4 = -3, 1, 1, 5, 5, 9
    assert stats.hodges_lehmann([1, 5, 9], [0, 4]) == 3.0


def test_noise_is_the_scaled_deviation_in_percent():
    assert stats.noise_percent([90.0, 95.0, 100.0, 105.0, 400.0]) == pytest.approx(7.413)
    assert stats.noise_percent([5.0]) == 0.0


@pytest.mark.parametrize(
    "low, high, verdict",
    [(60000, 61000, "reached"), (59999, 61000, "undecided"), (50000, 60000, "undecided"),
     (50000, 59999, "missed")],
)
def test_attainment_at_its_edges(low, high, verdict):
    assert stats.attainment(stats.Interval(low, high, 0.96), 60000) == verdict


def test_attainment_without_an_interval_is_undecided():
    assert stats.attainment(None, 60000) == "undecided"

"""The gate's tests and intervals against closed forms, enumeration and worked examples."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from pragmark_gate import statistics
from pragmark_gate.model import Rule
from pragmark_report.errors import InputError
from scipy import optimize as scipy_optimize
from scipy import stats as scipy_stats

SEED = 20240501


@pytest.mark.parametrize("n", [1, 2, 5, 10, 16, 33])
def test_sign_test_is_the_binomial_tail(n):
    for worse in range(n + 1):
        effects = [-0.01] * worse + [0.02] * (n - worse)
        expected = sum(math.comb(n, i) for i in range(worse, n + 1)) / 2**n
        assert statistics.sign_test(effects, slower=True) == pytest.approx(expected, rel=1e-12)
        mirrored = [-effect for effect in effects]
        assert statistics.sign_test(mirrored, slower=False) == pytest.approx(expected, rel=1e-12)


def test_a_tie_counts_against_both_claims():
    effects = [-0.1] * 7 + [0.0] * 3
    assert statistics.sign_test(effects, slower=True) == statistics.tail(10, 7)
    assert statistics.sign_test(effects, slower=False) == 1.0


@pytest.mark.parametrize("bad", [[], [math.nan, 0.1], [-0.1, math.inf], [-math.inf]])
def test_no_statistic_takes_what_is_no_number(bad):
    functions = (
        lambda values: statistics.sign_test(values, slower=True),
        lambda values: statistics.median_interval(values, 0.95),
        lambda values: statistics.smallest_visible(values, 0.01, 0.03),
        statistics.signed_rank_test, statistics.robust_sd, statistics.lag1,
        lambda values: statistics.checked_effects(values, "x"),
    )
    for function in functions:
        with pytest.raises(InputError, match="no launch|NaN or infinity"):
            function(bad)


def test_all_ties_are_refused():
    with pytest.raises(InputError, match="^mixed: all launches tie; "):
        statistics.checked_effects([0.0] * 16, "mixed")
    assert statistics.checked_effects([0.0, 0.0, 0.1], "mixed").size == 3


def test_least_agreeing_is_the_first_count_that_is_significant():
    assert [statistics.least_agreeing(n, 0.00125) for n in (9, 10, 16, 32)] == [10, 10, 15, 25]
    for n in range(1, 40):
        need = statistics.least_agreeing(n, 0.0025)
        assert need == n + 1 or statistics.tail(n, need) <= 0.0025
        assert statistics.tail(n, need - 1) > 0.0025


def test_signed_rank_test_by_enumeration_of_signs():
    rng = np.random.default_rng(SEED)
    for n in (1, 3, 6, 9):
        magnitudes = rng.permutation(np.arange(1, n + 1)) / 100.0
        if n > 3:
            magnitudes[1] = magnitudes[2]  # a tie
        ranks = scipy_stats.rankdata(magnitudes)
        sums = np.array([ranks[np.array(signs)].sum()
                         for signs in itertools.product((True, False), repeat=n)])
        for signs in itertools.product((1, -1), repeat=n):
            low = min(ranks[np.array(signs) > 0].sum(), ranks[np.array(signs) < 0].sum())
            expected = min(1.0, 2.0 * float(np.mean(sums <= low + 1e-9)))
            assert statistics.signed_rank_test(magnitudes * signs) == pytest.approx(expected)


def test_signed_rank_test_agrees_with_scipy_where_enumeration_ends():
    rng = np.random.default_rng(SEED)
    for shift in (0.0, 0.5, 1.0):
        values = rng.normal(shift, 1.0, 24)
        expected = scipy_stats.wilcoxon(values, mode="exact").pvalue
        assert statistics.signed_rank_test(values) == pytest.approx(expected, rel=1e-9)
    assert statistics.signed_rank_test([0.0, 0.0]) == 1.0


def test_holm_against_a_worked_example():
    # alpha 0.05, four names: 0.01 <= 0.05/4, 0.013 <= 0.05/3, 0.03 > 0.05/2, and then it stops.
    p_values = {"c": 0.03, "a": 0.01, "d": 0.04, "b": 0.013}
    answers = statistics.holm(p_values, 0.05)
    assert answers == {"a": (0.05 / 4, True), "b": (0.05 / 3, True),
                       "c": (0.05 / 2, False), "d": (0.05 / 2, False)}
    # 0.04 <= 0.05 alone, but as it comes after a name that was not rejected it is not either.


def test_holm_corrects_for_the_family_and_not_for_what_is_left_of_it():
    assert statistics.holm({"a": 0.02}, 0.05) == {"a": (0.05, True)}
    assert statistics.holm({"a": 0.02}, 0.05, family=4) == {"a": (0.0125, False)}
    with pytest.raises(ValueError, match="family of 1"):
        statistics.holm({"a": 0.02, "b": 0.1}, 0.05, family=1)


def test_holm_rejects_exactly_where_p_is_at_most_its_alpha():
    rng = np.random.default_rng(SEED)
    for _ in range(300):
        size = int(rng.integers(1, 9))
        p_values = dict(enumerate(rng.choice([1e-4, 0.004, 0.006, 0.01, 0.03, 0.5], size)))
        ordered = sorted(p_values.values())
        for name, (left, rejected) in statistics.holm(p_values, 0.02).items():
            assert rejected == (p_values[name] <= left)
            # The other textbook form: the adjusted p is the running maximum of (m - i) p_(i).
            first = ordered.index(p_values[name])
            adjusted = max((size - i) * ordered[i] for i in range(first + 1))
            assert rejected == (adjusted <= 0.02), (p_values, name)


@pytest.mark.parametrize("n", [6, 9, 11])
def test_interval_of_the_median_covers_by_enumeration(n):
    # The values are 1 .. n by rank; the true median lies above exactly k of them with probability
    # C(n, k) / 2^n. The interval [low, high] covers it when low <= k < high.
    low, high = statistics.median_interval(list(range(1, n + 1)), 0.95)
    covered = sum(math.comb(n, k) for k in range(n + 1) if low <= k < high) / 2**n
    narrower = sum(math.comb(n, k) for k in range(n + 1) if low + 1 <= k < high - 1) / 2**n
    assert covered >= 0.95 > narrower


def test_interval_of_too_few_values_has_no_ends():
    assert statistics.median_interval([0.1] * 5, 0.95) == (-math.inf, math.inf)
    assert statistics.median_interval([0.3, 0.1, 0.2, 0.5, 0.4, 0.6], 0.95) == (0.1, 0.6)


def test_spread_and_lag():
    assert statistics.robust_sd([1.0, 2.0, 3.0, 4.0, 900.0]) == pytest.approx(1.4826)
    assert statistics.lag1([1.0, 1.0, 1.0]) == 0.0
    assert statistics.lag1([1.0, -1.0] * 50) == pytest.approx(-0.99)
    assert statistics.lag1([0.0] * 50 + [1.0] * 50) > 0.9


def test_smallest_visible_is_the_formula_where_launches_are_many():
    effects = np.tile([-0.02, 0.02], 200)
    error = 1.2533 * float(np.std(effects, ddof=1)) / math.sqrt(400)
    expected = 1.0 - math.exp(math.log(1.0 - 0.03) - 1.2815515655 * error)
    assert statistics.smallest_visible(effects, 0.001, 0.03) == pytest.approx(expected, rel=1e-9)
    # Without a margin worth the name, the normal test of the median is what counts.
    expected = 1.0 - math.exp(-(3.0902323062 + 1.2815515655) * error)
    assert statistics.smallest_visible(effects, 0.001, 1e-9) == pytest.approx(expected, rel=0.05)


def test_smallest_visible_counts_what_the_sign_test_needs():
    effects = np.tile([-0.04, 0.04], 8)
    sd = float(np.std(effects, ddof=1))
    # 15 of 16 must be worse, which happens in 16 q^15 - 15 q^16 of cases.
    q = scipy_optimize.brentq(lambda q: 16 * q**15 - 15 * q**16 - 0.9, 0.5, 1.0)
    expected = 1.0 - math.exp(-scipy_stats.norm.ppf(q) * sd)
    assert statistics.smallest_visible(effects, 0.00125, 0.03) == pytest.approx(expected, rel=1e-6)
    assert statistics.smallest_visible(effects[:9], 0.00125, 0.03) == 1.0
    assert statistics.smallest_visible([0.1], 0.6, 0.03) == 1.0


def test_binomial_interval_against_its_definition():
    for k, n in ((0, 20), (1, 20), (20, 20), (7, 40)):
        low, high = statistics.binomial_interval(k, n)
        above = sum(math.comb(n, i) * low**i * (1 - low) ** (n - i) for i in range(k, n + 1))
        below = sum(math.comb(n, i) * high**i * (1 - high) ** (n - i) for i in range(k + 1))
        assert low == 0.0 if k == 0 else above == pytest.approx(0.025, rel=1e-6)
        assert high == 1.0 if k == n else below == pytest.approx(0.025, rel=1e-6)
    assert statistics.binomial_interval(0, 20)[1] == pytest.approx(1 - 0.025 ** (1 / 20))
    assert statistics.binomial_interval(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="3 of 2"):
        statistics.binomial_interval(3, 2)


def test_least_launches_is_where_the_first_look_can_fire():
    assert [statistics.least_launches(m, Rule()) for m in (1, 4, 12)] == [8, 10, 12]
    for benchmarks in range(1, 30):
        least = statistics.least_launches(benchmarks, Rule())
        assert 0.5**least <= 0.005 / benchmarks < 0.5 ** (least - 1)

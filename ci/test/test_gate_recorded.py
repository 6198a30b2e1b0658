"""The decision on recorded runs: enumeration, the history's own noise, refusals, simulations."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from pragmark_gate import decide, recorded, statistics
from pragmark_gate.model import Metric, Rule, Verdict
from pragmark_report.errors import InputError

SEED = 20240501
RULE = Rule()
RATE = Metric()
LATENCY = Metric("latency_us_p99", higher_is_better=False)
HISTORY = [100.0, 101.0, 99.0, 100.5, 99.5, 100.2, 99.8, 101.2, 98.8, 100.1, 99.9, 100.7]
FEW = HISTORY[:6]


def judge_one(history, candidate, metric=RATE, rule=RULE, margins=None):
    return recorded.judge_recorded(
        {"read": history}, {"read": candidate}, metric, rule, margins or {})["read"]


def scaled(factor, values=FEW):
    return [factor * value for value in values]


def test_rank_test_by_enumeration():
    rng = np.random.default_rng(SEED)
    for m, n in ((1, 3), (2, 4), (3, 5)):
        values = rng.permutation(m + n).astype(float)
        splits = [(values[list(pick)], np.delete(values, list(pick)))
                  for pick in itertools.combinations(range(m + n), m)]
        below = [int(np.less.outer(a, b).sum()) for a, b in splits]
        for (a, b), pairs in zip(splits, below):
            expected = float(np.mean([other >= pairs for other in below]))
            assert recorded.rank_test(a, b) == pytest.approx(expected)


def test_ties_of_runs_count_against_both_claims():
    a, b = np.array([1.0, 1.0, 2.0]), np.array([1.0, 2.0, 2.0])
    whole = recorded.rank_test(np.array([0.9, 1.0, 2.1]), np.array([1.1, 2.0, 2.2]))
    assert recorded.rank_test(a, b) > whole
    assert recorded.rank_test(a, a) > 0.5


@pytest.mark.parametrize("factor, verdict", [
    (0.90, Verdict.REGRESSED), (0.98, Verdict.PASSED), (1.0, Verdict.PASSED),
    (1.10, Verdict.IMPROVED), (1.02, Verdict.PASSED),
])
def test_verdicts_and_their_mirror(factor, verdict):
    answer = judge_one(HISTORY, scaled(factor))
    assert answer.verdict is verdict
    assert answer.effect == pytest.approx(math.log(factor), abs=0.005)
    assert (answer.launches, answer.looks, answer.confirmation) == (6, 1, None)
    inverse = [1.0 / value for value in HISTORY], [1.0 / value for value in scaled(factor)]
    latency = judge_one(*inverse, metric=LATENCY)
    assert latency.verdict is verdict
    assert latency.effect == pytest.approx(answer.effect)
    mirror = judge_one(*inverse)
    assert (mirror.p_faster, mirror.p_slower) == (answer.p_slower, answer.p_faster)
    assert mirror.low == pytest.approx(-answer.high)


def test_the_interval_covers_and_a_wide_one_is_undecided():
    wide = [100.0, 109.0, 91.0, 105.0, 95.0, 108.0, 92.0, 104.0, 96.0, 100.0, 107.0, 93.0]
    answer = judge_one(wide, scaled(0.95, wide[:6]))
    assert answer.low < math.log(0.9) < answer.effect < answer.high
    assert answer.verdict is Verdict.UNDECIDED
    assert answer.smallest_visible > answer.margin


def test_the_history_s_own_noise_is_the_floor():
    assert recorded.history_noise(np.array([0.0, 0.0, 0.0, 0.05, 0.05]), 2) == 0.05
    assert recorded.history_noise(np.array([0.0, 0.05, 0.0, 0.05]), 2) == 0.0
    regimes = scaled(0.95) + scaled(1.0)  # it moved by 5% before, all on its own
    answer = judge_one(regimes, scaled(0.92))
    assert answer.p_slower <= answer.alpha
    assert answer.margin == pytest.approx(0.0975, abs=0.002)
    assert answer.verdict is not Verdict.REGRESSED
    assert judge_one(regimes, scaled(0.85)).verdict is Verdict.REGRESSED
    assert judge_one(scaled(0.9) + scaled(1.0), scaled(0.7)).verdict is Verdict.UNGATEABLE


def test_no_pass_where_less_than_the_margin_would_hide_it():
    quiet = judge_one(HISTORY, FEW, margins={"read": 0.12})
    assert (quiet.verdict, quiet.margin) == (Verdict.UNDECIDED, 0.12)
    assert "no change" in quiet.reason


def test_the_family_is_corrected_for():
    names = [f"b{i}" for i in range(20)]
    one = judge_one(HISTORY, scaled(0.9))
    many = recorded.judge_recorded(
        {**{name: HISTORY for name in names}}, {name: scaled(0.9) for name in names}, RATE, RULE,
        {})
    assert one.alpha == RULE.alpha
    assert min(each.alpha for each in many.values()) == RULE.alpha / 20
    mixed = recorded.judge_recorded(
        {name: HISTORY for name in names},
        {name: scaled(0.9 if name == "b0" else 1.0) for name in names}, RATE, RULE, {})
    assert [name for name, each in mixed.items() if each.verdict is Verdict.REGRESSED] == ["b0"]


@pytest.mark.parametrize("history, candidate, message", [
    ([], FEW, "^read: there is no launch"),
    (HISTORY, [], "^read: there is no launch"),
    (HISTORY, [100.0, math.nan], "^read: .*NaN"),
    (HISTORY, [0.0] * 3, "items_per_second is zero or negative"),
    (HISTORY, [-1.0] * 3, "items_per_second is zero or negative"),
    (HISTORY[:11], FEW, "11 runs of history for 6 of the candidate, and .* takes 12"),
    ([100.0] * 12, [100.0] * 6, "all runs tie"),
    (HISTORY, [50.0], "1 runs against 12 of history cannot be significant: p is 0.077"),
    (HISTORY[:8], [50.0] * 2, "2 runs against 8 of history cannot be significant.*give 13 runs of"),
])
def test_recorded_results_that_cannot_carry_a_verdict(history, candidate, message):
    with pytest.raises(InputError, match=message):
        judge_one(history, candidate)


def test_whether_the_test_can_fire_is_asked_for_the_family():
    history = (HISTORY * 2)[:13]
    assert judge_one(history, [50.0, 51.0]).verdict is Verdict.REGRESSED
    with pytest.raises(InputError, match="p is 0.0095 at best and 0.005 is asked"):
        recorded.judge_recorded({"a": history, "b": history},
                                {"a": [50.0, 51.0], "b": [50.0, 51.0]}, RATE, RULE, {})


def test_a_benchmark_of_one_side_only_is_refused():
    for sides, message in (
            (({"a": HISTORY}, {}), "^a: the candidate does not have it"),
            (({}, {"a": FEW}), "^a: the baseline does not have it"),
            (({"a": HISTORY, "b": HISTORY}, {"a": FEW, "c": FEW}), "^b: the candidate does not"),
            (({}, {}), "no benchmark")):
        with pytest.raises(InputError, match=message):
            recorded.judge_recorded(*sides, RATE, RULE, {})


def test_least_history_is_where_the_test_can_fire():
    assert recorded.least_history(6, 1, RULE) == 12
    assert recorded.least_history(2, 1, RULE) == 13  # C(15, 2) = 105
    assert recorded.least_history(1, 4, RULE) == 399
    assert recorded.least_history(1, 100, RULE) == 0
    judge_one((HISTORY * 2)[:13], [50.0, 51.0])
    with pytest.raises(InputError, match="cannot be significant"):
        judge_one(HISTORY, [50.0, 51.0])


def series(rng, n, correlation, sd):
    """Rates whose logarithms follow each other with this lag-1 correlation."""
    steps = rng.normal(0.0, sd, n)
    for place in range(1, n):
        steps[place] = (correlation * steps[place - 1]
                        + math.sqrt(1.0 - correlation**2) * steps[place])
    return 100.0 * np.exp(steps)


def alarms(correlation, runs, sd=0.02):
    """Runs of four identical benchmarks with an alarm by the test alone, and by the rule."""
    rng = np.random.default_rng(SEED)
    alone = with_floor = 0
    for _ in range(runs):
        all_runs = {name: series(rng, 18, correlation, sd) for name in "abcd"}
        answers = recorded.judge_recorded(
            {name: values[:12] for name, values in all_runs.items()},
            {name: values[12:] for name, values in all_runs.items()}, RATE, RULE, {})
        p_values = {name: each.p_slower for name, each in answers.items()}
        alone += any(rejected for _, rejected in statistics.holm(p_values, RULE.alpha).values())
        with_floor += any(each.verdict is Verdict.REGRESSED for each in answers.values())
    return alone, with_floor


def test_false_alarms_of_independent_runs_are_within_alpha():
    alone, with_floor = alarms(0.0, 400)
    assert with_floor <= alone
    assert statistics.binomial_interval(alone, 400)[0] <= RULE.alpha
    assert with_floor <= RULE.alpha * 400


def test_the_floor_takes_most_alarms_of_runs_that_hang_together():
    alone, with_floor = alarms(0.55, 250)
    assert alone / 250 > 0.1  # the test does not know; this is why the floor exists
    assert with_floor < alone / 3


def test_smallest_visible_slowdown_is_seen_in_most_cases():
    """Not in 9 of 10: the floor differs from history to history, here it is that of one of them."""
    rng = np.random.default_rng(SEED)

    def judged(slowdown):
        values = 100.0 * np.exp(rng.normal(0.0, 0.02, 22))
        values[16:] *= 1.0 - slowdown
        return judge_one(values[:16], values[16:])

    visible = float(np.median([judged(0.0).smallest_visible for _ in range(100)]))
    seen = sum(judged(visible).verdict is Verdict.REGRESSED for _ in range(300))
    low, high = statistics.binomial_interval(seen, 300)
    assert high >= 0.8 and low <= 0.95, seen
    assert decide.log_share(visible) < decide.log_share(0.03)

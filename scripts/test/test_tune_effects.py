"""Effects: exact intervals, family-wise errors on null data, and what could have been seen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pragmark_report import exact_tests
from pragmark_tune import effects, plan, space
from pragmark_tune.model import Block, Comparison, Objective, Phase, Value, Verdict
from tune_fakes import FakeSets

RUNS = 1000
LEVELS = 6


def block(index, rates, workload="mixed", phase=Phase.MAIN):
    """A block with these rates, c0 first."""
    values = tuple(Value(f"c{place}", workload, 100, 100 / rate, rate, 10.0, 1e6 / rate, 0)
                   for place, rate in enumerate(rates))
    return Block(index, phase, values)


def against_base(place, workload="mixed"):
    return Comparison("setting", workload, f"change {place}", "setting",
                      {f"c{place}": 1.0, "c0": -1.0}, f"c{place}", "c0")


def test_pseudo_median_and_its_interval_follow_the_textbook():
    # Hollander and Wolfe, table 3.1: nine patients, depression scale before and after.
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    difference = list(after - before)
    assert exact_tests.pseudo_median(difference) == pytest.approx(-0.46)
    interval = exact_tests.pseudo_median_interval(difference, 0.96)
    assert (interval.low, interval.high) == pytest.approx((-0.786, -0.010))
    assert interval.coverage == pytest.approx(0.961, abs=5e-4)


@pytest.mark.parametrize("n, confidence, exists", [
    (5, 0.95, False), (6, 0.95, True), (1, 0.95, False), (7, 1 - 0.05 / 6, False),
    (8, 1 - 0.05 / 6, True),
])
def test_an_interval_needs_enough_values(n, confidence, exists):
    values = list(np.linspace(1, 2, n))
    assert (exact_tests.pseudo_median_interval(values, confidence) is not None) == exists
    assert (exact_tests.least_signed(confidence) <= n) == exists


def test_the_drift_of_a_block_falls_out():
    rng = np.random.default_rng(3)
    drifts = np.exp(rng.normal(0, 1.0, 12))
    blocks = [block(i, [1000 * d, 1100 * d]) for i, d in enumerate(drifts)]
    (answer,) = effects.effects([against_base(1)], blocks, Objective.THROUGHPUT, 0.02)
    assert math.exp(answer.gain) == pytest.approx(1.1)
    assert answer.verdict is Verdict.BETTER


def test_less_p99_is_better():
    blocks = [block(i, [1000, 1100]) for i in range(12)]
    (answer,) = effects.effects([against_base(1)], blocks, Objective.P99, 0.02)
    assert answer.verdict is Verdict.BETTER
    assert math.exp(answer.gain) == pytest.approx(1.1)


def test_the_mean_over_workloads_needs_all_of_them():
    values = [block(i, [100, 110]).values + block(i, [100, 121], "sequential_read").values
              for i in range(8)]
    blocks = [Block(i, Phase.MAIN, each) for i, each in enumerate(values)]
    asked = against_base(1, "all")
    gains = effects.gains(asked, blocks, Objective.THROUGHPUT, Phase.MAIN)
    assert gains == pytest.approx([math.log(1.1) * 1.5] * 8)
    lacking = Block(9, Phase.MAIN, values[0][:-1])
    assert effects.gains(asked, [lacking], Objective.THROUGHPUT, Phase.MAIN) == []


def failing(index, rates, failing_place):
    """A block in which one configuration's requests fail half of the time."""
    made = block(index, rates)
    values = tuple(replace(value, busy_errors=50 if place == failing_place else 0)
                   for place, value in enumerate(made.values))
    return replace(made, values=values)


@pytest.mark.parametrize("failing_place, comparable, verdict", [
    (1, False, Verdict.NONE),  # faster, as it fails to write
    (0, True, Verdict.BETTER),  # the base fails: that shows too little
    (None, True, Verdict.BETTER),
])
def test_a_side_whose_requests_fail_is_not_called_better(failing_place, comparable, verdict):
    blocks = [failing(i, [100, 200], failing_place) for i in range(8)]
    (found,) = effects.effects([against_base(1)], blocks, Objective.THROUGHPUT, 0.02)
    assert (found.comparable, found.verdict) == (comparable, verdict)


def test_a_side_whose_requests_succeed_is_not_called_worse_than_one_where_they_fail():
    blocks = [failing(i, [200, 100], 0) for i in range(8)]
    (found,) = effects.effects([against_base(1)], blocks, Objective.THROUGHPUT, 0.02)
    assert (found.comparable, found.verdict) == (False, Verdict.NONE)


def test_two_sides_that_fail_alike_compare_and_two_that_do_not_do_not():
    both = [failing(i, [100, 200], 0) for i in range(8)]
    for errors, comparable in ((50, True), (60, False)):
        blocks = [replace(each, values=(base, replace(changed, busy_errors=errors)))
                  for each in both for base, changed in [each.values]]
        (found,) = effects.effects([against_base(1)], blocks, Objective.THROUGHPUT, 0.02)
        assert found.comparable is comparable


def test_a_contrast_needs_all_its_configurations_sound():
    asked = Comparison("main", "mixed", "x=1", "setting", {"c1": 1.0, "c0": -1.0})
    blocks = [failing(i, [100, 200], 0) for i in range(8)]
    (found,) = effects.effects([asked], blocks, Objective.THROUGHPUT, 0.02)
    assert not found.comparable and found.verdict is Verdict.NONE


def test_confirmation_blocks_are_not_main_blocks():
    blocks = [block(0, [100, 110]), block(1, [100, 120], phase=Phase.CONFIRMATION)]
    found = effects.gains(against_base(1), blocks, Objective.THROUGHPUT, Phase.CONFIRMATION)
    assert found == pytest.approx([math.log(1.2)])


@pytest.mark.parametrize("factor, verdict", [
    (1.30, Verdict.BETTER), (1.019, Verdict.NONE), (0.985, Verdict.NONE), (0.7, Verdict.WORSE),
])
def test_an_effect_counts_beyond_the_floor_only(factor, verdict):
    rng = np.random.default_rng(5)
    blocks = [block(i, 1000 * np.exp(rng.normal(0, 1e-4, 2)) * [1, factor]) for i in range(20)]
    (answer,) = effects.effects([against_base(1)], blocks, Objective.THROUGHPUT, 0.02)
    assert answer.verdict is verdict


def noises(rng, kind, shape):
    """Exchangeable within a block, and nothing like normal where it says so."""
    if kind == "normal":
        return rng.normal(0, 0.05, shape)
    if kind == "skewed":
        return -rng.exponential(0.05, shape)
    drift = rng.normal(0, 0.5, (shape[0], 1))  # a slow minute: common to a block
    return drift + rng.standard_t(1.5, shape) * 0.02  # stalls


@pytest.mark.parametrize("kind", ["normal", "skewed", "drift and stalls"])
def test_family_wise_errors_on_null_data(kind):
    """1,000 runs in which no setting does anything: at most 5% of them say that one does.

    The floor is 0 here: the intervals alone must keep the promise.
    """
    rng = np.random.default_rng(20240501)
    asked = [against_base(place) for place in range(1, LEVELS + 1)]
    wrong = wrong_with_floor = 0
    for _ in range(RUNS):
        rates = 1000.0 * np.exp(noises(rng, kind, (16, LEVELS + 1)))
        blocks = [block(i, row) for i, row in enumerate(rates)]
        answers = effects.effects(asked, blocks, Objective.THROUGHPUT, 0.0)
        wrong += any(each.verdict is not Verdict.NONE for each in answers)
        limit = math.log1p(0.02)
        wrong_with_floor += any(each.low > limit or each.high < -limit for each in answers)
    assert 0 < wrong <= 0.05 * RUNS  # not 0: a test that never fires would keep it too
    assert wrong_with_floor <= wrong


def test_without_correction_the_promise_would_be_broken():
    """The negative control of the test above: uncorrected intervals err far more often."""
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(200):
        rates = np.exp(rng.normal(0, 0.05, (16, LEVELS + 1)))
        base = np.log(rates[:, 0])
        wrong += any(
            not interval.low <= 0 <= interval.high
            for place in range(1, LEVELS + 1)
            for interval in [exact_tests.pseudo_median_interval(
                list(np.log(rates[:, place]) - base), 0.95)])
    assert wrong > 0.1 * 200


def test_all_intervals_hold_the_truth_together():
    rng = np.random.default_rng(11)
    truths = np.array([0.0, 0.1, -0.2, 0.05])
    asked = [against_base(place) for place in range(1, 4)]
    together = 0
    for _ in range(400):
        rates = 1000.0 * np.exp(truths + noises(rng, "skewed", (14, 4)))
        blocks = [block(i, row) for i, row in enumerate(rates)]
        answers = effects.effects(asked, blocks, Objective.THROUGHPUT, 0.02)
        together += all(each.low <= truth <= each.high
                        for each, truth in zip(answers, truths[1:] - truths[0]))
    assert together >= 0.935 * 400  # two standard errors below 95%


def test_what_could_have_been_seen_is_seen_in_nine_of_ten_cases():
    rng = np.random.default_rng(13)
    sd, n, confidence = 0.05, 24, plan.corrected(8)
    typical = effects.smallest_visible(
        [sd * each for each in math.sqrt((n - 1) / n) * np.array([1.0, -1.0] * (n // 2))],
        confidence, 0.02)
    asked = against_base(1)
    found = sum(
        effects.effect(asked, list(math.log1p(typical) + rng.normal(0, sd, n)), confidence,
                       0.02).verdict is Verdict.BETTER for _ in range(500))
    assert 0.86 * 500 <= found <= 0.97 * 500


def test_what_could_have_been_seen_of_a_p99_is_what_is_taken_off_it():
    values = [0.3, -0.3] * 12
    rate, tail = (effects.smallest_visible(values, 0.95, 0.02, each)
                  for each in (Objective.THROUGHPUT, Objective.P99))
    assert 1 - tail == pytest.approx(1 / (1 + rate))
    blocks = [block(i, [100, 100 * math.exp(each)]) for i, each in enumerate(values)]
    (found,) = effects.effects([against_base(1)], blocks, Objective.P99, 0.02)
    assert found.smallest_visible == pytest.approx(tail)


def test_nothing_could_have_been_seen_with_too_few_blocks():
    assert effects.smallest_visible([0.1, 0.2, 0.3], 0.95, 0.02) is None


def test_factorial_contrasts_are_least_squares():
    """On block-centred logarithms, with effects coded: what the docstring of space.py promises."""
    base = FakeSets().read("production")
    factors = space.factors(["cache_size=-2000,-20000,-200000", "mmap_size=0,268435456"], base,
                            FakeSets())
    experiment = space.factorial(base, factors, "per-thread", ["mixed"], FakeSets())
    rng = np.random.default_rng(17)
    logs = rng.normal(0, 1, len(experiment.configurations))
    by_id = {one.id: logs[place] for place, one in enumerate(experiment.configurations)}
    levels = [{c.partition("=")[0]: c.partition("=")[2] for c in one.changes}
              for one in experiment.configurations]
    columns, names = [np.ones(len(logs))], ["mean"]
    coded = {}
    for factor in factors:  # sum-to-zero coding, with the base's level as the last
        for level in factor.levels:
            coded[f"{factor.setting}={level}"] = np.array(
                [1.0 if each.get(factor.setting) == level
                 else -1.0 if factor.setting not in each else 0.0 for each in levels])
    mains = list(coded)
    columns += [coded[name] for name in mains]
    names += mains
    caches = [name for name in mains if name.startswith("cache")]
    maps = [name for name in mains if name.startswith("mmap")]
    columns += [coded[a] * coded[b] for a in caches for b in maps]
    names += [f"{a} with {b}" for a in caches for b in maps]
    solved = dict(zip(names, np.linalg.lstsq(np.stack(columns, 1), logs, rcond=None)[0]))

    def against_base_level(name):  # the coefficient of the base's level is minus the others' sum
        factor = name.partition("=")[0]
        return solved[name] + sum(solved[each] for each in mains if each.startswith(factor))

    def interaction(cache, mapped):
        own = [f"{each} with {mapped}" for each in caches]
        return 2 * (solved[f"{cache} with {mapped}"] + sum(solved[each] for each in own))

    for asked in experiment.comparisons:
        ours = sum(weight * by_id[one] for one, weight in asked.weights.items())
        theirs = (interaction(*asked.terms) if asked.kind == "interaction"
                  else against_base_level(asked.what))
        assert ours == pytest.approx(theirs), asked.what
        assert sum(asked.weights.values()) == pytest.approx(0.0)

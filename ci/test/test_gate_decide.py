"""The decision: candidates, passes, confirmation and the null arm, by examples and simulations."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from pragmark_gate import decide, statistics
from pragmark_gate.model import Rule, Verdict
from pragmark_report.errors import InputError

SEED = 20240501
RULE = Rule()
FOUR = ("read", "write", "mixed", "scan")


def around(effect, spread=0.001, n=16):
    """n launches whose median is exactly this effect."""
    return list(effect + spread * np.linspace(-1.0, 1.0, n))


def judge_one(values, rule=RULE, margins=None, look=1):
    return decide.judge({"read": values}, rule, margins or {}, look=look)["read"]


def noise(rng, sd=0.02, n=16, names=FOUR):
    return {name: rng.normal(0.0, sd, n) for name in names}


@pytest.mark.parametrize("effect, verdict", [
    (math.log(0.95), Verdict.REGRESSED),
    (math.log(0.97) - 1e-9, Verdict.REGRESSED),
    (math.log(0.97) + 1e-9, Verdict.PASSED),  # significant, and smaller than matters
    (0.0001, Verdict.PASSED),
    (-math.log(0.97) - 1e-9, Verdict.PASSED),
    (-math.log(0.97) + 1e-9, Verdict.IMPROVED),
])
def test_the_floor_of_the_effect(effect, verdict):
    answer = judge_one(around(effect))
    assert answer.verdict is verdict
    assert answer.effect == pytest.approx(effect)
    assert answer.launches == 16 and answer.looks == 1 and answer.confirmation is None


def test_a_large_effect_that_is_not_significant_is_no_candidate():
    # Alone, 14 of 16 are needed at 0.005; 13 are not enough, however large they are.
    answer = judge_one([-0.2] * 13 + [0.1] * 3)
    assert answer.p_slower == statistics.tail(16, 13) > answer.alpha == 0.005
    assert answer.verdict is Verdict.UNDECIDED
    assert "not excluded" in answer.reason
    assert answer.smallest_visible > 0.1
    assert judge_one([-0.2] * 14 + [0.1] * 2).verdict is Verdict.REGRESSED


def test_a_pass_excludes_the_slowdown_and_nothing_less_does():
    spread = [-0.12] * 4 + [0.0] + [0.12] * 11  # fourth lowest: the lower end at 95% of 16
    assert judge_one(spread).low == -0.12
    assert judge_one(spread).verdict is Verdict.UNDECIDED
    assert judge_one([-0.12] * 3 + [-0.1] + [0.12] * 12).verdict is Verdict.PASSED
    # ln(0.9) is -0.1054
    assert judge_one([-0.12] * 3 + [-0.106] + [0.12] * 12).verdict is Verdict.UNDECIDED


def test_calibration_raises_the_margin_and_never_lowers_it():
    slow = around(math.log(0.94))
    assert judge_one(slow, margins={"read": 0.05}).verdict is Verdict.REGRESSED
    raised = judge_one(slow, margins={"read": 0.07})
    assert (raised.verdict, raised.margin) == (Verdict.PASSED, 0.07)
    assert judge_one(slow, margins={"read": 0.001}).margin == RULE.margin


def test_what_cannot_be_gated_is_listed_and_not_in_the_family():
    effects = {"read": around(-0.06), "scan": [-0.5] * 16}
    answers = decide.judge(effects, RULE, {"scan": 0.16}, look=1)
    assert list(answers) == ["read", "scan"]
    assert answers["scan"].verdict is Verdict.UNGATEABLE
    assert "16.0%" in answers["scan"].reason and "15.0%" in answers["scan"].reason
    assert answers["read"].alpha == RULE.alpha / 2  # alone, though two are listed
    assert decide.family_size(list(effects), RULE, {"scan": 0.16}) == 1
    # It may have too few launches for a verdict, as it gets none.
    assert decide.judge({"read": around(-0.06), "scan": [-0.5]}, RULE, {"scan": 0.16}, look=1)


def test_alpha_is_split_over_looks_and_family():
    effects = {name: around(-0.05 if name == "read" else 0.0001) for name in FOUR}
    answers = decide.judge(effects, RULE, {}, look=1)
    assert answers["read"].alpha == RULE.alpha / 2 / 4
    assert answers["write"].alpha == RULE.alpha / 2 / 3  # Holm stopped after the first
    # In the second look the family is all of the first, though one is left.
    second = decide.judge({"read": around(-0.05, n=32)}, RULE, {}, look=2, family=4)
    assert second["read"].alpha == RULE.alpha / 2 / 4 and second["read"].looks == 2


def test_verdicts_mirror_when_effects_are_negated():
    mirror = {Verdict.REGRESSED: Verdict.IMPROVED, Verdict.IMPROVED: Verdict.REGRESSED}
    rng = np.random.default_rng(SEED)
    seen = set()
    for _ in range(150):
        effects = {name: rng.normal(rng.choice([-0.06, -0.03, 0.0, 0.03, 0.06]), 0.02, 16)
                   for name in FOUR}
        answers = decide.judge(effects, RULE, {"scan": 0.05}, look=1)
        negated = decide.judge({k: -v for k, v in effects.items()}, RULE, {"scan": 0.05}, look=1)
        for name, answer in answers.items():
            other = negated[name]
            seen.add(answer.verdict)
            assert (answer.verdict in mirror) == (other.verdict in mirror)
            assert (other.p_faster, other.p_slower) == (answer.p_slower, answer.p_faster)
            assert (other.low, other.high) == (-answer.high, -answer.low)
            if answer.verdict in mirror:
                assert other.verdict is mirror[answer.verdict]
                assert other.alpha == answer.alpha
                fresh = rng.normal(answer.effect / 2, 0.01, 16)
                assert (decide.confirm(answer, fresh, RULE).confirmation.confirmed
                        == decide.confirm(other, -fresh, RULE).confirmation.confirmed)
    assert {Verdict.REGRESSED, Verdict.IMPROVED, Verdict.PASSED} <= seen


@pytest.mark.parametrize("values, message", [
    ([], "^read: there is no launch"),
    ([0.01] * 15 + [math.nan], "^read: a launch gave NaN or infinity"),
    ([0.01] * 15 + [-math.inf], "^read: a launch gave NaN or infinity"),
    ([0.0] * 16, "^read: all launches tie"),
    ([-0.5] * 7, "^read: 7 launches, and the test cannot fire below 8"),
])
def test_no_verdict_comes_from_unusable_launches(values, message):
    with pytest.raises(InputError, match=message):
        judge_one(values)


def test_too_few_launches_names_the_family_s_number():
    effects = {name: around(-0.5, n=9) for name in FOUR}
    with pytest.raises(InputError, match="9 launches, and the test cannot fire below 10"):
        decide.judge(effects, RULE, {}, look=1)
    with pytest.raises(InputError, match="no benchmark to judge"):
        decide.judge({}, RULE, {}, look=1)


@pytest.mark.parametrize("change", [
    {"alpha": 0.0}, {"alpha": 1.0}, {"margin": 0.0}, {"margin": -0.1}, {"exclude": 1.0},
    {"confidence": math.nan}, {"confirm_share": 0.0}, {"ungateable": 2.0},
])
def test_a_rule_that_means_nothing_is_refused(change):
    with pytest.raises(InputError, match=next(iter(change))):
        judge_one(around(-0.05), replace(RULE, **change))


def test_a_margin_that_is_no_share_is_refused():
    with pytest.raises(InputError, match="margin of 3.0 is no share"):
        judge_one(around(-0.05), margins={"read": 3.0})


CANDIDATE = judge_one(around(-0.06))


@pytest.mark.parametrize("fresh, verdict, confirmed", [
    (around(-0.06), Verdict.REGRESSED, True),
    (around(-0.0301), Verdict.REGRESSED, True),  # half of the first effect
    (around(-0.0299), Verdict.PASSED, False),  # less than half
    (around(+0.06), Verdict.PASSED, False),  # the other direction
    ([-0.08] * 12 + [0.01] * 4, Verdict.REGRESSED, True),  # p 0.038
    ([-0.08] * 11 + [0.01] * 5, Verdict.PASSED, False),  # p 0.105
    ([-0.2] * 11 + [0.01] * 5, Verdict.UNDECIDED, False),
])
def test_confirmation(fresh, verdict, confirmed):
    answer = decide.confirm(CANDIDATE, fresh, RULE)
    assert (answer.verdict, answer.confirmation.confirmed) == (verdict, confirmed)
    assert answer.confirmation.launches == 16
    assert answer.confirmation.effect == float(np.median(fresh))
    assert (answer.effect, answer.low) == (CANDIDATE.effect, CANDIDATE.low)
    assert ("was not confirmed by 16 fresh" in answer.reason) is not confirmed
    assert ("Confirmed by 16 fresh" in answer.reason) is confirmed


@pytest.mark.parametrize("fresh, message", [
    ([], "no launch"), ([math.nan] * 16, "NaN"), ([0.0] * 16, "all launches tie"),
    ([-0.06] * 4, "4 launches to confirm with, and they cannot confirm below 5"),
])
def test_confirmation_fails_closed(fresh, message):
    with pytest.raises(InputError, match=message):
        decide.confirm(CANDIDATE, fresh, RULE)


def test_only_a_candidate_is_confirmed():
    with pytest.raises(ValueError, match="passed needs no confirmation"):
        decide.confirm(judge_one(around(0.001)), around(0.001), RULE)


@pytest.mark.parametrize("slower", [True, False])
def test_false_alarms_of_both_looks_are_within_alpha(slower):
    """4000 runs without a difference, and so much noise that the floor of the effect is no help."""
    rng = np.random.default_rng(SEED)
    runs, alarms = 4000, 0
    for effects in rng.normal(0.0, 1.0, (runs, 4, 32)):
        agreeing = (effects < 0) if slower else (effects > 0)
        alarms += any(
            any(rejected for _, rejected in statistics.holm(
                {i: statistics.tail(n, int(row[:n].sum())) for i, row in enumerate(agreeing)},
                statistics.look_alpha(RULE)).values())
            for n in (16, 32)
        )
    assert 0 < alarms <= RULE.alpha * runs


def test_false_alarms_of_the_whole_decision_and_what_it_finds():
    rng = np.random.default_rng(SEED)
    runs, alarms, found = 250, 0, 0
    for _ in range(runs):
        effects = noise(rng, sd=0.05)
        answers = decide.judge(effects, RULE, {}, look=1)
        alarms += any(each.verdict is Verdict.REGRESSED for each in answers.values())
        effects = noise(rng, sd=0.017)
        effects["read"] = effects["read"] + math.log(0.95)
        found += decide.judge(effects, RULE, {}, look=1)["read"].verdict is Verdict.REGRESSED
    assert statistics.binomial_interval(alarms, runs)[0] <= RULE.alpha
    assert found / runs >= 0.95


def test_smallest_visible_slowdown_is_seen_in_about_nine_of_ten_cases():
    rng = np.random.default_rng(SEED)
    for sd in (0.01, 0.04):
        visible = np.median([judge_one(rng.normal(0.0, sd, 16)).smallest_visible
                             for _ in range(100)])
        seen = sum(judge_one(rng.normal(math.log(1.0 - visible), sd, 16)).verdict
                   is Verdict.REGRESSED for _ in range(400))
        low, high = statistics.binomial_interval(seen, 400)
        assert high >= 0.85 and low <= 0.95, (sd, seen)


def nulls(rng, sd, bias=0.0, n=4):
    return {name: rng.normal(bias, sd, n) for name in FOUR}


@pytest.mark.parametrize("sd", [0.01, 0.02, 0.03, 0.04])
def test_sound_nulls_void_almost_no_run(sd):
    rng = np.random.default_rng(SEED)
    runs = 1000
    void = sum(decide.void_reason(nulls(rng, sd), RULE, {}) != "" for _ in range(runs))
    assert void / runs < 0.005, void


@pytest.mark.parametrize("sd", [0.01, 0.02, 0.03])
def test_a_biased_arm_voids_the_run(sd):
    rng = np.random.default_rng(SEED)
    for bias in (math.log(0.95), -math.log(0.95)):
        reasons = [decide.void_reason(nulls(rng, sd, bias), RULE, {}) for _ in range(200)]
        assert sum(reason != "" for reason in reasons) / 200 > 0.95
        assert "differed from its own copy" in reasons[0]


def test_one_benchmark_with_a_biased_null_voids_the_run():
    quiet = {name: [-0.001, 0.001, -0.002, 0.002] for name in FOUR}
    assert decide.void_reason(quiet, RULE, {}) == ""
    far = {**quiet, "mixed": [-0.08, -0.07, -0.09, -0.062]}
    assert "on mixed by -7.2% in all of 4 null launches" in decide.void_reason(far, RULE, {})
    assert decide.void_reason(far, RULE, {"mixed": 0.05}) == ""  # calibration knows such noise
    assert decide.void_reason({**far, "mixed": far["mixed"][:3]}, RULE, {}) == ""
    assert decide.void_reason({**far, "mixed": [-0.08, -0.07, -0.09, 0.062]}, RULE, {}) == ""


def test_a_bias_that_changes_no_verdict_voids_nothing():
    assert decide.void_reason({"read": around(-0.009, n=40)}, RULE, {}) == ""
    assert decide.void_reason({"read": around(-0.011, n=40)}, RULE, {}) != ""


def test_nulls_fail_closed():
    for bad, message in (({}, "no launch"), ({"read": []}, "no launch"),
                         ({"read": [0.1, math.nan]}, "NaN"), ({"read": [0.0] * 4}, "tie")):
        with pytest.raises(InputError, match=f"^null launches: .*{message}"):
            decide.void_reason(bad, RULE, {})
    assert decide.void_reason({"read": [], "scan": [0.001, -0.001]}, RULE, {}) == ""


def test_a_null_arm_that_cannot_void_says_so():
    assert decide.null_caveat({"a": [0.1] * 3, "b": [0.1] * 3}, RULE) == (
        "6 null launches are too few to void a run.")
    assert decide.null_caveat({}, RULE).startswith("0 null launches")
    assert decide.null_caveat({"a": [0.1] * 4}, RULE) == ""
    assert decide.null_caveat({name: [0.1] * 3 for name in FOUR}, RULE) == ""

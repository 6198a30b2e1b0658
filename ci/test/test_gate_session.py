"""Whole runs with invented launches: which launches are made, and what becomes of a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gate_runs import NAMES, PLAN, only, run, verdicts
from pragmark_gate.model import Pairing, Phase, Verdict
from pragmark_gate.statistics import look_alpha


def test_identical_arms_pass_with_the_rules_number_of_launches():
    result, runner, companion = run()
    assert verdicts(result) == only(None, None)
    assert runner.count(Phase.MAIN) == dict.fromkeys(NAMES, 16)
    assert runner.count(Phase.NULL) == dict.fromkeys(NAMES, 4)
    assert not runner.count(Phase.EXTENSION, Phase.CONFIRMATION)
    assert companion.asked == [("io", len(result.launches))]
    assert result.void == ""


def test_the_result_tells_what_was_run():
    result, runner, _ = run()
    assert (result.baseline.command, result.candidate.command) == ("base", "cand")
    assert (result.baseline.context, result.candidate.context) == ({"arm": "A"}, {"arm": "B"})
    assert (result.pairing, result.seed, result.cpu, result.planted) == (Pairing.SLICES, 3, 0, 0.0)
    assert result.seconds == len(runner.calls)
    assert result.notes == ("A note of the runner.",)
    assert [each.benchmark for each in result.judgements] == list(NAMES)


def test_every_launch_but_the_warm_up_is_kept_in_order():
    result, runner, _ = run({"read": -0.08})
    made = [(names[0], phase, index) for names, phase, index, _ in runner.calls if index >= 0]
    assert [(each.benchmark, each.phase, each.index) for each in result.launches] == made
    assert [each.index for each in result.launches] == list(range(len(made)))
    assert [index for _, _, index, _ in runner.calls[:4]] == [-1] * 4


def test_a_regression_is_confirmed_by_fresh_launches_of_it_alone():
    result, runner, _ = run({"write": -0.08})
    assert verdicts(result) == only("write", Verdict.REGRESSED)
    assert runner.count(Phase.CONFIRMATION) == {"write": 16}
    judgement = next(each for each in result.judgements if each.benchmark == "write")
    assert judgement.confirmation.confirmed and judgement.confirmation.launches == 16


def test_few_launches_asked_for_can_still_find_and_confirm():
    """With two fresh launches nothing is ever confirmed: such a gate could not fail."""
    few = replace(PLAN.rule, launches=2, extension=2, confirmation=2)
    result, runner, _ = run({"write": -0.08}, replace(PLAN, rule=few))
    assert verdicts(result) == only("write", Verdict.REGRESSED)
    assert runner.count(Phase.CONFIRMATION) == {"write": 5}


def test_an_improvement_is_judged_alike():
    result, runner, _ = run({"write": +0.08})
    assert verdicts(result) == only("write", Verdict.IMPROVED)
    assert runner.count(Phase.CONFIRMATION) == {"write": 16}


@pytest.mark.parametrize("effect", [-0.08, +0.08])
def test_a_finding_that_fresh_launches_do_not_show_is_none(effect):
    result, runner, _ = run({"write": {Phase.MAIN: effect}})
    assert verdicts(result) == only("write", Verdict.PASSED)
    assert runner.count(Phase.CONFIRMATION) == {"write": 16}


def test_the_fresh_launches_decide_without_those_of_before():
    result, _, _ = run({"write": {Phase.MAIN: -0.3, Phase.CONFIRMATION: -0.01}})
    assert verdicts(result)["write"] is Verdict.PASSED


def test_what_is_undecided_gets_one_extension_and_a_second_look():
    """A wide spread: neither a regression nor an interval that excludes one."""
    result, runner, _ = run(noise=1.0, plan=replace(PLAN, budget_seconds=2000))
    assert set(verdicts(result).values()) == {Verdict.UNDECIDED}
    assert runner.count(Phase.EXTENSION) == dict.fromkeys(NAMES, 16)
    assert runner.count(Phase.NULL) == dict.fromkeys(NAMES, 8)
    assert [each.looks for each in result.judgements] == [2] * 4
    assert [each.launches for each in result.judgements] == [32] * 4


def test_the_second_look_corrects_for_all_benchmarks_not_for_the_undecided_alone():
    result, runner, _ = run(noisy="write")
    assert runner.count(Phase.EXTENSION) == {"write": 16}
    judgement = next(each for each in result.judgements if each.benchmark == "write")
    assert (judgement.verdict, judgement.looks) == (Verdict.UNDECIDED, 2)
    assert judgement.alpha == look_alpha(PLAN.rule) / len(NAMES)


def test_a_finding_of_the_second_look_is_confirmed_too():
    found = {Phase.MAIN: -0.12, Phase.EXTENSION: -0.12, Phase.CONFIRMATION: -0.12}
    result, runner, _ = run(
        {"write": found}, noise=0.12, plan=replace(PLAN, budget_seconds=2000, seed=8))
    judgement = next(each for each in result.judgements if each.benchmark == "write")
    assert (judgement.verdict, judgement.looks) == (Verdict.REGRESSED, 2)
    assert runner.count(Phase.CONFIRMATION)["write"] == 16


def test_null_launches_that_misbehave_void_the_run():
    result, _, _ = run({name: {Phase.NULL: -0.2} for name in NAMES})
    assert "differed from its own copy" in result.void


def test_null_launches_ride_along_in_every_phase():
    _, runner, _ = run({"write": -0.08})
    phases = [phase for _, phase, index, _ in runner.calls if index >= 0]
    first = phases.index(Phase.CONFIRMATION)
    assert phases[:first].count(Phase.NULL) >= 16
    assert runner.count(Phase.NULL)["write"] == 8  # 4 in the main phase, 4 beside the fresh ones


@pytest.mark.parametrize("name", ["write", "write-ours", "write-theirs"])
def test_what_calibration_calls_too_noisy_is_listed_and_not_launched(name):
    result, runner, _ = run({"write": -0.5}, replace(PLAN, margins={name: 0.2}))
    assert verdicts(result) == only("write", Verdict.UNGATEABLE)
    assert "write" not in runner.count(*Phase)
    assert [each.benchmark for each in result.judgements] == list(NAMES)
    assert result.margins == {"write": 0.2}


def test_nothing_that_can_be_gated_is_no_pass():
    result, runner, companion = run(plan=replace(PLAN, margins=dict.fromkeys(NAMES, 0.2)))
    assert set(verdicts(result).values()) == {Verdict.UNGATEABLE}
    assert runner.calls == []
    assert companion.asked == [("io", 0)]


def test_a_raised_margin_is_asked_for_under_either_sides_name():
    result, _, _ = run({"write": -0.06}, replace(PLAN, margins={"write-ours": 0.1}))
    judgement = next(each for each in result.judgements if each.benchmark == "write")
    assert judgement.margin == 0.1
    assert judgement.verdict is Verdict.PASSED


def test_whole_processes_are_launched_once_for_all_benchmarks():
    result, runner, _ = run({"write": -0.08}, pairing=Pairing.PROCESSES)
    assert verdicts(result) == only("write", Verdict.REGRESSED)
    main = [names for names, phase, index, _ in runner.calls
            if phase is Phase.MAIN and index >= 0]
    assert [sorted(names) for names in main] == [sorted(NAMES)] * 16
    assert len({names for names in main}) > 1  # in random order
    nulls = [names for names, phase, _, _ in runner.calls if phase is Phase.NULL]
    assert [len(names) for names in nulls] == [4] * 4 + [1] * 4
    assert runner.count(Phase.CONFIRMATION) == {"write": 16}
    assert [each.index for each in result.launches] == list(range(len(result.launches)))


def test_seeds_differ_between_launches_and_follow_from_the_runs():
    seeds = [seed for *_, index, seed in run()[1].calls if index >= 0]
    assert len(set(seeds)) == len(seeds)
    assert seeds == [seed for *_, index, seed in run()[1].calls if index >= 0]
    other = run(plan=replace(PLAN, seed=4))[1]
    assert set(seeds).isdisjoint(seed for *_, seed in other.calls)


def test_benchmarks_change_places_between_waves():
    _, runner, _ = run()
    main = [names[0] for names, phase, index, _ in runner.calls
            if phase is Phase.MAIN and index >= 0]
    assert {main[place] for place in range(0, len(main), 4)} == set(NAMES)

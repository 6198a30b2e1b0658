"""Whole runs at their limits: the budget, failures, plans that say nothing; and calibration."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
from gate_runs import NAMES, PLAN, Clock, FakeCompanion, FakeRunner, only, run, verdicts
from pragmark_gate import session
from pragmark_gate.model import Pairing, Phase, Rule, Verdict
from pragmark_drive.progress import Silent
from pragmark_gate.statistics import least_launches
from pragmark_report.errors import InputError


def test_a_short_budget_has_fewer_launches_and_says_so():
    result, runner, _ = run(plan=replace(PLAN, budget_seconds=130))
    assert runner.count(Phase.MAIN) == dict.fromkeys(NAMES, 12)
    assert "The budget holds 12 launches of each benchmark, not 16." in result.notes
    assert verdicts(result) == only(None, None)


def test_no_run_outlasts_its_budget():
    for budget in (90, 100, 130, 200, 300):
        for effects in ({}, dict.fromkeys(NAMES, -0.1), {"read": -0.1}):
            result, _, _ = run(effects, replace(PLAN, budget_seconds=budget))
            assert result.seconds <= budget


def test_a_budget_that_can_find_nothing_is_refused_before_the_launches():
    with pytest.raises(InputError, match="--budget 40: it holds 7 launches of 4 benchmarks"):
        run(plan=replace(PLAN, budget_seconds=40))


def test_a_machine_that_slows_down_leaves_what_there_is():
    """Launches take 4 times what the warm-up took; the budget still holds."""
    result, runner, _ = run(plan=replace(PLAN, budget_seconds=300), slower_later=4.0)
    assert result.seconds <= 300
    least = least_launches(4, Rule())
    counts = runner.count(Phase.MAIN)
    assert all(least <= counts[name] < 16 for name in NAMES)
    assert "The budget ended before the main launches did." in result.notes
    assert verdicts(result) == only(None, None)


def test_a_budget_that_ends_too_early_is_refused():
    with pytest.raises(InputError, match="it ended before 10 launches of any benchmark"):
        run(plan=replace(PLAN, budget_seconds=100), slower_later=6.0)


def test_a_finding_without_time_to_confirm_it_is_undecided():
    result, runner, _ = run(dict.fromkeys(NAMES, -0.1), replace(PLAN, budget_seconds=140),
                            slower_later=2.2)
    assert set(verdicts(result).values()) == {Verdict.UNDECIDED}
    assert not runner.count(Phase.CONFIRMATION)
    assert all("The budget ended before 5 fresh launches could confirm it." in each.reason
               for each in result.judgements)


def test_a_budget_without_an_extension_says_so():
    result, runner, _ = run(noise=1.0, plan=replace(PLAN, budget_seconds=80), slower_later=1.1)
    assert not runner.count(Phase.EXTENSION)
    assert "The budget left no time for the extension." in result.notes
    assert Verdict.UNDECIDED in verdicts(result).values()
    assert all(each.looks == 1 for each in result.judgements)


def test_instructions_are_counted_in_what_is_left():
    result, _, companion = run({"read": -0.1}, replace(PLAN, instructions=True,
                                                      margins={"scan": 0.3}))
    assert companion.asked[1] == ("instructions", ("read", "write", "mixed"), 1000.0 + 300.0)
    assert result.seconds <= 300 * 0.85


@pytest.mark.parametrize("failure", [InputError("the candidate", "it crashed", "see"),
                                     KeyboardInterrupt(), RuntimeError("the gate itself")])
@pytest.mark.parametrize("where", [-1, 0, 20, 85])
def test_whatever_fails_ends_the_run_and_closes_the_runner(failure, where):
    """run() checks that the runner was closed. 85 is a fresh launch of a confirmation."""
    with pytest.raises(type(failure)):
        run({"write": -0.08}, fail_at=where, failure=failure)


def test_a_run_without_benchmarks_is_no_pass():
    with pytest.raises(InputError, match="there is no benchmark to judge"):
        run(names=())


@pytest.mark.parametrize(("wrong", "option"), [
    ({"budget_seconds": 0.0}, "--budget"), ({"budget_seconds": math.nan}, "--budget"),
    ({"budget_seconds": math.inf}, "--budget"), ({"timeout_seconds": -1.0}, "--timeout"),
    ({"slice_seconds": 0.0}, "--slice-seconds"), ({"planted": 1.0}, "--plant"),
    ({"planted": -0.1}, "--plant"), ({"planted": math.nan}, "--plant"), ({"rounds": 1}, "--rounds"),
    ({"rule": Rule(null_every=0)}, "rule"),
])
def test_plans_that_would_say_nothing(wrong, option):
    with pytest.raises(InputError) as refused:
        session.run(replace(PLAN, **wrong), session.Tools(make_runner=None, progress=Silent()))
    assert str(refused.value).startswith(option)


@pytest.mark.parametrize(("change", "note"), [
    ({"cpu": None}, "not pinned to one core"), ({"ab_fixed": True}, "a study of fixed order")])
def test_plans_that_need_a_word(change, note):
    result, _, _ = run(plan=replace(PLAN, **change))
    assert any(note in each for each in result.notes)


def calibrate(budget=100.0, **options):
    clock = Clock()
    runner = FakeRunner(clock, **options)
    asked = []

    def make(plan):
        asked.append(plan)
        return runner

    tools = session.Tools(make, FakeCompanion(), Silent(), clock)
    launches = session.calibrate_run(replace(PLAN, budget_seconds=budget, planted=0.1), tools)
    return launches, runner, clock, asked


def test_a_calibration_is_the_baseline_against_its_copy_for_the_whole_budget():
    launches, runner, clock, asked = calibrate()
    assert {each.phase for each in launches} == {Phase.NULL}
    assert Counter(each.benchmark for each in launches) == dict.fromkeys(NAMES, 24)
    assert 90 <= clock.seconds - 1000.0 <= 100
    assert asked[0].candidate == asked[0].baseline == "base"
    assert runner.closed == 1


def test_a_calibration_of_whole_processes():
    launches, runner, _, _ = calibrate(pairing=Pairing.PROCESSES)
    assert Counter(each.benchmark for each in launches) == dict.fromkeys(NAMES, 99)


@pytest.mark.parametrize("budget, fit", [(3.0, 0), (60.0, 14)])
def test_a_calibration_without_the_time_is_refused_before_it_is_spent(budget, fit):
    with pytest.raises(InputError, match=f"it holds {fit} launches of 4 benchmarks, and a "
                                         "calibration takes 20; give it 93 s"):
        calibrate(budget=budget)


def test_a_callers_runner_is_left_open():
    clock = Clock()
    runner = FakeRunner(clock)
    session.calibrate_run(replace(PLAN, budget_seconds=100.0),
                          session.Tools(None, FakeCompanion(), Silent(), clock), runner)
    assert runner.closed == 0

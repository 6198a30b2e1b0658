"""Other tools' rules against hand-made repetitions, and the table of what they would have said."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from pragmark_gate import other_rules
from pragmark_gate.model import Launch, Metric, Phase
from pragmark_gate.other_rules import ANY, OURS, STORED, ReplayedRun

SEED = 20240501
METRIC = Metric()
TWELVE = np.linspace(0.99, 1.01, 12)


def replayed(runs):
    """The table of runs in the order of time."""
    return other_rules.table([(run.planted, told)
                              for run, told in zip(runs, other_rules.replies(runs, METRIC))])


def launch(benchmark="read", index=0, baseline=TWELVE, candidate=TWELVE, phase=Phase.MAIN):
    """Of costs; the launch holds rates."""
    return Launch(benchmark, phase, index, "AB", tuple(1.0 / np.asarray(baseline)),
                  tuple(1.0 / np.asarray(candidate)))


def test_u_test_at_the_edge_of_five_percent():
    # 4 against 4, complete separation: p = 2 / C(8, 4) = 0.0286. 3 against 3: 2 / 20 = 0.1.
    low, high = np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 6.0, 7.0, 8.0])
    assert other_rules.u_test(low, high) is True
    assert other_rules.u_test(high, low) is False  # faster is no alarm
    assert other_rules.u_test(low[:3], high[:3]) is False
    assert other_rules.u_test(low[:1], high) is None
    # U = 1 of 16: p = 2 * 2 / 70 = 0.057.
    assert other_rules.u_test(np.array([1.0, 2.0, 3.0, 5.5]), high) is False


def test_welch_against_the_formula():
    a, b = np.array([1.0, 2.0, 3.0]), np.array([4.0, 6.0, 8.0])
    # t = (6 - 2) / sqrt(1/3 + 4/3) = 3.098; with 2.94 degrees of freedom p = 0.055.
    assert (b.mean() - a.mean()) / math.sqrt(1 / 3 + 4 / 3) == pytest.approx(3.098, abs=1e-3)
    assert other_rules.welch(a, b) is False
    assert other_rules.welch(a, b + 0.5) is True
    assert other_rules.welch(b + 0.5, a) is False
    assert other_rules.welch(a[:1], b) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert other_rules.welch(np.ones(3), np.ones(3)) is False


def test_asv_needs_a_factor_and_a_difference():
    assert other_rules.asv(TWELVE, 1.11 * TWELVE) is True
    assert other_rules.asv(TWELVE, 1.09 * TWELVE) is False  # different, and not by enough
    assert other_rules.asv(TWELVE, 0.5 * TWELVE) is False
    noisy = np.array([0.5] * 5 + [1.5] * 7)
    assert np.median(noisy) > 1.1 and other_rules.asv(TWELVE, noisy + TWELVE / 100) is False
    # 6 against 6: its own check lets the test run, whose p is 2 / C(12, 6) = 0.0022 at best.
    assert other_rules.asv(TWELVE[:6], 2.0 * TWELVE[:6]) is False
    assert other_rules.asv(TWELVE[:7], 2.0 * TWELVE[:7]) is True
    assert other_rules.asv(TWELVE[:5], 2.0 * TWELVE[:5]) is None  # 1 / C(10, 5) = 0.004
    assert other_rules.asv(TWELVE[:1], 1.2 * TWELVE[:1]) is True  # one repetition: factor only
    many = np.tile(TWELVE, 2)
    assert other_rules.asv(many, 1.2 * many) is True


def test_stored_value_is_a_threshold_and_nothing_else():
    assert other_rules.stored_value(TWELVE, 1.101 * TWELVE) is True
    assert other_rules.stored_value(TWELVE, 1.099 * TWELVE) is False


def test_costs_turn_the_metric():
    assert list(other_rules.costs([2.0, 4.0], METRIC)) == [0.5, 0.25]
    assert list(other_rules.costs([2.0, 4.0], Metric("latency_us_p50", False))) == [2.0, 4.0]


def rates(table, rule, planted=0.0, benchmark="read"):
    (row,) = (each for each in table
              if (each.rule, each.planted, each.benchmark) == (rule, planted, benchmark))
    return row.rate.hits, row.rate.runs


def test_rules_see_the_first_main_launch_or_two_and_no_other():
    slow = 1.3 * TWELVE
    run = ReplayedRun((
        launch(index=5, candidate=slow), launch(index=4, candidate=slow),
        launch(index=3), launch(index=2),
        launch(index=1, candidate=slow, phase=Phase.NULL),
        launch(index=0, candidate=slow, phase=Phase.CONFIRMATION),
    ))
    table = replayed([run])
    for rule in other_rules.RULES:
        assert rates(table, f"{rule}, alternated") == (0, 1)
        assert rates(table, f"{rule}, A, then B") == (0, 1)
    # The cores ran slower from the second launch on, for both arms: only "A, then B" believes it.
    drift = ReplayedRun((launch(index=0), launch(index=1, baseline=slow, candidate=slow)))
    table = replayed([drift])
    for rule in other_rules.RULES:
        assert rates(table, f"{rule}, alternated") == (0, 1)
        assert rates(table, f"{rule}, A, then B") == (1, 1)


def test_one_launch_has_no_then():
    table = replayed([ReplayedRun((launch(),))])
    assert {each.rule for each in table} == {f"{rule}, alternated" for rule in other_rules.RULES}


def test_the_stored_value_is_the_first_run_s_and_ages():
    day, night = TWELVE, 1.2 * TWELVE  # the machine, not the program
    runs = [ReplayedRun((launch(baseline=each, candidate=each),))
            for each in (day, day, night, night)]
    assert rates(replayed(runs), STORED) == (2, 3)
    planted = [*runs, ReplayedRun((launch(candidate=1.2 * day),), planted=0.1)]
    assert rates(replayed(planted), STORED, 0.1) == (1, 1)
    # A benchmark that is new has no stored value yet.
    assert not [row for row in replayed(runs[:1]) if row.rule == STORED]


def test_the_table_counts_runs_and_has_exact_intervals():
    quiet = ReplayedRun((launch("a"), launch("b", 1)), regressed=frozenset())
    both = ReplayedRun((launch("a", candidate=2 * TWELVE), launch("b", 1, candidate=2 * TWELVE)),
                       planted=0.5, regressed=frozenset({"a"}))
    table = replayed([quiet, quiet, quiet, both, both])
    assert table[0].rule == OURS
    assert rates(table, OURS, 0.0, ANY) == (0, 3)
    assert rates(table, OURS, 0.5, "a") == rates(table, OURS, 0.5, ANY) == (2, 2)
    assert rates(table, OURS, 0.5, "b") == (0, 2)
    assert rates(table, "asv, alternated", 0.5, ANY) == (2, 2)  # once a run, not once a benchmark
    row = next(each for each in table if each.rule == OURS and each.benchmark == ANY)
    assert (row.rate.low, row.rate.high) == (0.0, pytest.approx(1 - 0.025 ** (1 / 3)))
    without = replayed([ReplayedRun(quiet.launches)])
    assert OURS not in {each.rule for each in without}


def test_repetitions_of_one_process_are_not_replicates():
    """Each process has its own speed (2%), its repetitions little noise (0.5%): identical programs,
    and tests on repetitions alarm in most of the runs of four benchmarks."""
    rng = np.random.default_rng(SEED)

    def process():
        return np.exp(rng.normal(0.0, 0.02) + rng.normal(0.0, 0.005, 12))

    runs = [ReplayedRun(tuple(launch(name, place, process(), process())
                              for place, name in enumerate("abcdabcd"))) for _ in range(60)]
    table = replayed(runs)
    for way in (other_rules.ALTERNATED, other_rules.A_THEN_B):
        for rule in ("compare.py U test", "Welch t-test"):
            hits, count = rates(table, f"{rule}, {way}", 0.0, ANY)
            assert count == 60 and hits / count > 0.5
        assert rates(table, f"asv, {way}", 0.0, ANY)[0] == 0  # its factor of 1.1 is a wide floor

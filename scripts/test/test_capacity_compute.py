"""The pure parts: trends, scaling, queueing, claims, recovery, cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pragmark_capacity import (
    antagonists, claim, demands, document, predictions, queueing, scaling, soak, trend, words)
from pragmark_capacity.model import Answer, Objective, Outcome


def series(slope: float, seed: int, n: int = 120) -> list[float]:
    noise = np.random.default_rng(seed).normal(0.0, 3.0, n)
    return list(100.0 + slope * np.arange(n) + noise)


def test_a_rise_is_seen_with_its_size():
    found = trend.find(series(0.2, seed=1))
    assert found.p < 0.001
    assert found.change_share == pytest.approx(0.2, abs=0.06)
    assert found.low <= found.change_share <= found.high


def test_noise_alone_is_seldom_a_trend():
    """At 5% each, 40 series have more than 6 but once in 300 times."""
    assert sum(trend.find(series(0.0, seed)).p < 0.05 for seed in range(40)) <= 6


@pytest.mark.parametrize("values", [[5.0], [5.0] * 50, [1.0, 2.0, 3.0]])
def test_what_cannot_show_a_trend_shows_none(values):
    found = trend.find(values)
    assert (found.change_share, found.p, found.low) == (0.0, 1.0, None)


def windows(count: int, **series_of: object) -> list[dict]:
    base = {"succeeded": lambda i: 1000, "p99_us": lambda i: 2000.0 + i % 7,
            "wal_bytes": lambda i: 4e6 + i % 5}
    base.update(series_of)
    return [{"t_s": float(i), **{name: make(i) for name, make in base.items()}}
            for i in range(count)]


@pytest.mark.parametrize("series_of, expected", [
    ({}, {"throughput": "steady", "p99": "steady", "wal": "steady"}),
    ({"wal_bytes": lambda i: 4e6 + 1e5 * i}, {"throughput": "steady", "p99": "steady",
                                              "wal": "worse"}),
    ({"wal_bytes": lambda i: 4e6 if i < 90 else 6e6}, {"throughput": "steady", "p99": "steady",
                                                       "wal": "steady"}),  # it is kept so large
    ({"wal_bytes": lambda i: min(7e6, 1e5 * i)}, {"throughput": "steady", "p99": "steady",
                                                  "wal": "steady"}),
    ({"succeeded": lambda i: 1000 - 3 * i}, {"throughput": "worse", "p99": "steady",
                                             "wal": "steady"}),
    ({"p99_us": lambda i: 3000.0 - 10.0 * i}, {"throughput": "steady", "p99": "better",
                                               "wal": "steady"}),
    ({"p99_us": lambda i: 3000.0 + 0.5 * i}, {"throughput": "steady", "p99": "steady",
                                              "wal": "steady"}),  # sure, and a trifle
])
def test_a_soak_tells_which_series_moved_and_which_way(series_of, expected):
    told = soak.judge(windows(120, **series_of), 1.0)
    assert {each["what"]: each["verdict"] for each in told} == expected


def test_a_soak_in_which_something_got_better_does_not_say_that_nothing_moved():
    told = soak.judge(windows(120, p99_us=lambda i: 3000.0 - 10.0 * i), 1.0)
    said = soak.moves(told)
    assert said.startswith("no trend in throughput, wal; p99 got better, from 2.98 to ")
    assert soak.moves(soak.judge(windows(120), 1.0)) == "no trend in throughput, p99, wal"


def test_the_law_is_found_again():
    threads = {n: list(scaling.law(np.full(6, float(n)), 3000.0, 0.08, 0.002)
                       * np.random.default_rng(n).normal(1.0, 0.01, 6)) for n in (1, 2, 4, 8, 16)}
    found = scaling.fit(threads, seed=1)
    for name, value, room in (("lambda", 3000.0, 0.05), ("sigma", 0.08, 0.3), ("kappa", 0.002, 0.3)):
        estimate = found.parameters[name]
        assert estimate.value == pytest.approx(value, rel=room)
        assert estimate.low <= estimate.value <= estimate.high
    assert found.best_threads == pytest.approx(21.4, rel=0.15)


def test_too_few_runs_have_no_interval():
    threads = {n: [float(each) for each in scaling.law(np.full(5, float(n)), 3000.0, 0.08, 0.002)]
               for n in (1, 2, 4, 8)}
    found = scaling.fit(threads, seed=1)
    assert {(each.low, each.high) for each in found.parameters.values()} == {(None, None)}
    assert {(each["low"], each["high"]) for each in found.fit} == {(None, None)}
    runs = [demands.Measured(1000.0, 1e-4, 0.1, 1e-5, 100.0, 100.0, 1e-5, 1e-5, 0.0)] * 7
    shapes = predictions.Shapes(runs, runs, runs, runs[:5], 4, 2, 100.0, 10.0, 1e-3)
    target = predictions.others(shapes)[0]
    assert predictions.predictions(target, shapes, seed=1)[0].low is None
    whole = replace(shapes, many=runs[:6])
    assert predictions.predictions(target, whole, seed=1)[0].low is not None


def test_too_few_threads_fit_no_law():
    assert scaling.fit({1: [1.0], 2: [2.0]}, seed=1) is None
    assert scaling.fit({1: [0.0], 2: [2.0], 4: [3.0]}, seed=1) is None


DEMANDS = queueing.Demands(cpu=100e-6, sync=10e-6, lock=20e-6)


def test_a_forecast_keeps_the_asymptotic_bounds():
    for threads in (1, 2, 10, 100):
        for cores in (1, 2, 8):
            found = queueing.predict(DEMANDS, threads, cores).throughput
            alone = 1.0 / (DEMANDS.cpu + DEMANDS.sync)
            most = min(cores / DEMANDS.cpu, 1.0 / DEMANDS.sync, 1.0 / DEMANDS.lock, threads * alone)
            assert alone * 0.999 <= found <= most * 1.001


def test_one_thread_meets_nobody():
    found = queueing.predict(DEMANDS, 1, 1)
    assert found.throughput == pytest.approx(1.0 / (DEMANDS.cpu + DEMANDS.sync))


def test_the_syncs_of_checkpoints_cost_at_most_one_thread():
    """However slow the disk. In the syncs of commits it is the disk that decides."""
    waiting = queueing.Demands(20e-6, 0.0, 0.0, wait=2e-3)  # threads are what is short
    all_there, one_fewer = (queueing.predict(waiting, n, 2).throughput for n in (4, 3))
    rates = [queueing.predict(queueing.Demands(20e-6, 0.0, 0.0, 2e-3, away=away), 4, 2).throughput
             for away in (0.0, 10e-6, 100e-6, 1.0)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == all_there and rates[-1] == pytest.approx(one_fewer)
    alone = queueing.predict(queueing.Demands(20e-6, 0.0, 0.0, away=1.0), 1, 2).throughput
    assert alone == pytest.approx(1.0, rel=0.01)
    queued = queueing.predict(queueing.Demands(20e-6, 1.0, 0.0), 4, 2).throughput
    assert queued == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize("demands, threads, cores, binding", [
    (DEMANDS, 20, 1, queueing.CPU),
    (DEMANDS, 200, 64, queueing.LOCK),
    (queueing.Demands(100e-6, 500e-6, 20e-6), 20, 2, queueing.SYNCS),
    (DEMANDS, 1, 4, queueing.THREADS),
    (queueing.Demands(100e-6, 0.0, 0.0, reads=5e-3), 10, 2, queueing.READS),
])
def test_the_binding_resource_is_named(demands, threads, cores, binding):
    assert queueing.predict(demands, threads, cores).binding == binding


@pytest.mark.parametrize("holding, steps, word", [
    (7, 7, "reached"), (0, 7, "missed"), (6, 7, "undecided"), (1, 7, "undecided"),
    (12, 14, "reached"), (2, 14, "missed"), (11, 14, "undecided"), (7, 14, "undecided"),
])
def test_a_claim_is_judged_by_the_exact_test(holding, steps, word):
    assert claim.judge([True] * holding + [False] * (steps - holding)).word == word


def test_a_claim_that_is_a_toss_up_is_seldom_reached():
    """Both looks together, computed exactly: at most ERROR in each direction."""
    chance = 0.0
    for first in range(8):
        ways = len([0 for bits in range(128) if bin(bits).count("1") == first]) / 128
        if claim.judge([True] * first + [False] * (7 - first)).word == "reached":
            chance += ways
        elif claim.judge([True] * first + [False] * (7 - first)).word == "undecided":
            chance += ways * sum(
                len([0 for bits in range(128) if bin(bits).count("1") == second]) / 128
                for second in range(8)
                if claim.judge([True] * (first + second)
                               + [False] * (14 - first - second)).word == "reached")
    assert 0 < chance <= claim.ERROR


def quiet_and_loud(*loud: bool) -> list[dict]:
    length = antagonists.WINDOW_MS / 1000.0
    return [{"t_s": i * length, "p99_us": 9000.0 if each else 1000.0, "max_us": 9500.0,
             "failed": 0} for i, each in enumerate(loud)]


def test_recovery_is_the_first_window_that_stays_quiet():
    made = quiet_and_loud(*[False] * 5, *[True] * 5, True, False, True, *[False] * 6)
    found = antagonists.find(made, 1.0, 2.0)
    assert (found.quiet_ms, found.during_ms) == (1.0, 9.0)
    assert found.recovery_s == pytest.approx(0.6)


def test_without_enough_quiet_windows_there_is_no_recovery():
    made = quiet_and_loud(*[False] * 5, *[True] * 5, *[True, False, False, False] * 3)
    assert antagonists.find(made, 1.0, 2.0).recovery_s is None


def test_a_silent_window_waits_since_the_last_answer():
    made = quiet_and_loud(*[False] * 12)
    for each in made[5:9]:
        each.update(p99_us=None, max_us=None)
    assert antagonists.levels_ms(made, "p99_us")[4:10] == pytest.approx(
        [1.0, 200.0, 400.0, 600.0, 800.0, 1.0])
    found = antagonists.find(made, 1.0, 1.8)
    assert (found.quiet_ms, found.during_ms) == (1.0, pytest.approx(500.0))
    assert found.during_max_ms == pytest.approx(800.0)


@pytest.mark.parametrize("change", [{"failed": 3}, {"p99_us": None, "max_us": None}])
def test_a_window_with_failures_or_without_answers_is_not_quiet(change):
    made = quiet_and_loud(*[False] * 5, *[True] * 5, *[False] * 8)
    made[11].update(change)
    assert antagonists.find(made, 1.0, 2.0).recovery_s == pytest.approx(0.4)


def test_cost_is_that_of_a_full_month_at_the_held_rate():
    outcome = Outcome(Answer("", "holds", 0, 1000.0))
    assert document.cost(5.0, outcome)["per_million"] == pytest.approx(5 / 2628.0)
    assert document.cost(None, outcome) is None
    assert document.cost(5.0, Outcome(Answer("", "missed", 1, 1000.0))) is None
    missed = Outcome(Answer("", "missed", 1, 60_000.0), {"claim": {"held_instead": 500.0}})
    assert document.cost(5.0, missed)["rate"] == 500.0


STEP = {"latency_us": {"p50": 1e3, "p90": 2e3, "p99": 8e3, "p99_9": 50e3, "max": 1e5},
        "failed": {"busy": 0, "timed_out": 0}, "saturated": False, "wal_limit_exceeded": False,
        "intended": 1000, "achieved_per_second": 500.0, "offered_per_second": 500.0,
        "io": {"wal_bytes_max": 1 << 20}}


@pytest.mark.parametrize("objective, change, reason", [
    (Objective(99.0, 10.0), {}, ""),
    (Objective(99.0, 8.0), {}, ""),  # at the limit holds
    (Objective(99.0, 7.0), {}, "p99 8 ms"),
    (Objective(99.9, 10.0), {}, "p99.9 50 ms"),
    (Objective(99.0, 10.0), {"failed": {"busy": 1}}, "1 of 1,000 requests failed"),
    (Objective(99.0, 10.0, errors=1), {"failed": {"busy": 1}}, ""),
    (Objective(99.0, 10.0, errors=99), {"saturated": True}, "saturated"),
    (Objective(99.0, 10.0), {"wal_limit_exceeded": True}, "the WAL grew to 1 MiB"),
    (Objective(99.0, 10.0), {"latency_us": {"p99": None}}, "no request was answered"),
])
def test_an_objective_says_why_a_step_does_not_hold(objective, change, reason):
    said = objective.reason({**STEP, **change})
    assert said.startswith(reason) and bool(said) == bool(reason)


@pytest.mark.parametrize("value, text", [
    (18304.2, "18,300"), (999.6, "1,000"), (1234.5, "1,230"), (61.23, "61.2"), (60_000.0, "60,000")])
def test_figures_have_three_digits(value, text):
    assert words.number(value) == text

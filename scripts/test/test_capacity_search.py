"""The search for the edge: what it finds on simulated machines, and what it says it knows."""

from __future__ import annotations

import math
import random

import pytest
from pragmark_capacity import search

EDGE_LOGIT = math.log(9.0)


def simulate(half: float, spread: float, lapse: float, seed: int, probes: int = 30) -> search.Edge:
    """A machine on which half of the steps hold at `half`."""
    luck = random.Random(seed)
    edge = search.Edge(20.0, 20_000.0)
    for _ in range(probes):
        rate = edge.next_rate()
        p_hold = (1.0 - lapse) / (1.0 + math.exp(min(50.0, math.log(rate / half) / spread)))
        edge.saw(rate, luck.random() < p_hold)
    return edge


def true_edge(half: float, spread: float) -> float:
    return half * math.exp(-EDGE_LOGIT * spread)


@pytest.mark.parametrize("half", [60.0, 900.0, 9_000.0, 21_000.0])
def test_a_sharp_edge_is_found_wherever_it_lies(half):
    found = simulate(half, 0.02, 0.0, seed=1).edge()
    assert found.middle == pytest.approx(true_edge(half, 0.02), rel=0.08)
    assert found.low <= found.middle <= found.high


def test_intervals_cover_the_edge_and_runs_agree():
    """20 machines with noise and stalls. At 95% each, 16 or more cover it but once in 400 times."""
    edges = [simulate(9_000.0, 0.05, 0.05, seed).edge() for seed in range(20)]
    truth = true_edge(9_000.0, 0.05)
    assert sum(each.low <= truth <= each.high for each in edges) >= 16
    assert sum(abs(each.middle / truth - 1.0) <= 0.10 for each in edges) >= 17


def test_one_stall_far_below_does_not_drag_the_edge_down():
    edge = simulate(9_000.0, 0.03, 0.0, seed=3)
    before = edge.edge().middle
    edge.saw(3_000.0, False)
    assert edge.edge().middle == pytest.approx(before, rel=0.05)


def test_steps_that_hold_move_the_edge_up_and_others_down():
    edge = search.Edge(20.0, 20_000.0)
    start = edge.edge().middle
    edge.saw(5_000.0, True)
    up = edge.edge().middle
    edge.saw(6_000.0, False)
    edge.saw(6_000.0, False)
    assert start < up
    assert edge.edge().high < 20_000.0
    assert edge.steps == 3


def test_the_interval_narrows():
    assert (simulate(9_000.0, 0.02, 0.0, 5, probes=30).relative_width()
            < simulate(9_000.0, 0.02, 0.0, 5, probes=12).relative_width())


def test_the_fit_falls_within_its_band():
    points = simulate(9_000.0, 0.05, 0.02, seed=2).fit()
    chances = [point["p_hold"] for point in points]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.7 and chances[-1] < 0.3
    assert all(point["low"] <= point["p_hold"] <= point["high"] for point in points)


def test_the_lowest_rate_has_requests_enough_and_is_below_the_ceiling():
    assert search.lowest_rate(20_000.0, 200, 2.0) == 100.0
    assert search.lowest_rate(500_000.0, 200, 2.0) == 500.0
    assert search.lowest_rate(50.0, 200, 2.0) == 25.0


def test_a_confirmation_begins_at_the_edge_and_goes_down_a_little():
    rates = search.confirmation_rates(search.Quantiles(300.0, 1000.0, 1100.0))
    assert rates[0] == 1000.0 and min(rates) >= 850.0
    assert list(rates) == sorted(set(rates), reverse=True)

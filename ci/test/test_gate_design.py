"""What chance decides about a run, and that a seed decides it again."""

from __future__ import annotations

import random

import pytest
from pragmark_gate.design import (
    MAX_PADDING_BYTES, Step, launch_design, launch_seed, slice_order, waves,
)
from pragmark_gate.model import Phase

SEEDS = range(200)
NAMES = ("read", "write", "mixed")


def orders(rounds):
    return [launch_design(seed, rounds).order for seed in SEEDS]


@pytest.mark.parametrize("rounds", [2, 4, 7, 12, 13])
def test_each_round_has_both_arms_once(rounds):
    for order in orders(rounds):
        assert len(order) == 2 * rounds
        assert {order[place:place + 2] for place in range(0, len(order), 2)} <= {"AB", "BA"}


@pytest.mark.parametrize("rounds", [2, 4, 6, 12])
def test_two_rounds_are_abba_or_baab_and_each_about_equally_often(rounds):
    for order in orders(rounds):
        blocks = [order[place:place + 4] for place in range(0, len(order), 4)]
        assert set(blocks) <= {"ABBA", "BAAB"}
        assert abs(blocks.count("ABBA") - blocks.count("BAAB")) <= rounds // 2 % 2


@pytest.mark.parametrize("rounds", [2, 4, 6, 12])
def test_a_drift_over_a_block_favours_no_arm(rounds):
    for order in orders(rounds):
        for start in range(0, len(order), 4):
            block = order[start:start + 4]
            assert sum(place if arm == "A" else -place for place, arm in enumerate(block)) == 0


def test_the_order_differs_between_launches():
    assert len(set(orders(12))) == 20  # every way to place three of six blocks comes up
    assert {order[0] for order in orders(2)} == {"A", "B"}
    assert {order[:2] for order in orders(3)} == {"AB", "BA"}


def test_an_odd_round_stands_anywhere():
    places = set()
    for order in orders(3):
        places.add(order[:4] in ("ABBA", "BAAB"))
    assert places == {True, False}


def test_either_arm_is_started_first():
    firsts = [launch_design(seed, 12).first for seed in SEEDS]
    assert 60 <= firsts.count("A") <= 140


def test_paddings_are_random_and_independent():
    paddings = [launch_design(seed, 12).padding_bytes for seed in SEEDS]
    assert all(0 <= each <= MAX_PADDING_BYTES for pair in paddings for each in pair)
    assert max(max(pair) for pair in paddings) > 0.95 * MAX_PADDING_BYTES
    assert min(min(pair) for pair in paddings) < 0.05 * MAX_PADDING_BYTES
    assert sum(first == second for first, second in paddings) <= 2
    assert 60 <= sum(first < second for first, second in paddings) <= 140


def test_a_seed_repeats_its_launch():
    assert launch_design(7, 12) == launch_design(7, 12)
    assert launch_design(7, 12) != launch_design(8, 12)


def test_launches_of_a_run_and_runs_have_seeds_of_their_own():
    seeds = {launch_seed(seed, index) for seed in range(30) for index in range(-1, 30)}
    assert len(seeds) == 30 * 31
    assert launch_seed(1, 2) == launch_seed(1, 2)


def test_the_study_of_fixed_order_runs_a_before_b_always():
    for seed in SEEDS:
        design = launch_design(seed, 5, fixed=True)
        assert (design.order, design.first) == ("AB" * 5, "A")
    assert len({launch_design(seed, 5, fixed=True).padding_bytes for seed in SEEDS}) > 150


def test_slice_order_draws_from_its_source_alone():
    assert slice_order(12, random.Random(3)) == slice_order(12, random.Random(3))


def planned(count, null_every=4, seed=1, together=False):
    return waves(NAMES, Phase.MAIN, count, null_every, random.Random(seed), together)


def test_every_wave_has_every_benchmark_once():
    for wave in planned(16):
        assert sorted(step.benchmark for step in wave if step.phase is Phase.MAIN) == sorted(NAMES)


def test_benchmarks_change_places_between_waves():
    firsts = {[step.benchmark for step in wave if step.phase is Phase.MAIN][0]
              for wave in planned(40)}
    assert firsts == set(NAMES)


@pytest.mark.parametrize("null_every", [1, 3, 4])
def test_one_null_launch_a_benchmark_in_each_group_of_waves(null_every):
    plan = planned(4 * null_every, null_every)
    for start in range(0, len(plan), null_every):
        steps = [step for wave in plan[start:start + null_every] for step in wave]
        for name in NAMES:
            assert steps.count(Step(name, Phase.NULL)) == 1


def test_null_launches_fall_into_any_wave_and_place():
    waves_hit, places = set(), set()
    for seed in range(60):
        for number, wave in enumerate(planned(4, seed=seed)):
            for place, step in enumerate(wave):
                if step.phase is Phase.NULL:
                    waves_hit.add(number)
                    places.add(place)
    assert waves_hit == {0, 1, 2, 3}
    assert {0, 1, 2, 3} <= places


def test_nulls_of_one_pair_of_processes_come_together():
    scattered = 0
    for seed in range(20):
        for wave in planned(4, seed=seed, together=True):
            assert sum(step.phase is Phase.NULL for step in wave) in (0, len(NAMES))
        scattered += any(sum(step.phase is Phase.NULL for step in wave) in (1, 2)
                         for wave in planned(4, seed=seed))
    assert scattered > 10


def test_without_null_launches():
    assert not any(step.phase is Phase.NULL for wave in planned(4, 0) for step in wave)

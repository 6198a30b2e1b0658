"""How many launches a time holds, and that a run which could find nothing is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pragmark_gate.budget import (
    Cost, least_confirmation, main_launches, more_launches, null_factor,
)
from pragmark_gate.model import Rule
from pragmark_gate.statistics import least_launches
from pragmark_report.errors import InputError

RULE = Rule()
LEAST = least_launches(4, RULE)


def waves(count, spent=10.0, reserved=5.0):
    """A budget that holds so many waves of 2 s with their null launches."""
    return Cost(2.0, spent, spent + reserved + count * 2.0 * null_factor(RULE) + 0.001, reserved)


def test_one_null_for_so_many_others():
    assert null_factor(RULE) == 1.25
    assert null_factor(replace(RULE, null_every=0)) == 1.0


def test_fewer_than_five_fresh_launches_confirm_nothing_at_five_percent():
    assert least_confirmation(RULE) == 5
    assert 0.5 ** 5 <= RULE.confirm_alpha < 0.5 ** 4


@pytest.mark.parametrize(("fit", "launches"), [(32, 16), (33, 16), (1000, 16), (31, 15), (24, 12)])
def test_main_and_confirmation_share_the_time(fit, launches):
    assert main_launches(waves(fit), RULE, 4) == launches


def test_never_below_what_can_fire_and_confirm():
    for fit in range(LEAST + 5, 60):
        count = main_launches(waves(fit), RULE, 4)
        assert LEAST <= count <= RULE.launches
        assert fit - count >= 5


def test_few_fresh_launches_asked_for_still_leave_time_for_what_can_confirm():
    assert main_launches(waves(20), replace(RULE, confirmation=2), 4) == 15


def test_a_budget_that_cannot_find_anything_is_refused_with_one_that_can():
    with pytest.raises(InputError) as refused:
        main_launches(waves(LEAST + 4), RULE, 4)
    assert f"it holds {LEAST + 4} launches of 4 benchmarks" in str(refused.value)
    need = int(str(refused.value).split("give it ")[1].split(" s")[0])
    assert main_launches(Cost(2.0, 10.0, need, 5.0), RULE, 4) >= LEAST
    assert need == math.ceil((10 + 5 + (LEAST + 5) * 2.5) * 1.1)


def test_a_budget_that_is_over_holds_nothing():
    with pytest.raises(InputError, match="it holds 0 launches"):
        main_launches(Cost(2.0, 30.0, 20.0), RULE, 4)


@pytest.mark.parametrize(("seconds", "most", "launches"), [
    (25.0, 16, 10), (25.0, 4, 4), (2.4, 16, 0), (0.0, 16, 0), (-5.0, 16, 0)])
def test_more_launches_as_they_fit(seconds, most, launches):
    assert more_launches(seconds, 2.0, RULE, most) == launches


def test_no_benchmarks_take_no_launches():
    assert more_launches(100.0, 0.0, RULE, 16) == 0

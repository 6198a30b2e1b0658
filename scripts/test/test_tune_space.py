"""The space, the plan and the states: what is asked for becomes an experiment that fits."""

from __future__ import annotations

import pytest

from pragmark_report.errors import InputError
from pragmark_tune import options, plan, space, state
from pragmark_tune.model import Cell, Skipped
from tune_fakes import FakeSets

SETS = FakeSets()
BASE = SETS.read("production")


def made(*vary, design=space.one_at_a_time, workloads=("mixed",)):
    return design(BASE, space.factors(vary, BASE, SETS), "per-thread", workloads, SETS)


@pytest.mark.parametrize("word", ["", "cache_size", "cache_size=", "=1", "cache_size=1,,2"])
def test_an_empty_vary_is_refused(word):
    with pytest.raises(InputError, match="write cache_size=-2000,-20000"):
        space.parse_vary(word)


def test_the_bases_own_value_is_the_base():
    experiment = made("cache_size=-2000,-20000", "mmap_size=0,268435456")
    assert [one.label for one in experiment.configurations] == [
        "base", "cache_size=-2000", "mmap_size=268435456"]
    assert experiment.configurations[1].pragmas.name == "production+cache_size=-2000"


def test_a_setting_without_a_known_default_is_held_against_the_base_without_it():
    experiment = made("application_id=0,1")
    assert [one.label for one in experiment.configurations] == [
        "base", "application_id=0", "application_id=1"]


def test_values_are_those_of_the_table():
    (factor,) = space.factors(["SYNCHRONOUS=full,FULL,normal"], BASE, SETS)
    assert (factor.setting, factor.given, factor.levels) == (
        "synchronous", ("FULL", "NORMAL"), ("FULL",))


def test_a_value_that_would_be_a_second_change_is_refused():
    with pytest.raises(InputError, match="begins another change"):
        space.parse_vary("application_id=0,1+synchronous=OFF")


@pytest.mark.parametrize("vary, says", [
    (["cache_size=-2000", "CACHE_SIZE=-4000"], "varied twice"),
    (["cache_size=-20000"], "has cache_size=-20000 already"),
    (["foo=1"], "foo is no PRAGMA"),
])
def test_a_space_that_means_nothing_is_refused(vary, says):
    with pytest.raises(InputError, match=says):
        space.factors(vary, BASE, SETS)


def test_a_factorial_has_every_combination():
    experiment = made("cache_size=-2000,-200000", "mmap_size=268435456", design=space.factorial)
    assert len(experiment.configurations) == 6
    kinds = [asked.kind for asked in experiment.comparisons]
    assert (kinds.count("main"), kinds.count("interaction")) == (3, 2)


def test_a_factorial_has_a_limit():
    vary = [f"{name}=1,2,3,4,5,6,7" for name in ("cache_size", "mmap_size", "journal_size_limit")]
    with pytest.raises(InputError, match="512 configurations are too many|too many"):
        made(*vary, "busy_timeout=1,2,3", design=space.factorial)


def test_the_default_space_can_be_made():
    experiment = made(*space.DEFAULT_SPACE)
    assert len(experiment.configurations) == 9
    assert {one.pragmas.durability for one in experiment.configurations} == {
        "power-safe", "process-safe", "unsafe"}


def cost(overhead=0.05, each=1e-4, least=40):
    return plan.Cost(overhead, each, least)


CELLS = [Cell(one, "mixed") for one in made(*space.DEFAULT_SPACE).configurations]


def planned(left, budget, costs=None):
    costs = costs or {cell.key: cost() for cell in CELLS}
    return plan.make_plan(CELLS, costs, lambda cell: 10, family=8, seconds_left=left,
                          budget_seconds=budget, block_overhead_seconds=0.1, confirms=True)


def test_a_budget_that_is_too_small_says_how_long_it_would_take():
    with pytest.raises(InputError, match=r"need at least 9 blocks, about .* in all; raise --budget"):
        planned(5.0, 10.0)


def test_what_the_message_asks_for_is_enough():
    with pytest.raises(InputError) as refused:
        planned(8.0, 10.0)
    wanted = float(str(refused.value).split("about ")[1].split("s in")[0])
    assert planned(wanted - 2.0, wanted)


@pytest.mark.parametrize("budget", [20, 60, 300, 3600])
def test_a_plan_keeps_to_its_time(budget):
    made_plan = planned(budget, budget)
    assert plan.LEAST_SLICE_SECONDS <= made_plan.slice_seconds <= plan.LONGEST_SLICE_SECONDS
    assert made_plan.block_seconds * made_plan.least_blocks <= made_plan.main_seconds


@pytest.mark.parametrize("family, blocks", [(1, 6), (2, 7), (9, 9), (100, 12)])
def test_more_comparisons_need_more_blocks(family, blocks):
    assert plan.least_blocks(family) == blocks


def test_operations_are_a_multiple_of_the_clients():
    sized = plan.sizes(CELLS, {cell.key: cost(each=1e-3, least=1) for cell in CELLS})
    assert sized.operations(CELLS[0], cost(each=1e-3, least=1), 0.1, 8) == 96


def test_what_is_about_as_fast_does_as_much_whatever_its_pilot_said():
    """Sized each by its own pilot, application_id had an effect in 6 of 20 runs: its luck."""
    pilots = [1e-4, 5e-5, 3e-4, 7e-4, 2e-4, 1.5e-5, 1e-4, 1e-4, 1e-4]
    costs = {cell.key: cost(each=each) for cell, each in zip(CELLS, pilots)}
    sized = plan.sizes(CELLS, costs)
    counts = {sized.operations(cell, costs[cell.key], 0.1, 10) for cell in CELLS}
    assert counts == {1000}


def test_what_is_far_slower_does_less_or_a_block_would_never_end():
    costs = {cell.key: cost(each=1e-2 if cell is CELLS[3] else 1e-4) for cell in CELLS}
    sized = plan.sizes(CELLS, costs)
    assert sized.operations(CELLS[0], costs[CELLS[0].key], 0.1, 10) == 1000
    assert sized.operations(CELLS[3], costs[CELLS[3].key], 0.1, 10) == 40


def test_the_order_follows_from_the_seed():
    cells = [Cell(one, "mixed") for one in made(*space.DEFAULT_SPACE).configurations]
    first = plan.order(cells, 1, "main", 0)
    assert first == plan.order(cells, 1, "main", 0)
    assert sorted(each.key for each in first) == sorted(each.key for each in cells)
    others = [plan.order(cells, seed, phase, index) for seed, phase, index in (
        (2, "main", 0), (1, "main", 1), (1, "confirmation", 0))]
    assert all(first != other for other in others)


def test_every_place_in_a_block_is_everybodys():
    cells = [Cell(one, "mixed") for one in made("cache_size=-2000,-200000").configurations]
    firsts = [plan.order(cells, 1, "main", index)[0].key for index in range(300)]
    assert all(70 <= firsts.count(cell.key) <= 130 for cell in cells)


def test_larger_than_cache_is_a_multiple_of_the_cache():
    caches = [one.cache_bytes()
              for one in made("cache_size=-2000,-200000", "application_id=1").configurations]
    rows = state.rows_for("larger-than-cache", "small", [None, *caches], 1000)
    assert rows * state.SMALL_ROW_BYTES >= 4 * 200_000 * 1024
    assert state.rows_for("cached", "small", caches, 1000) == 1000


def test_a_state_that_cannot_be_made_says_why():
    assert "no way to age" in state.not_aged("aged").reason
    assert state.not_aged("cached") is None
    refused = state.memory_limiter(lambda words: False)
    assert isinstance(refused, Skipped) and "systemd-run" in refused.reason


def test_a_memory_limit_goes_in_front_of_the_command():
    tried = []

    def only_system(words):
        tried.append(words)
        return "--user" not in words

    assert state.memory_limiter(only_system)[0:2] == ("systemd-run", "--scope")
    assert [words[-1] for words in tried] == ["true", "true"]


@pytest.mark.parametrize("words, says", [
    (["--levers", "--vary", "cache_size=1"], "--vary means nothing with --levers"),
    (["--levers", "--design", "factorial"], "--design means nothing"),
    (["--sqlite-bench", "x"], "means nothing without --levers"),
    (["--workload", "nope"], "unknown workload 'nope'"),
    (["--payload", "0"], "is no payload"),
    (["--budget", "5"], "write 90s, 5m or 1h"),
    (["--rows", "0"], "no whole number"),
    (["--state", "warm"], "invalid choice"),
])
def test_bad_usage_is_one_line_and_exit_2(words, says, capsys):
    with pytest.raises(SystemExit) as left:
        options.parse(words)
    said = capsys.readouterr().err
    assert left.value.code == 2
    assert said.count("\n") == 1 and says in said


def test_rows_and_a_state_exclude_each_other():
    with pytest.raises(InputError, match="says how many rows"):
        state.refuse_rows("larger-than-cache", 5)

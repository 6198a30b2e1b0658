"""Pages of tune: effects, the waterfall, and what is never recommended."""

import copy
import json
from pathlib import Path

import pytest
from pragmark_report import draw_effects, load_result, page_tune, tables_tune
from pragmark_report.words import plain

SAMPLES = Path(__file__).resolve().parent / "samples"
TARGET = 60_000.0


@pytest.fixture(name="tune")
def tune_fixture():
    return json.loads((SAMPLES / "tune.json").read_text())


@pytest.fixture(name="levers")
def levers_fixture():
    return json.loads((SAMPLES / "tune_levers.json").read_text())


def page_of(document, name="tune"):
    return page_tune.tune_page(load_result.result("r.json", "A", "", document), name, TARGET)


def test_each_bar_of_the_waterfall_begins_where_the_one_above_ends(levers):
    rungs = tables_tune.rungs(levers, levers["waterfalls"][0])
    assert rungs[0].before is None and rungs[0].verdict is None
    steps, total = rungs[1:-1], rungs[-1]
    for above, rung in zip(rungs, steps):
        assert rung.before == above.after
    assert (total.before, total.after) == (rungs[0].after, steps[-1].after)
    step = levers["waterfalls"][0]["steps"][1]
    assert rungs[2].text.startswith(draw_effects.factor_text(step))


def test_a_step_measured_apart_is_marked(levers):
    for waterfall in levers["waterfalls"]:
        for step in (*waterfall["steps"], waterfall["total"], *levers["effects"]):
            step["interleaved"] = True
    assert not any(each.label.endswith("*")
                   for each in tables_tune.rungs(levers, levers["waterfalls"][0]))
    assert not any("processes of its own" in plain(each) for each in page_of(levers).caveats)
    levers["waterfalls"][0]["steps"][2]["interleaved"] = False
    marked = [each.label for each in tables_tune.rungs(levers, levers["waterfalls"][0])]
    assert marked[3].endswith(" *") and sum(each.endswith("*") for each in marked) == 1
    assert any("processes of its own" in plain(each) for each in page_of(levers).caveats)


def test_a_waterfall_with_an_end_that_was_not_measured_has_a_table_only(levers):
    start = levers["waterfalls"][0]["start"]
    for each in levers["configurations"]:
        if each["id"] == start:
            each.update(measured=[], error="no Python here")
    page = page_of(levers)
    assert tables_tune.rungs(levers, levers["waterfalls"][0]) == []
    assert page.figure is None
    assert any("could not be measured" in plain(each) for each in page.caveats)


def test_what_has_no_measurable_effect_is_told_with_what_would_have_shown(tune):
    shown = [each for each in tune["effects"] if each["verdict"] == "none"]
    assert shown
    table = tables_tune.effects(tune, shown)
    assert {row[-2] for row in table.rows} == {"no measurable effect"}
    assert all(row[-1].endswith("%") for row in table.rows)


def test_the_objective_p99_is_told_in_its_own_unit_and_direction(tune):
    document = copy.deepcopy(tune)
    document["parameters"]["objective"] = "p99"
    base = document["configurations"][0]["measured"][0]["p99_us"]["median"]
    assert tables_tune.measured(document, document["configurations"][0]["id"],
                                document["parameters"]["workloads"][0])["median"] == base
    table = tables_tune.effects(document, document["effects"][:1])
    assert "Before, us" in [column.heading for column in table.columns]
    assert "left is better" in page_of(document).figure.svg.decode()


def test_a_weaker_durability_class_is_a_caveat_and_never_the_answer(tune):
    weaker = tune["confirmation"]["candidates"][-1]
    tune["answer"]["weaker"] = {**weaker, "weaker": True, "durability": "unsafe",
                                "pragmas": "production+synchronous=OFF"}
    page = page_of(tune)
    said = [plain(each) for each in page.caveats]
    assert any("production+synchronous=OFF was faster still" in each and "not recommended" in each
               for each in said)
    assert page.sections[0].code == tune["answer"]["recommended_sql"].strip()


def test_the_sets_that_were_confirmed_are_told_apart_from_those_that_were_not(tune):
    tune["confirmation"]["candidates"][0]["confirmed"] = False
    (table,) = tables_tune.confirmation(tune)
    assert table.rows[0][-1] == "not confirmed"


def test_what_was_skipped_is_said(levers):
    levers["skipped"] = [{"what": "SQLite 3.53", "reason": "no such program"}]
    said = [plain(each) for each in page_of(levers, "tune-levers").caveats]
    assert "Not measured: SQLite 3.53, because no such program." in said


def test_an_effect_without_an_interval_says_so():
    each = {"factor": 1.5, "low": None, "high": None}
    assert draw_effects.factor_text(each) == "1.50x [n too small]"

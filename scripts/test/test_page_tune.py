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
    assert not any("started for each visit" in plain(each) for each in page_of(levers).caveats)
    levers["waterfalls"][0]["steps"][2]["interleaved"] = False
    marked = [each.label for each in tables_tune.rungs(levers, levers["waterfalls"][0])]
    assert marked[3].endswith(" *") and sum(each.endswith("*") for each in marked) == 1
    assert any("started for each visit" in plain(each) for each in page_of(levers).caveats)


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


def test_what_is_not_comparable_is_never_told_as_without_effect(levers):
    shown = [each for each in levers["effects"] if not each["comparable"]]
    assert {each["kind"] for each in shown} == {"added", "removed"}
    table = tables_tune.effects(levers, shown)
    assert {row[-2:] for row in table.rows} == {("not comparable", tables_tune.NOTHING)}
    page = page_of(levers)
    drawn = {plot.name: plot.svg.decode() for plot in page.plots}
    assert all("not comparable: requests fail" in drawn[f"tune-{kind}"]
               for kind in ("added", "removed"))
    assert "not comparable: requests fail" not in drawn["tune-side"]
    assert any(plain(each).startswith("Not comparable: ") for each in page.sections[-1].paragraphs)


def test_a_step_that_is_not_comparable_is_no_step_without_a_gain(levers):
    fall = levers["waterfalls"][0]
    fall["steps"][2].update(verdict="none", comparable=False)
    labels = [each.label for each in tables_tune.rungs(levers, fall)]
    assert [each.endswith(" (not comparable)") for each in labels].index(True) == 3


@pytest.mark.parametrize("comparisons, told", [(1, "95%"), (7, "99.3%"), (45, "99.9%"),
                                               (100, "99.95%"), (700, "99.993%")])
def test_no_interval_is_said_to_cover_all(tune, comparisons, told):
    each = {**tune["effects"][0], "confidence": 1 - 0.05 / comparisons}
    assert f"Each interval covers {told}, so" in tables_tune.effects(tune, [each]).note[0]


@pytest.mark.parametrize("name, kind", [("tune.json", "setting"), ("tune.json", "main")])
def test_a_change_of_durability_class_stands_where_the_effect_is_told(name, kind):
    document = json.loads((SAMPLES / name).read_text())
    if kind == "main":  # a main effect names no sides
        for each in document["effects"]:
            each.update(kind="main", configuration=None, against=None)
    told = {tables_tune.change(document, each) for each in document["effects"]}
    assert {"synchronous=OFF (unsafe)", "synchronous=FULL (power-safe)", "page_size=1024"} < told
    assert "synchronous=OFF (unsafe)" in page_of(document).figure.svg.decode()


def test_a_figure_that_has_no_room_says_so_and_keeps_the_deciding_effects(tune):
    tune["parameters"]["workloads"] = ["mixed", "sequential_read"]
    mean = [{**each, "workload": "all"} for each in tune["effects"]]
    alone = [{**tune["effects"][0], "what": f"application_id={place}"} for place in range(40)]
    tune["effects"] = [*alone, *mean]
    figure = page_of(tune).figure
    assert figure.caption.endswith(f", 24 of {len(tune['effects'])} shown")
    drawn = figure.svg.decode()
    assert all(each["what"] in drawn for each in mean)


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

"""What the page of a durability experiment says: classes, bounds, exposures and the front."""

import json

import pytest
from page_documents import crash_counts, crash_document, crash_set
from pragmark_report import load_result, page_crash, tables_crash
from pragmark_report.words import plain


def loaded(document):
    return load_result.result("crash.json", "A", "digest", json.loads(json.dumps(document)))


def page_of(*sets):
    return page_crash.crash_page(loaded(crash_document(*sets)), "crash")


def rows_of(table, *columns):
    places = [[each.heading for each in table.columns].index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in table.rows]


UNBOUNDED = {"transactions": 2000, "run_transactions": 2000, "points": 9, "points_judged": 9,
             "bounded": False, "damages": False}
DAMAGED = {"transactions": 0, "run_transactions": 2000, "points": 9, "points_judged": 9,
           "bounded": False, "damages": True}


def test_the_front_is_what_nothing_beats_in_both():
    made = crash_document(
        crash_set("fast", 20_000.0, 200), crash_set("slow", 900.0), crash_set("slower", 800.0),
        crash_set("risky", 19_000.0, 300), crash_set("off", 30_000.0, exposure_ms=None,
                                                     exposure=UNBOUNDED))
    found = page_crash.spots(made)
    assert [spot.label for spot in found if spot.on_front] == ["1", "2", "5"]
    table = page_crash.crash_page(loaded(made), "crash").sections[0].tables[0]
    assert [yes for yes, in rows_of(table, "On the front")] == ["yes", "yes", "no", "no", "yes"]


def test_a_set_whose_class_is_not_determined_is_not_drawn():
    made = crash_document(crash_set("one", 900.0),
                          crash_set("killed only", 950.0, measured=None, holds=None))
    assert [spot.label for spot in page_crash.spots(made)] == ["1"]


def test_equal_sets_are_on_the_front_together():
    made = crash_document(crash_set("one", 900.0), crash_set("other", 900.0))
    assert [spot.on_front for spot in page_crash.spots(made)] == [True, True]


def test_a_damaged_database_is_worth_more_than_any_number_of_transactions():
    made = crash_document(
        crash_set("lossy", 900.0, exposure=UNBOUNDED, exposure_ms=None),
        crash_set("broken", 900.0, measured="unsafe", exposure=DAMAGED, exposure_ms=None))
    assert [spot.on_front for spot in page_crash.spots(made)] == [True, False]


@pytest.mark.parametrize("changes, text", [
    ({}, "0 transactions"),
    ({"exposure": UNBOUNDED, "exposure_ms": None}, "all of the run (2000 transactions)"),
    ({"exposure": DAMAGED, "exposure_ms": None}, "the database"),
    ({"measured": "unsafe"}, "the database"),
    ({"exposure": None, "exposure_ms": None}, "–"),
])
def test_an_exposure_in_words(changes, text):
    assert tables_crash.exposure_text(crash_set("s", 900.0, **changes)) == text


def test_an_exposure_has_its_time_at_the_measured_rate():
    assert tables_crash.exposure_text(crash_set("s", 20_000.0, 200)) == "200 transactions, 10 ms"


def test_what_was_not_found_has_its_bound_and_is_never_called_safe():
    table = page_of(crash_set("durable", 900.0)).sections[0].tables[0]
    assert rows_of(table, "Power: damaged", "Power: lost") == [
        ("0 of 3,000 (<=0.0998%)", "0 of 3,000 (<=0.0998%)")]


def test_what_was_not_tried_is_told_beside_the_class():
    table = page_of(crash_set("s", 900.0, power_tried=False, measured=None,
                              holds=None)).sections[0].tables[0]
    assert rows_of(table, "Found, at best", "Promise") == [
        ("not determined, a power cut not tried", "not determined")]


def test_an_unsafe_set_makes_no_promise_to_hold():
    table = page_of(crash_set("s", 900.0, promised="unsafe")).sections[0].tables[0]
    assert rows_of(table, "Promised", "Promise") == [("unsafe", "none made")]


def test_models_outside_the_promise_do_not_count_against_a_set():
    broken = crash_set("s", 900.0)
    broken["workloads"][0] |= {"models": [crash_counts("lying-disk", 7), crash_counts(damaged=2)],
                               "power": crash_counts(damaged=2),
                               "kill": crash_counts("process-kill") | {"distinct": 0}}
    table = page_of(broken).sections[0].tables[0]
    assert rows_of(table, "Power: damaged", "Killed: damaged") == [("2 of 3,000", "–")]


def test_the_answer_names_the_fastest_of_each_class_or_what_is_worse():
    answer = plain(page_of().answer)
    assert "power-safe is durable, 900 commits/s, at risk: 0 transactions" in answer
    assert "process-safe is production, 20,000 commits/s, at risk: 200 transactions" in answer
    worse = page_of(crash_set("s", 900.0, difference="WORSE: loss by a power cut", holds=False))
    assert plain(worse.answer) == "Worse than SQLite documents: s."
    assert "--replay" in next(each.code for each in worse.sections if each.heading == "Findings")


def test_rounds_with_real_processes_are_told_by_round():
    sections = {each.heading: each for each in page_of(crash_set("s", 900.0, 30)).sections}
    kills = sections["kill -9 of a real process"].tables[0]
    assert rows_of(kills, "Rounds with loss", "Most lost") == [("0 of 200 (<=1.5%)", "0")]
    cuts = sections["Power cut of a real ext4"].tables[0]
    assert rows_of(cuts, "Rounds with loss", "Most lost") == [("1 of 200", "30")]


def test_a_control_is_told_as_one():
    document = crash_document()
    document["sabotage"] = "swallow-syncs"
    document["sets"][0]["holds"] = False
    page = page_crash.crash_page(loaded(document), "crash")
    assert plain(page.answer) == "The negative control swallow-syncs is found in production."
    assert "negative control: swallow-syncs" in plain(page.caveats[0])


def test_a_disk_without_powersafe_overwrite_is_told():
    document = crash_document()
    document["powersafe_overwrite"] = False
    caveats = page_crash.crash_page(loaded(document), "crash").caveats
    assert "nothing alone in a sector" in plain(caveats[0])


def test_a_result_without_rates_has_a_page_without_a_figure():
    made = page_of(crash_set("s", 900.0, commits_per_second=None, exposure=None, exposure_ms=None,
                             kills=[], power_cuts=[]))
    assert made.figure is None
    assert plain(made.answer).startswith("Nothing worse than SQLite documents was found")
    assert "kill -9 of a real process" not in [each.heading for each in made.sections]


def test_workloads_are_summed_where_there_are_many_sets():
    def table_of(count):
        sets = []
        for number in range(count):
            sets.append(crash_set(f"s{number}", 900.0, skipped=[]))
            sets[-1]["workloads"] = [{**sets[-1]["workloads"][0], "name": name,
                                      "models": [crash_counts(max_lost=lost, with_loss=lost)]}
                                     for name, lost in (("transfers", 2), ("spill", 5))]
        return tables_crash.by_model(crash_document(*sets))

    columns = ("Workload", "Crash states", "With loss", "Most lost")
    assert rows_of(table_of(1), *columns) == [("transfers", "4,000", "2", "2"),
                                              ("spill", "4,000", "5", "5")]
    assert rows_of(table_of(5), *columns) == [("all", "8,000", "7", "5")] * 5

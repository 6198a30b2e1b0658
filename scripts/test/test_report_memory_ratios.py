"""Memory statistics off in ratios: yardsticks, the plainest, the ladder and the baseline."""

import json
from dataclasses import replace

import pytest
from conftest import findings_text, rows_of
from pragmark_report import draw, findings, levers, render, text, words, yardsticks
from pragmark_report.yardsticks import BEST, BRINGS, COSTS
from rungs import GAIN_OFF, OFF, RUNGS, STEPS_OF_LIBRARY, Synthetic, statistics_document

BEST_OFF = "write-optimised/group-commit with memory statistics off"


def answer_of(summary):
    (answer,) = summary.runs[0].answers
    return answer


def ladder_of(summary):
    (ladder,) = levers.explain_run(summary.runs[0], summary)
    return ladder


def steps_of(summary):
    return [words.step_text(step) for step in ladder_of(summary).steps]


def named(row):
    return words.plain(words.served_by(row))


def test_what_the_library_costs_is_told_between_equals(summarise):
    off = [("production", "per-thread", 1), *(rung[:3] for rung in RUNGS[-2:])]
    summary = summarise(statistics_document(off, ["raw"]))
    found = [(c.shows, named(c.ours), named(c.against))
             for c in yardsticks.compare(answer_of(summary))]
    included = f"{BRINGS}, memory statistics off included"
    bests = [f"{BEST_OFF} and 32 requests in flight", BEST_OFF]
    raw_off, own_off = (f"production/{name} with memory statistics off"
                        for name in ("raw", "per-thread"))
    assert found == [
        (COSTS, "production/per-thread", "production/raw"),
        *((included, best, "production/raw") for best in bests),
        (COSTS, own_off, raw_off),
        *((BRINGS, best, raw_off) for best in bests),
        (COSTS, "production/per-thread", "production/soci"),
        *((included, best, "production/soci") for best in bests),
    ]


def test_the_best_is_held_against_the_plainest_as_built_and_off(summarise):
    off = [("production", "per-thread", 1), ("write-optimised", "group-commit", 1)]
    made = statistics_document(off)
    made["benchmarks"] = [row for row in made["benchmarks"] if "in_flight" not in row["name"]]
    found = yardsticks.over_plainest(answer_of(summarise(made)))
    assert [(c.shows, named(c.ours), named(c.against)) for c in found] == [
        (f"{BEST}, memory statistics off included", BEST_OFF, "production/per-thread"),
        (BEST, BEST_OFF, "production/per-thread with memory statistics off")]
    assert found[0].ratio.factor == pytest.approx(GAIN_OFF * found[1].ratio.factor, rel=0.1)


def test_a_best_as_built_against_a_yardstick_with_it_off_is_told(summarise):
    summary = summarise(statistics_document([], ["raw"]))
    told = {c.shows for c in yardsticks.compare(answer_of(summary))
            if "memory statistics off" in named(c.against)}
    assert told == {f"{BRINGS}, against memory statistics off"}


def test_every_output_says_which_comparison_is_which(summarise):
    summary = summarise(statistics_document(yardsticks_off=["raw"]))
    files = render.report_files(summary)
    note = words.plain(findings.memory_statistics(summary.runs[0].answers))
    assert "as built where nothing is said" in note
    for output in (files["report.html"].decode(), files["report.md"].decode(),
                   text.summary_text(summary, False)):
        assert output.count(note) == 1
        assert output.count("what it brings, memory statistics off included") == 4
    against = json.loads(text.summary_json(summary))["runs"][0]["answers"][0]["yardsticks"]
    assert [(each["question"], each["yardstick"]["memory_statistics"]) for each in against[:5]] == [
        (COSTS, "as-built"), *[(BRINGS, "as-built")] * 2, *[(BRINGS, "off")] * 2]


def test_the_rung_lies_behind_the_settings_and_before_requests_in_flight(summarise):
    summary = summarise(statistics_document())
    assert steps_of(summary) == [*STEPS_OF_LIBRARY, "memory statistics off", "32 requests in flight"]
    step = ladder_of(summary).steps[-2]
    assert replace(step.after.configuration, memory_statistics="as-built") == (
        step.before.configuration)
    assert step.gain.factor == pytest.approx(GAIN_OFF, rel=0.05)
    drawn = render.report_files(summary)["levers.svg"].decode()
    assert "+ memory statistics off" in drawn
    rows = json.loads(text.summary_json(summary))["runs"][0]["answers"][0]["ladder"]
    assert rows[-2]["changes"] == [{"lever": "memory statistics", "after": "off"}]


def test_rungs_with_it_off_on_the_way_do_not_move_the_step(summarise):
    everywhere = [rung[:3] for rung in RUNGS]
    assert steps_of(summarise(statistics_document(everywhere))) == [
        *STEPS_OF_LIBRARY, "memory statistics off", "32 requests in flight"]


@pytest.mark.parametrize(
    "lacking, told",
    [("rows:1000/payload:small/memory_statistics:off", ["32 requests in flight",
                                                       "memory statistics off"]),
     ("in_flight:32/iter", ["memory statistics off", "32 requests in flight"]),
     ("small/in_flight:32", ["memory statistics off"])],
)


def test_the_order_that_was_measured_is_taken(summarise, lacking, told):
    document = statistics_document()
    gone = rows_of(document, lacking)
    assert gone
    document["benchmarks"] = [row for row in document["benchmarks"] if row not in gone]
    assert steps_of(summarise(document)) == [*STEPS_OF_LIBRARY, *told]


def test_a_best_as_built_has_no_such_rung(summarise):
    document = statistics_document()
    for row in rows_of(document, "memory_statistics:off"):
        row["items_per_second"] /= 100
    assert steps_of(summarise(document)) == [*STEPS_OF_LIBRARY, "32 requests in flight"]


def test_a_baseline_with_it_off_is_none_of_a_best_as_built(summarise):
    made = Synthetic()
    made.add("mixed", "default", "open-per-op", 10.0, **OFF)
    made.add("mixed", "production", "open-per-op", 20.0)
    made.add("mixed", "production", "per-thread", 90.0)
    summary = summarise(made.document())
    assert steps_of(summary) == ["connection strategy: per-thread"]
    assert named(ladder_of(summary).base) == "production/open-per-op"


def test_a_ladder_without_as_built_says_what_is_lacking(summarise):
    made = Synthetic()
    made.add("mixed", "default", "open-per-op", 10.0, **OFF)
    made.add("mixed", "default", "per-thread", 90.0, **OFF)
    summary = summarise(made.document())
    assert steps_of(summary) == ["connection strategy: per-thread"]
    assert ("What memory statistics off brought over as-built is not known: as-built was not "
            "measured with 1 thread. Add --memory-statistics as-built,off.") in (
                findings_text(summary))
    (figure,) = draw.ladder([ladder_of(summary)], 60_000.0, "s")
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[0] == "default / open-per-op, memory statistics off"


def test_the_largest_step_is_told_in_full(summarise):
    made = Synthetic()
    made.add("mixed", "default", "open-per-op", 10.0)
    made.add("mixed", "default", "per-thread", 12.0)
    made.add("mixed", "default", "per-thread", 50.0, **OFF)
    said = words.plain(findings.largest_steps([ladder_of(summarise(made.document()))]))
    assert said.startswith("What brought most: memory statistics off in mixed (4")


def test_the_baseline_is_as_built_whatever_is_held_against_it(summarise):
    made = Synthetic()
    made.add("mixed", "default", "open-per-op", 10.0)
    made.add("mixed", "default", "open-per-op", 20.0, **OFF)
    made.add("mixed", "production", "per-thread", 100.0, **OFF)
    summary = summarise(made.document())
    base, base_off, best = summary.runs[0].rows
    assert base.over_baseline is None
    assert base_off.over_baseline.factor == pytest.approx(2.0, rel=0.1)
    assert best.over_baseline.factor == pytest.approx(10.0, rel=0.1)

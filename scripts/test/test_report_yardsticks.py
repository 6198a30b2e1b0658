"""Ours against the yardsticks and the plainest, and answers that take several in flight."""

import json
import re

import pytest
from conftest import findings_text, row_of, rows_of
from pragmark_report import caveats, findings, render, text, words, yardsticks
from pragmark_report.yardsticks import BEST, BRINGS, COSTS
from rungs import RUNGS, WORKLOADS, YARDSTICKS, Synthetic, ladder_document

ONE = {"sequential_write": WORKLOADS["sequential_write"]}


@pytest.fixture(name="document")
def document_fixture():
    """One workload with every rung and every yardstick."""
    return ladder_document(ONE)


def answer_of(summary):
    (answer,) = summary.runs[0].answers
    return answer


def named(row):
    return words.plain(words.served_by(row))


def test_each_yardstick_is_held_against_per_thread_and_the_best(document, summarise):
    found = [(c.question, named(c.ours), named(c.against))
             for c in yardsticks.compare(answer_of(summarise(document)))]
    best = "write-optimised/group-commit"
    assert found == [
        entry
        for name in YARDSTICKS
        for entry in (
            (COSTS, "production/per-thread", f"production/{name}"),
            (BRINGS, f"{best} with 32 requests in flight", f"production/{name}"),
            (BRINGS, best, f"production/{name}"),
        )
    ]


def test_the_ratio_is_ours_over_theirs_with_its_interval(document, summarise):
    for c in yardsticks.compare(answer_of(summarise(document))):
        ours, theirs = (row.throughput.median_per_second for row in (c.ours, c.against))
        assert c.ratio.factor == pytest.approx(ours / theirs, rel=0.05)
        assert c.ratio.interval.low < c.ratio.factor < c.ratio.interval.high


def test_other_sets_and_clients_do_not_say_what_the_library_costs(document, summarise):
    for row in rows_of(document, "/raw/"):
        row["name"] = row["run_name"] = row["name"].replace("production/raw", "default/raw")
    for row in rows_of(document, "/soci/"):
        row["name"] = row["run_name"] = row["name"].replace("threads:1", "threads:4")
    found = yardsticks.compare(answer_of(summarise(document)))
    assert [c.question for c in found if named(c.against) == "default/raw"] == [BRINGS, BRINGS]
    assert [c for c in found if named(c.against) == "production/soci"] == []


def test_a_per_thread_that_is_the_best_stands_there_once(document, summarise):
    document["benchmarks"] = rows_of(document, "/raw/") + rows_of(document, "/per-thread/")
    found = yardsticks.compare(answer_of(summarise(document)))
    assert [(c.question, named(c.ours)) for c in found] == [
        ("what the library costs, and brings", "production/per-thread")]


def test_a_yardstick_that_is_fastest_is_not_the_answer(document, summarise):
    for row in rows_of(document, "/raw/"):
        row["items_per_second"] = 1e6 + row["repetition_index"]
    answer = answer_of(summarise(document))
    assert named(answer.best) == "write-optimised/group-commit with 32 requests in flight"
    assert named(answer.best_serial) == "write-optimised/group-commit"


def test_yardsticks_alone_are_no_answer(document, summarise):
    kept = [row for name in YARDSTICKS for row in rows_of(document, f"/{name}/")]
    document["benchmarks"] = kept
    summary = summarise(document)
    answer = answer_of(summary)
    assert answer.best is None and answer.attainment is None
    assert findings.no_figure(answer) == "only yardsticks were measured"
    page = render.report_files(summary)["report.html"].decode()
    assert "only yardsticks were measured" in page


def test_the_table_stands_in_every_output(document, summarise):
    summary = summarise(document)
    files = render.report_files(summary)
    ratio = words.ratio(yardsticks.compare(answer_of(summary))[0].ratio)
    for output in (files["report.html"].decode(), files["report.md"].decode(),
                   text.summary_text(summary, False)):
        assert COSTS in output.lower() and ratio in output
    assert "production/raw" in text.summary_text(summary, False)


def test_the_best_is_held_against_per_thread_with_production(document, summarise):
    found = yardsticks.over_plainest(answer_of(summarise(document)))
    best = "write-optimised/group-commit"
    assert [(c.question, named(c.ours), named(c.against)) for c in found] == [
        (BEST, f"{best} with 32 requests in flight", "production/per-thread"),
        (BEST, best, "production/per-thread")]
    for c in found:
        for ratio, counter in ((c.ratio, None), (c.p99_9_ratio, "latency_us_p99_9")):
            ours, theirs = (row.counters[counter] if counter else row.throughput.median_per_second
                            for row in (c.ours, c.against))
            assert ratio.factor == pytest.approx(ours / theirs, rel=0.05)
            assert ratio.interval.low < ratio.factor < ratio.interval.high


def test_the_best_is_held_against_the_plainest_of_as_many_clients(summarise):
    made = Synthetic()
    for threads in (1, 10):
        made.add("mixed", "production", "per-thread", 100.0, threads)
        made.add("mixed", "production", "group-commit", 50.0 * threads, threads)
    made.add("mixed", "production", "group-commit", 900.0, 64)
    found = yardsticks.over_plainest(answer_of(summarise(made.document())))
    assert [(named(c.ours), c.ours.configuration.load.threads,
             c.against.configuration.load.threads) for c in found] == [
        ("production/group-commit", 10, 10)]


def test_a_tail_that_is_not_told_has_no_ratio(document, summarise):
    del rows_of(document, "production/per-thread")[0]["latency_us_p99_9"]
    rows_of(document, "/raw/")[0]["latency_us_p99_9"] = 0.0
    summary = summarise(document)
    told = {(named(c.against), c.p99_9_ratio is not None)
            for c in yardsticks.all_of(answer_of(summary)) if c.question != COSTS}
    assert {("production/per-thread", False), ("production/raw", False),
            ("production/soci", True)} <= told
    assert "\u2013" in text.summary_text(summary, False)


def test_both_ratios_of_the_best_stand_in_every_output(document, summarise):
    summary = summarise(document)
    files = render.report_files(summary)
    found = yardsticks.over_plainest(answer_of(summary))
    for output in (files["report.html"].decode(), files["report.md"].decode(),
                   text.summary_text(summary, False)):
        assert output.count(BEST) >= 2
        for c in found:
            assert words.ratio(c.ratio) in output and words.ratio(c.p99_9_ratio) in output
    (answer,) = json.loads(text.summary_json(summary))["runs"][0]["answers"]
    first = answer["over_plainest"][0]
    assert first["ours"]["in_flight"] == 32 and first["plainest"]["strategy"] == "per-thread"
    for key in ("ratio", "p99_9_ratio"):
        assert first[key]["interval"]["low"] < first[key]["factor"] < first[key]["interval"]["high"]
    assert first["p99_9_ratio"]["factor"] == pytest.approx(found[0].p99_9_ratio.factor)


def test_nothing_is_held_against_what_lies_on_a_variant_of_the_schema(summarise):
    made = Synthetic()
    made.add("mixed", "production", "raw", 100.0, schema="one-index")
    made.add("mixed", "production", "per-thread", 90.0, schema="one-index")
    made.add("mixed", "production", "group-commit", 200.0)
    found = yardsticks.all_of(answer_of(summarise(made.document())))
    assert [(c.question, c.ours.configuration.schema) for c in found] == [(COSTS, "one-index")]


def test_an_answer_in_flight_says_so_and_what_one_at_a_time_reaches(document, summarise):
    summary = summarise(document, target=70_000.0)
    answer = answer_of(summary)
    assert answer.attainment == "reached" and answer.in_flight
    one = answer.best_serial.throughput
    assert words.plain(findings.serial(answer)) == (
        "This takes 32 requests in flight a client; one request at a time, "
        "write-optimised/group-commit, 1 thread, reaches "
        f"{words.rate(one.median_per_second)}/s {words.interval(one.interval)}, missed.")
    assert 55_000 < one.median_per_second < 69_000
    assert words.plain(findings.headline(summary.runs[0], 70_000.0)) == (
        "The workload reaches 70,000 requests/s with 32 requests in flight a client.")


def test_the_headline_counts_the_answers_in_flight(summarise):
    summary = summarise(ladder_document())
    assert words.plain(findings.headline(summary.runs[0], 60_000.0)) == (
        "All 4 workloads reach 60,000 requests/s, 4 of them with several requests in flight "
        "a client.")
    serial = summarise(ladder_document(rungs=RUNGS[:-1]))
    assert words.plain(findings.headline(serial.runs[0], 60_000.0)) == (
        "All 4 workloads reach 60,000 requests/s.")
    assert "in flight" not in findings_text(serial)


def test_no_output_shows_a_rate_in_flight_without_saying_so(document, summarise):
    summary = summarise(document)
    files = render.report_files(summary)
    rate = words.rate(answer_of(summary).best.throughput.median_per_second)
    lines = [line for line in files["report.md"].decode().splitlines() if rate in line]
    lines += [line for line in text.summary_text(summary, False).splitlines() if rate in line]
    assert len(lines) >= 6
    for line in lines:
        assert "32 requests in flight" in line, line
    for name in ("throughput.svg", "latency.svg", "levers.svg"):
        assert "32 requests in flight" in files[name].decode()


def test_the_page_tells_requests_in_flight_in_its_answer_and_its_tables(document, summarise):
    page = render.report_files(summarise(document))["report.html"].decode()
    page = " ".join(re.sub(r"<svg.*?</svg>|<[^>]*>", " ", page, flags=re.S).split())
    answer, _, rest = page.partition("Which lever brought what")
    assert "1 thread, 32 requests in flight, process-safe" in answer
    ladder, _, tables = rest.partition("Ours against the yardsticks")
    assert ladder.count("1 thread, 32 requests in flight") == 1
    assert tables.count("1 thread, 32 requests in flight") == 4 + 3


def test_another_build_is_said_not_to_interleave_and_the_harness_told(document, summarise):
    other = ladder_document(ONE, sqlite_source_id="2026 b", sqlite_version="3.53.0")
    summary = summarise(document, other)
    files = render.report_files(summary)
    told = words.plain(findings.harness(summary.runs[0]))
    for output in (files["report.html"].decode(), files["report.md"].decode(),
                   text.summary_text(summary, False)):
        assert output.count(", not interleaved") == 1
        assert output.count(told) == 2


def test_only_in_flight_has_no_serial_figure(document, summarise):
    document["benchmarks"] = rows_of(document, "in_flight:32")
    assert words.plain(findings.serial(answer_of(summarise(document)))).endswith(
        "one request at a time, there is no figure.")


def test_ratios_over_the_baseline_hold_clients_and_not_requests_in_flight(document, summarise):
    best = answer_of(summarise(document)).best
    assert best.over_baseline.factor == pytest.approx(80.6, rel=0.1)


@pytest.mark.parametrize("cost_ns, named_as_caveat", [(50.0, False), (63.0, True)])
def test_a_costly_harness_is_a_caveat_with_its_share(document, summarise, cost_ns, named_as_caveat):
    for row in rows_of(document, "write-optimised/group-commit/rows:1000/payload:small/iter"):
        row["harness_ns_per_op"], row["latency_us_p50"] = cost_ns, 10.0
    summary = summarise(document)
    said = "\n".join(words.plain(s) for s in caveats.of_run(summary.runs[0]))
    expected = ("The harness took more than 50 ns of a request in 1 configuration; most in "
                "sequential_write write-optimised/group-commit (63 ns, 0.63% of its p50).")
    assert (expected in said) == ("The harness took" in said) == named_as_caveat
    told = words.plain(findings.harness(summary.runs[0]))
    assert told == (f"The harness itself took 31 to {cost_ns:.0f} ns of a request, at most "
                    f"{cost_ns / 100:.2f}% of a p50.")
    assert told in text.summary_text(summary, False)
    assert row_of(summary, "write-optimised/group-commit").counters["harness_ns_per_op"] == cost_ns


def test_a_result_that_does_not_say_what_the_harness_costs_is_not_told_to(document, summarise):
    for row in document["benchmarks"]:
        del row["harness_ns_per_op"]
    summary = summarise(document)
    assert findings.harness(summary.runs[0]) == ()
    assert "harness" not in text.summary_text(summary, False).lower()


@pytest.mark.parametrize("version, told", [("3.46.1", True), ("3.40.1", False)])
def test_another_sqlite_under_python_is_a_caveat(document, summarise, version, told):
    document["context"].update(python_version="3.11.2", python_sqlite_version=version)
    said = "\n".join(words.plain(s) for s in caveats.of_run(summarise(document).runs[0]))
    assert ("python-original ran with SQLite" in said) == told
    assert ("ran with SQLite 3.46.1, everything else with 3.40.1." in said) == told

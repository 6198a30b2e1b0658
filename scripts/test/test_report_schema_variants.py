"""Variants of the schema: shown and labelled, and never the answer of a workload."""

import json

import pytest
from conftest import rows_of
from pragmark_report import caveats, findings, render, text, words
from rungs import Synthetic


@pytest.fixture(name="document")
def document_fixture():
    """The store's schema misses the target, two variants reach it."""
    made = Synthetic()
    made.add("sequential_write", "default", "open-per-op", 1_000.0)
    made.add("sequential_write", "production", "group-commit", 50_000.0)
    made.add("sequential_write", "production", "group-commit", 80_000.0, schema="one-index")
    made.add("sequential_write", "production", "group-commit", 90_000.0, schema="no-indexes",
             in_flight=32)
    return made.document()


def answer_of(summary):
    (answer,) = summary.runs[0].answers
    return answer


def test_a_variant_that_is_fastest_is_not_the_answer(document, summarise):
    summary = summarise(document)
    answer = answer_of(summary)
    for row in (answer.best, answer.best_serial):
        assert words.plain(words.served_by(row)) == "production/group-commit"
    assert answer.attainment == "missed" and not answer.in_flight
    assert words.plain(findings.headline(summary.runs[0], 60_000.0)) == (
        "The workload does not reach 60,000 requests/s.")


def test_a_variant_that_is_power_safe_is_not_the_answer_either(document, summarise):
    for row in rows_of(document, "schema:one-index"):
        row["label"] = "power-safe"
    safe = answer_of(summarise(document)).best_power_safe
    assert words.plain(words.served_by(safe)) == "default/open-per-op"


def test_a_variant_stands_in_every_output_with_its_label(document, summarise):
    summary = summarise(document)
    files = render.report_files(summary)
    (variant,) = [row for row in summary.runs[0].rows if row.configuration.schema == "one-index"]
    rate = words.rate(variant.throughput.median_per_second)
    for output in (files["report.md"].decode(), text.summary_text(summary, False)):
        lines = [line for line in output.splitlines() if rate in line]
        assert lines and all("group-commit, schema one-index" in line for line in lines)
    page = files["report.html"].decode()
    before, _, _ = page.partition(f"{rate}</td>")
    assert "schema one-index" in before[before.rindex("<tr>"):]
    (answer,) = json.loads(text.summary_json(summary))["runs"][0]["answers"]
    assert answer["best"]["schema"] == "standard"
    assert {row["schema"] for row in answer["configurations"]} == {
        "standard", "one-index", "no-indexes"}


def test_variants_are_a_caveat(document, summarise):
    told = ("Experiments with the schema stand in the tables: no-indexes and one-index. One may "
            "lack an index that reads need, so none is the answer of a workload.")
    said = [words.plain(sentence) for sentence in caveats.of_run(summarise(document).runs[0])]
    assert said.count(told) == 1
    document["benchmarks"] = [row for row in document["benchmarks"] if "schema:" not in row["name"]]
    said = [words.plain(sentence) for sentence in caveats.of_run(summarise(document).runs[0])]
    assert not [sentence for sentence in said if "schema" in sentence]


def test_variants_and_yardsticks_alone_are_no_answer(document, summarise):
    document["benchmarks"] = rows_of(document, "schema:one-index")
    answer = answer_of(summarise(document))
    assert answer.best is None
    assert findings.no_figure(answer) == (
        "only yardsticks and variants of the schema were measured")


def test_a_variant_does_not_stand_in_for_what_erred(document, summarise):
    for row in document["benchmarks"]:
        if "schema:" not in row["name"]:
            row.update(error_occurred=True, error_message="disk full")
    answer = answer_of(summarise(document))
    assert answer.best is None
    assert findings.no_figure(answer).startswith(
        "every configuration of the library on the standard schema erred: disk full")

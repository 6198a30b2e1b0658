"""Memory statistics off: a setting of the process, told wherever a configuration has it."""

import json
from dataclasses import replace

import pytest
from pragmark_report import caveats, draw, draw_scaling, load_bench, render, scaling, text, words
from pragmark_report.choices import STATISTICS, choices
from pragmark_report.errors import InputError
from readme_blocks import difference_cells
from rungs import (
    CHOSEN,
    OFF,
    WORKLOADS,
    Synthetic,
    choices_synthetic,
    ladder_document,
    statistics_document,
)

BEST_OFF = "write-optimised/group-commit with memory statistics off"
ONE = {"concurrent_read": WORKLOADS["concurrent_read"]}


def answer_of(summary):
    (answer,) = summary.runs[0].answers
    return answer


def named(row):
    return words.plain(words.served_by(row))


def test_memory_statistics_tell_configurations_of_one_case_apart():
    name = "w/s/per-thread/rows:5/in_flight:32{}/real_time/threads:4"
    told = ("", "/memory_statistics:as-built", "/memory_statistics:off")
    plain, written, off = (load_bench.parse_name("f", name.format(part), None) for part in told)
    assert plain == written and plain.memory_statistics == "as-built"
    assert off == replace(plain, memory_statistics="off") and off.case == plain.case
    assert off.load == plain.load and not off.is_variant


def test_it_may_be_the_best_of_a_case_that_both_share(summarise):
    answer = answer_of(summarise(statistics_document()))
    assert named(answer.best) == f"{BEST_OFF} and 32 requests in flight"
    assert named(answer.best_serial) == BEST_OFF
    places = [place for place, row in enumerate(answer.rows) if row.configuration
              == replace(answer.best.configuration, memory_statistics="as-built")]
    assert answer.rows[places[0] + 1] is answer.best


def test_no_output_names_such_a_configuration_without_saying_so(summarise):
    summary = summarise(statistics_document())
    files = render.report_files(summary)
    rate = words.rate(answer_of(summary).best_serial.throughput.median_per_second)
    lines = [line for line in (*files["report.md"].decode().splitlines(),
                               *text.summary_text(summary, False).splitlines()) if rate in line]
    assert len(lines) >= 6
    for line in lines:
        assert "memory statistics off" in line, line
    page = files["report.html"].decode()
    before, _, _ = page.partition(f"{rate}</td>")
    assert '<span class="whole">group-commit</span>, <span class="whole">memory statistics off' in (
        before[before.rindex("<tr>"):])
    assert "memory statistics off" in files["throughput.svg"].decode()
    (answer,) = json.loads(text.summary_json(summary))["runs"][0]["answers"]
    assert answer["best"]["memory_statistics"] == "off"
    found = [row["memory_statistics"] for row in answer["configurations"]]
    assert (found.count("as-built"), found.count("off")) == (10, 2)


def test_a_result_without_it_says_nothing_of_it(summarise):
    summary = summarise(ladder_document(ONE))
    files = render.report_files(summary)
    for output in (files["report.html"].decode(), files["report.md"].decode(),
                   text.summary_text(summary, False)):
        assert "memory statistics" not in output.lower()


def test_it_stands_behind_the_schema_and_before_the_requests_in_flight(summarise):
    made = Synthetic()
    made.add("mixed", "production", "raw", 9.0, 2, in_flight=4, schema="one-index", **OFF)
    (row,) = summarise(made.document()).runs[0].rows
    assert named(row) == (
        "production/raw on schema one-index with memory statistics off and 4 requests in flight")
    assert words.strategy_text(row) == "raw, schema one-index, memory statistics off"


def test_a_label_of_a_figure_may_be_long_and_keeps_what_tells_it_apart(summarise):
    made = Synthetic()
    strategy = "group-commit+checkpoints=commit+wal_writes=direct"
    for told in ({}, OFF):
        for threads in (1, 64):
            made.add("mixed", "write-optimised", strategy, 9.0, threads, in_flight=32, **told)
    made.add("mixed", *CHOSEN, 9.0, 10, in_flight=32, **OFF)
    figures = draw.throughput(summarise(made.document()).runs[0], 60_000.0, "s")
    labels = [label.get_text() for label in figures[0].axes[0].get_yticklabels()]
    assert labels[2] == ("write-optimised / group-commit, memory statistics off, 10 threads, "
                         "32 requests in flight")
    assert len(set(labels)) == 5 and max(map(len, labels)) <= 100
    assert sum("memory statistics off, " in label for label in labels) == 3


def test_it_is_one_choice(summarise):
    made = choices_synthetic([(*CHOSEN, "one-index", 1.25)], loads=[1])
    made.add("sequential_write", *CHOSEN, 60_000.0, **OFF)
    ((_, each),) = (choice.alternatives for choice in choices(summarise(made.document()).runs[0]))
    assert (each.difference.kind, each.difference.chosen, each.difference.other) == (
        STATISTICS, "as-built", "off")
    assert each.ratio.factor == pytest.approx(1.2, rel=0.05)
    assert difference_cells(each.difference) == (
        "memory statistics as built", "memory statistics off")


@pytest.mark.parametrize("schema, said", [
    ({"schema": "one-index"}, "differs from the chosen in 2 things (schema, memory statistics)"),
    ({}, "write-optimised/group-commit was not measured in sequential_write"),
])


def test_it_is_not_the_chosen_and_not_half_a_choice(summarise, schema, said):
    made = choices_synthetic([], loads=[1]) if schema else Synthetic()
    made.add("sequential_write", *CHOSEN, 60_000.0, **schema, **OFF)
    with pytest.raises(InputError) as caught:
        choices(summarise(made.document()).runs[0])
    error = str(caught.value)
    assert said in error
    assert ("on schema one-index with memory statistics off in" in error) == bool(schema)


@pytest.mark.parametrize("options, built_off", [
    ("THREADSAFE=1 DEFAULT_MEMSTATUS=0", True), ("THREADSAFE=1 DEFAULT_MEMSTATUS=01", False)])


def test_its_price_is_a_caveat(summarise, options, built_off):
    told = ("Memory statistics off is a setting of the whole process (sqlite3_config before SQLite "
            "is initialised); sqlite3_memory_used, sqlite3_status and the heap limits do not work "
            "then.")
    document = statistics_document()
    document["context"]["sqlite_compile_options"] = options
    said = [words.plain(sentence) for sentence in caveats.of_run(summarise(document).runs[0])]
    assert said.count(told) == 1
    assert ("This SQLite was built with memory statistics off, so as built is off too." in said
            ) == built_off
    document["benchmarks"] = [row for row in document["benchmarks"] if ":off" not in row["name"]]
    said = [words.plain(sentence) for sentence in caveats.of_run(summarise(document).runs[0])]
    assert not [sentence for sentence in said if "emory statistics" in sentence]


def test_it_is_a_series_of_its_own(summarise):
    made = Synthetic()
    for threads in (1, 2, 4):
        made.add("mixed", "production", "per-thread", 100.0, threads)
        made.add("mixed", "production", "per-thread", 200.0 * threads, threads, **OFF)
    summary = summarise(made.document())
    (group,) = scaling.groups(summary.runs[0])
    assert [len(series.points) for series in group.series] == [3, 3]
    (figure,) = draw_scaling.scaling([group], 60_000.0, "s")
    assert [label.get_text() for label in figure.legends[0].get_texts()] == [
        "production / per-thread, n=9", "production / per-thread, memory statistics off, n=9"]
    shown = text.summary_text(summary, False)
    assert "production / per-thread, memory statistics off, n=9" in shown

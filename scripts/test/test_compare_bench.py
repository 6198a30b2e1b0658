"""pragmark compare: figures, what differs in the contexts, and the width of a terminal."""

import json

import pytest
from capacity_documents import capacity_document
from conftest import WRITE_ONLY, bench_document, error_row, rows_of
from page_documents import HOSTILE
from pragmark_compare import capacity, measured, render_json, render_markdown, render_text, subjects
from pragmark_report import stats
from pragmark_report.errors import InputError


@pytest.fixture(name="write")
def write_fixture(tmp_path):
    """Writes documents as files; their paths come back."""
    def write(*documents):
        paths = []
        for letter, document in zip("ab", documents):
            path = tmp_path / f"{letter}.json"
            path.write_text(json.dumps(document))
            paths.append(str(path))
        return paths
    return write


def small(**settings):
    return bench_document(workloads=WRITE_ONLY, **settings)


def of(write, a, b, metrics=None):
    return subjects.compare(*write(a, b), metrics)


def rates(document, pragma_set, strategy):
    return [row["items_per_second"] for row in rows_of(document, pragma_set)
            if f"/{strategy}/" in row["name"]]


def test_ratio_and_intervals_are_those_of_the_report(write):
    a, b = small(), small(seed=5, speed=1.3)
    metric = of(write, a, b).metrics[0]
    line = next(each for each in metric.lines if each.name == "production/per-thread")
    mine, theirs = (rates(each, "production", "per-thread") for each in (a, b))
    assert line.ratio == stats.ratio(theirs, mine)
    assert line.a.interval == stats.median_interval(mine) and line.a.n == 9
    assert line.shows == "higher" and line.group == ("sequential_write, payload:small, rows:1000, "
                                                     "1 thread")
    assert (metric.name, metric.unit, metric.higher_is_better) == ("throughput", "requests/s", True)


def test_the_same_run_twice_shows_nothing_and_is_told(write):
    found = of(write, small(), small())
    assert {line.shows for metric in found.metrics for line in metric.lines} == {
        "within the noise"}
    assert found.differences == ()
    assert found.notes[0] == "A and B are the same bytes: one measurement given twice."
    assert "Both contexts say the same." in render_text.render(found)


def test_too_few_repetitions_have_a_ratio_and_no_verdict(write):
    found = of(write, small(repetitions=3), small(repetitions=3, seed=2))
    assert {line.shows for line in found.metrics[0].lines} == {"not told apart: n too small"}
    assert "[n too small]" in render_text.render(found)


def test_what_weighs_is_told_first_and_marked(write):
    b = small(seed=2)
    b["context"].update(sqlite_version="3.53.0", kernel="Linux 6.6", filesystem="xfs",
                        date="2025-01-01", steal_percent="9")
    b["context"]["pragma_set:production"] += "; mmap_size=0"
    found = of(write, small(), b)
    assert [(each.key, each.weighs) for each in found.differences] == [
        ("sqlite_version", True), ("filesystem", True), ("pragma_set:production", True),
        ("kernel", False)]
    text = render_text.render(found)
    assert "! sqlite_version: 3.40.1 | 3.53.0" in text
    assert "  kernel: Linux 6.1.0-18-amd64 | Linux 6.6" in text
    assert "! pragma_set:production: nothing besides | mmap_size=0" in text


def test_of_long_lists_only_the_difference_is_shown():
    a, b = ("THREADSAFE=1 " + "x" * 60 + " A", "THREADSAFE=1 " + "x" * 60)
    assert render_text.told_apart(a, b) == ("A", "nothing besides")
    assert render_text.told_apart("", "ext4") == ("–", "ext4")


def test_a_terminal_of_80_columns_holds_it(write):
    for b in (small(seed=2, speed=1.5), bench_document(seed=2)):
        text = render_text.render(of(write, bench_document(), b), 80)
        assert max(map(len, text.splitlines())) <= 80
    wide = render_text.render(of(write, small(), small(seed=2)), 140)
    assert "default/per-thread  " in wide and "B is" in wide.splitlines()[6]


def test_benchmarks_of_one_side_are_named(write):
    found = of(write, small(), small(strategies=("per-thread",)))
    assert len(found.only_a) == 4 and found.only_b == ()
    assert "Only A measured 4 benchmarks:" in render_text.render(found)
    found = of(write, small(strategies=("per-thread",)), small())
    assert found.only_a == () and len(found.only_b) == 4


def test_one_that_erred_is_named_and_has_no_line(write):
    b = small(seed=2)
    for row in rows_of(b, "production"):
        if "/per-thread/" in row["name"]:
            b["benchmarks"][b["benchmarks"].index(row)] = error_row(row, "disk full")
    found = of(write, small(), b)
    assert "production/per-thread" not in [each.name for each in found.metrics[0].lines]
    assert any("production/per-thread" in note and "erred" in note for note in found.notes)


def test_a_repetition_in_which_nothing_succeeded_is_no_value(write):
    b = small(seed=2)
    row = next(row for row in rows_of(b, "production") if "/per-thread/" in row["name"])
    row["items_per_second"] = 0
    found = of(write, small(), b)
    line = next(each for each in found.metrics[0].lines if each.name == "production/per-thread")
    assert (line.a.n, line.b.n) == (9, 8)


@pytest.mark.parametrize("names", [["p50"], ["throughput", "max"], ["p99.9", "p90"]])
def test_only_the_metrics_that_were_asked_for(write, names):
    found = of(write, small(), small(seed=2), names)
    assert sorted(each.name for each in found.metrics) == sorted(names)


def test_it_says_that_it_is_weak_and_names_the_gate(write):
    found = of(write, small(), small(seed=2))
    assert any("weak evidence" in note and "`pragmark gate`" in note for note in found.notes)
    assert any("miss by chance" in note for note in found.notes)


def test_nothing_in_common_is_refused(write):
    with pytest.raises(InputError, match="no benchmark in common"):
        of(write, small(strategies=("per-thread",)), small(strategies=("single-writer",)))


def test_json_holds_everything_with_its_units(write):
    document = json.loads(render_json.render(of(write, small(), small(seed=2))))
    assert document["schema"] == "pragmark.compare/1"
    line = document["metrics"][0]["lines"][0]
    assert line["a"]["interval"]["low"] < line["a"]["median"] < line["a"]["interval"]["high"]
    assert line["shows"] in ("higher", "lower", "within the noise")


def test_markdown_holds_no_markup_of_the_input(write):
    a, b = small(), small(seed=2)
    for each in (a, b):
        each["context"][HOSTILE] = "x"
    b["context"].update(kernel=HOSTILE, cpu_model=HOSTILE)
    b["context"][HOSTILE] = "y"
    text = render_markdown.render(of(write, a, b))
    assert "<script" not in text and "://z" not in text and "&lt;script&gt;" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    counts = {line.count("|") - line.count("\\|") for line in rows}
    assert counts == {5, 7}


def test_escape_sequences_do_not_reach_the_terminal(write):
    b = small(seed=2)
    b["context"]["kernel"] = "\x1b[31mred\x1b]0;title\x07\u202e"
    text = render_text.render(of(write, small(), b))
    assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text


def test_a_ratio_of_estimates_adds_the_distances_as_squares():
    a = {"value": 100.0, "low": 90.0, "high": 110.0, "n": 8}
    b = {"value": 200.0, "low": 180.0, "high": 220.0, "n": 8}
    found = capacity.ratio_of_estimates(a, b)
    assert found.factor == 2.0
    # ln 1.1 = 0.0953, ln(1 / 0.9) = 0.1054; both ends lie sqrt(0.0953^2 + 0.1054^2) = 0.1421 out
    assert found.interval.low == pytest.approx(2 * 0.8676, rel=1e-3)
    assert found.interval.high == pytest.approx(2 * 1.1527, rel=1e-3)
    assert capacity.ratio_of_estimates({**a, "low": None}, b).interval is None


def test_results_of_capacity_compare_in_their_own_quantities(write):
    found = of(write, capacity_document("slo"), capacity_document("slo", edge=24_000.0))
    held = next(each for each in found.metrics if each.name == "rate held")
    assert held.lines[0].ratio.factor == pytest.approx(2.0)
    assert held.lines[0].shows == "higher"
    assert {each.what for each in found.facts} == {"answer", "verdict",
                                                   "cost per million requests"}
    assert not any("different things" in note for note in found.notes)


def test_what_was_asked_differently_is_marked_and_warned_of(write):
    b = capacity_document("slo")
    b["parameters"]["mix"] = {"read": 1.0}
    b["parameters"]["budget_seconds"] = 1.0
    found = of(write, capacity_document("slo"), b)
    assert [(each.key, each.weighs) for each in found.differences] == [
        ("parameter mix", True), ("parameter budget_seconds", False)]
    assert any("asked different things (mix)" in note for note in found.notes)


def test_whole_numbers_are_the_same_with_and_without_a_point():
    assert measured.parameters({"a": 99.0, "b": [1.0]}) == measured.parameters({"a": 99, "b": [1]})

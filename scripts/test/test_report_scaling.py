"""Series against threads, rows and processes, and the figures of them and of the ladder."""

import xml.etree.ElementTree as ElementTree

import pytest
from conftest import rows_of
from pragmark_report import draw, draw_scaling, levers, render, scaling, svg, text, words
from pragmark_report.scaling import PROCESSES, ROWS, THREADS
from rungs import WORKLOADS, Synthetic, ladder_document, scaling_document

ONE = {"sequential_write": WORKLOADS["sequential_write"]}


@pytest.fixture(scope="module", name="wide_document")
def wide_document_fixture():
    """Made once; no test changes it."""
    return scaling_document()


@pytest.fixture(name="summary")
def summary_fixture(wide_document, summarise):
    return summarise(wide_document)


def groups_of(summary, quantity):
    return [group for group in scaling.groups(summary.runs[0]) if group.quantity == quantity]


def made(rates, key="threads", **fixed):
    """One configuration for each value of a key, with exactly the given rates."""
    synthetic = Synthetic()
    for value, rate in rates.items():
        synthetic.add("mixed", "production", "per-thread", rate, **{**fixed, key: value})
    document = synthetic.document()
    for row in document["benchmarks"]:
        value = int(row["threads"]) if key == "threads" else None
        row["items_per_second"] = rates[value] * (1 + 0.001 * row["repetition_index"])
    return document


def test_series_are_found_along_each_quantity(summary):
    found = {
        quantity: [(group.case.workload, len(series.points)) for group in groups_of(
            summary, quantity) for series in group.series]
        for quantity in scaling.QUANTITIES
    }
    assert found == {
        THREADS: [("concurrent_read", 7)] * 2 + [("mixed", 7)] * 2,
        ROWS: [("sequential_read", 3)] * 2,
        PROCESSES: [("sequential_write", 3)] * 2,
    }
    for group in scaling.groups(summary.runs[0]):
        for series in group.series:
            values = [point.value for point in series.points]
            assert values == sorted(set(values))


def test_the_share_is_of_the_best_of_any_value(summarise):
    summary = summarise(made({1: 500.0, 8: 1000.0, 64: 870.0}))
    ((series,),) = (group.series for group in groups_of(summary, THREADS))
    one, best, many = series.points
    assert best.share is None and series.best is best
    assert one.share.factor == pytest.approx(0.5) and many.share.factor == pytest.approx(0.87)
    assert many.share.interval.low < 0.87 < many.share.interval.high
    shown = text.summary_text(summary, False)
    assert "share of the best" in shown and f"64         {870 * 1.004:,.0f}" in shown
    assert words.share(many.share).startswith("0.87 [0.8")
    for name in ("report.md", "report.html"):
        assert words.share(many.share) in render.report_files(summary)[name].decode()


@pytest.mark.parametrize("other", [{"processes": 2}, {"in_flight": 4}, {"schema": "narrow"}])
def test_what_differs_in_more_than_the_quantity_is_another_series(summarise, other):
    synthetic = Synthetic()
    synthetic.add("mixed", "production", "per-thread", 100.0, threads=1)
    synthetic.add("mixed", "production", "per-thread", 200.0, threads=2, **other)
    assert groups_of(summarise(synthetic.document()), THREADS) == []


def test_one_value_is_no_series(summarise):
    summary = summarise(ladder_document(ONE))
    assert scaling.groups(summary.runs[0]) == ()
    assert not [name for name in render.report_files(summary) if name.startswith("scaling")]


def test_a_configuration_that_erred_is_no_point(summarise):
    document = made({1: 500.0, 2: 900.0, 4: 1000.0})
    rows_of(document, "threads:2")[0].update(error_occurred=True, error_message="no disk")
    ((series,),) = (g.series for g in groups_of(summarise(document), THREADS))
    assert [point.value for point in series.points] == [1, 4]


def test_the_p99_has_an_interval_of_its_own(summarise):
    document = made({1: 500.0, 2: 900.0})
    for row in document["benchmarks"]:
        row["latency_us_p99"] = 100.0 + row["repetition_index"]
    row = summarise(document).runs[0].rows[0]
    assert (row.p99_interval.low, row.p99_interval.high) == (101.0, 107.0)
    assert row.counters["latency_us_p99"] == 104.0


def test_scaling_figures_have_units_lines_and_names(summary):
    (figure,) = draw_scaling.scaling(groups_of(summary, THREADS), 60_000.0, "s")
    assert len(figure.axes) == 4
    for place, axis in enumerate(figure.axes):
        assert "threads" in axis.get_xlabel() and axis.get_xscale() == "log"
        assert axis.get_ylabel().startswith(("requests/s", "p99 of a request")[place % 2])
        lines = [line for line in axis.lines if line.get_marker() in ("o", "s")]
        assert [len(line.get_xdata()) for line in lines] == [7, 7]
        bars = [line for line in axis.lines if line.get_alpha() == 0.5]
        assert len(bars) == 14 and len({bar.get_xdata()[0] for bar in bars}) == 14
        if axis.get_yscale() == "linear":
            assert axis.get_ylim()[0] == 0
    names = [label.get_text() for legend in figure.legends for label in legend.get_texts()]
    assert names == ["production / per-thread, n=9", "production / group-commit, n=9"] * 2


def test_a_wide_span_is_logarithmic_and_says_so(summarise):
    summary = summarise(made({1: 10.0, 2: 1000.0}))
    (figure,) = draw_scaling.scaling(groups_of(summary, THREADS), 60_000.0, "s")
    assert figure.axes[0].get_yscale() == "log"
    assert figure.axes[0].get_ylabel() == "requests/s (log scale)"


def test_only_the_fastest_series_are_drawn_and_the_rest_counted(summarise):
    synthetic = Synthetic()
    for place in range(11):
        for threads in (1, 2):
            synthetic.add("mixed", "production", f"new{place}", 100.0 + place, threads)
    (group,) = groups_of(summarise(synthetic.document()), THREADS)
    (figure,) = draw_scaling.scaling([group], 60_000.0, "s")
    names = [label.get_text() for label in figure.legends[0].get_texts()]
    assert len(names) == 9 and names[-1] == "3 slower: see the table"
    assert not any(name.startswith("production / new0,") for name in names)


def test_many_workloads_go_over_several_figures(summarise):
    synthetic = Synthetic()
    for place in range(6):
        for threads in (1, 2):
            synthetic.add(f"work{place}", "production", "per-thread", 100.0, threads)
    groups = groups_of(summarise(synthetic.document()), THREADS)
    figures = draw_scaling.scaling(groups, 60_000.0, "s")
    assert [len(figure.axes) for figure in figures] == [8, 4]


def test_the_ladder_goes_from_rung_to_rung(summarise):
    summary = summarise(ladder_document(ONE))
    ladders = levers.explain_run(summary.runs[0], summary)
    (figure,) = draw.ladder(ladders, 60_000.0, "s")
    (axis,) = figure.axes
    assert "log scale" in axis.get_xlabel() and "requests/s" in axis.get_xlabel()
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels[0] == "default / open-per-op" and labels[3] == "+ group commit"
    assert len(axis.patches) == len(ladders[0].steps) == len(labels) - 1
    for bar, step in zip(axis.patches, ladders[0].steps):
        assert bar.get_x() == step.before.throughput.median_per_second
        assert bar.get_x() + bar.get_width() == pytest.approx(
            step.after.throughput.median_per_second)
    assert sum("n=9" in label.get_text() for label in axis.texts) == len(labels)


def test_a_step_that_slows_down_is_hollow_and_in_the_legend(summarise):
    document = ladder_document(ONE)
    for row in rows_of(document, "production/group-commit/"):
        row["items_per_second"] /= 3
    summary = summarise(document)
    (figure,) = draw.ladder(levers.explain_run(summary.runs[0], summary), 60_000.0, "s")
    hollow = [bar for bar in figure.axes[0].patches if bar.get_facecolor()[3] == 0]
    assert len(hollow) == 1 and hollow[0].get_width() < 0
    assert "slower than before" in [t.get_text() for t in figure.legends[0].get_texts()]


def test_every_output_of_ladder_and_scaling_is_the_same_twice(summarise, wide_document):
    first = render.report_files(summarise(wide_document, ladder_document()))
    second = render.report_files(summarise(wide_document, ladder_document()))
    assert first == second
    assert {"levers-b.svg", "scaling-threads-a.png", "scaling-rows-a.svg",
            "scaling-processes-a.png"} <= set(first)
    for name, data in first.items():
        if name.endswith(".svg"):
            inline = svg.inline_svg(data, name, "x")
            assert 'fill="#' not in inline and "#0072b1" not in inline
            ElementTree.fromstring(inline)

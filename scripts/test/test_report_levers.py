"""What made the difference: shares of the levers, and what is said when corners are lacking."""

import math

import pytest
from conftest import (
    SETS,
    WRITE_ONLY,
    bench_document,
    error_row,
    findings_text,
    row_of,
    rows_of,
    set_rates,
)
from pragmark_report import findings, levers, words


def corners(document, gains):
    for name, gain in gains.items():
        set_rates(document, name, [100.0 * gain * (1 + 0.001 * step) for step in range(9)])


def test_shares_are_means_over_both_orders_and_multiply_to_the_total(small, summarise):
    corners(small, {"default/open-per-op": 1, "default/per-thread": 3,
                    "production/open-per-op": 5, "production/per-thread": 45})
    summary = summarise(small)
    explanation = levers.explain(summary.runs[0].answers[0])
    shares = {lever.kind: lever for lever in explanation.levers}
    assert shares["strategy"].share.factor == pytest.approx(math.sqrt(3 * 9))
    assert shares["PRAGMA set"].share.factor == pytest.approx(math.sqrt(5 * 15))
    assert explanation.total.factor == pytest.approx(45)
    assert [step.held for step in shares["strategy"].steps] == ["default", "production"]
    text = findings_text(summary)
    assert "The connection strategy brought 5.20x" in text
    assert "strategy alone is worth 3.00x under default and 9.00x under production" in text
    assert "set alone is worth 5.00x with open-per-op and 15.0x with per-thread" in text


def larger(summary):
    """The sentence of the first screen."""
    explained = [levers.explain(answer) for answer in summary.runs[0].answers]
    return words.plain(findings.larger_levers(explained))


def test_the_larger_lever_of_each_workload_comes_first_with_its_price(document, summarise):
    said = larger(summarise(document))
    assert said.startswith("The larger lever: the connection strategy in sequential_read (6")
    assert "; the PRAGMA set in sequential_write (4" in said
    assert said.count("production is process-safe") == 1


def test_the_larger_lever_is_only_told_where_all_corners_are(small, summarise):
    assert larger(summarise(small)) != ""
    gone = rows_of(small, "default/per-thread")
    small["benchmarks"] = [row for row in small["benchmarks"] if row not in gone]
    assert larger(summarise(small)) == ""


def test_shares_multiply_to_the_total_in_noise_too(document, summarise):
    for answer in summarise(document).runs[0].answers:
        explanation = levers.explain(answer)
        product = math.prod(lever.share.factor for lever in explanation.levers)
        assert product == pytest.approx(explanation.total.factor)
        for share in (explanation.total, *(lever.share for lever in explanation.levers)):
            assert share.interval.low <= share.factor <= share.interval.high
            assert share.interval.coverage >= 0.95


def test_levers_that_do_not_depend_on_each_other_are_not_said_to(small, summarise):
    corners(small, {"default/open-per-op": 1, "default/per-thread": 3,
                    "production/open-per-op": 5, "production/per-thread": 15})
    assert "depend on each other" not in findings_text(summarise(small))


def test_a_lever_without_effect_is_said_to_have_none(small, summarise):
    corners(small, {"default/open-per-op": 1, "default/per-thread": 3,
                    "production/open-per-op": 1.0001, "production/per-thread": 3.0003})
    assert "the PRAGMA set made no difference that stands out of the noise" in findings_text(
        summarise(small))


@pytest.mark.parametrize(
    "lacking, order", [("default/per-thread", "PRAGMA set first"),
                       ("production/open-per-op", "connection strategy first")]
)
def test_a_lacking_corner_leaves_one_order(small, summarise, lacking, order):
    corners(small, {"default/open-per-op": 1, "default/per-thread": 3,
                    "production/open-per-op": 5, "production/per-thread": 45})
    gone = rows_of(small, lacking)
    small["benchmarks"] = [row for row in small["benchmarks"] if row not in gone]
    summary = summarise(small)
    text = findings_text(summary)
    assert order in text and f"Not measured: {lacking}." in text
    strategy, pragma_set = levers.explain(summary.runs[0].answers[0]).levers
    assert strategy.share.factor == pytest.approx(9 if "default" in lacking else 3)
    assert pragma_set.share.factor == pytest.approx(5 if "default" in lacking else 15)


def test_one_set_only_tells_the_strategy_and_what_is_lacking(summarise):
    only = {"production": SETS["production"]}
    text = findings_text(summarise(bench_document(sets=only, workloads=WRITE_ONLY)))
    assert "From production/open-per-op" in text
    assert "all of it from the connection strategy" in text
    assert "What the PRAGMA set production brought over default is not known" in text
    assert "--pragmas default,production" in text


def test_one_strategy_only_tells_the_set_and_what_is_lacking(summarise):
    document = bench_document(strategies=("per-thread",), workloads=WRITE_ONLY)
    text = findings_text(summarise(document))
    assert "all of it from the PRAGMA set" in text
    assert "What the connection strategy per-thread brought over open-per-op is not known" in text
    assert "--strategy open-per-op,per-thread" in text


def test_two_sets_without_the_baseline_still_tell_the_strategy(summarise):
    sets = {"durable": ("power-safe", "synchronous=FULL"), "production": SETS["production"]}
    text = findings_text(summarise(bench_document(sets=sets, workloads=WRITE_ONLY)))
    assert "all of it from the connection strategy" in text
    assert "brought over default is not known: default was not measured at 1 thread." in text


def test_a_baseline_that_is_best_is_said_to_be(small, summarise):
    corners(small, {"default/open-per-op": 50, "default/per-thread": 3,
                    "production/open-per-op": 5, "production/per-thread": 4})
    assert "The baseline default/open-per-op is itself the best." in findings_text(summarise(small))


def test_a_baseline_that_erred_is_told(small, summarise):
    for row in rows_of(small, "default/open-per-op"):
        small["benchmarks"][small["benchmarks"].index(row)] = error_row(row, "no disk")
    text = findings_text(summarise(small))
    assert "cannot be said without a baseline" in text
    assert "default/open-per-op erred" in text


def test_threads_do_not_mix_in_a_ratio(small, summarise):
    for row in rows_of(small, "production/per-thread"):
        row["name"] = row["run_name"] = row["name"].replace("threads:1", "threads:4")
    summary = summarise(small)
    assert row_of(summary, "production/per-thread").over_baseline is None
    assert "cannot be said without a baseline" in findings_text(summary)

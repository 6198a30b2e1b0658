"""The candidate's figures for services that keep a history: github-action-benchmark and Bencher.

Both take a name and a value; neither knows a paired comparison, so the verdict goes along as text
where there is a place for it. Only figures of the candidate are exported, from the launches that
decided: a history of baselines would hold each of them twice.
"""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass

from pragmark_report.errors import InputError, one_line
from pragmark_report.stats import median_interval

from . import view, words
from .model import GateResult

# Bencher's own measures by their slugs; another metric is a measure of its own name, as a slug.
MEASURES = {"items_per_second": "throughput"}
MEASURE_NAME_MAX = 64  # characters that Bencher takes
BENCHMARK_NAME_MAX = 1024


@dataclass(frozen=True)
class Figure:
    """The candidate on one benchmark, in the metric's own unit."""

    row: view.Row
    baseline: float
    value: float
    low: float | None  # interval of the median over launches; None when there are too few
    high: float | None


def benchmark_action(result: GateResult) -> str:
    """An array of {name, unit, value, range, extra}: `customBiggerIsBetter`, or
    `customSmallerIsBetter` when lower is better. Ends with a newline."""
    figures = _figures(result)
    return _json([
        {
            "name": each.row.benchmark,
            "unit": words.unit(result.metric),
            "value": each.value,
            "range": _range(each),
            "extra": _extra(each, result),
        }
        for each in figures
    ])


def bencher(result: GateResult) -> str:
    """Bencher Metric Format: {benchmark: {measure: {value, lower_value, upper_value}}}."""
    name = result.metric.name
    measure = MEASURES.get(name, name.replace("_", "-"))[:MEASURE_NAME_MAX]
    return _json({
        each.row.benchmark[:BENCHMARK_NAME_MAX]: {measure: _bounded(each)}
        for each in _figures(result)
    })


def _bounded(figure: Figure) -> dict[str, float]:
    bounds = {"lower_value": figure.low, "upper_value": figure.high}
    return {"value": figure.value,
            **{name: bound for name, bound in bounds.items() if bound is not None}}


def _figures(result: GateResult) -> list[Figure]:
    found = [figure for row in view.rows(result) if (figure := _figure(row, result))]
    if not found:
        raise InputError("the export", "no launches to take figures from",
                         "recorded files have their figures in themselves: export those")
    return found


def _figure(row: view.Row, result: GateResult) -> Figure | None:
    mine = [each for each in result.launches
            if one_line(each.benchmark) == row.benchmark and each.phase in view.DECIDING]
    if not mine:
        return None
    values = [statistics.median(each.candidate) for each in mine]
    interval = median_interval(values, result.rule.confidence)
    return Figure(
        row=row,
        baseline=statistics.median(statistics.median(each.baseline) for each in mine),
        value=_rounded(statistics.median(values)),
        low=_rounded(interval.low) if interval else None,
        high=_rounded(interval.high) if interval else None,
    )


def _rounded(value: float) -> float:
    """Ten digits: what a median of floats has beyond them is an artefact."""
    return float(f"{value:.10g}")


def _range(figure: Figure) -> str:
    """Half the interval in the unit of the value, as the action writes it for other tools."""
    if figure.low is None or figure.high is None:
        return "not known: too few launches"
    return f"± {max(figure.high - figure.value, figure.value - figure.low):.6g}"


def _extra(figure: Figure, result: GateResult) -> str:
    row = figure.row
    return "\n".join((
        f"verdict: {row.verdict_words}",
        f"change against the baseline: {row.change} {row.interval}",
        f"baseline: {words.number(figure.baseline)} {words.unit(result.metric)}",
        f"launches: {row.n}, smallest visible slowdown: {row.visible}",
    ))


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

"""The summary for a terminal, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from . import caveats, findings, levers, stats, words
from .compute import Row, RunSummary, Summary

SUMMARY_SCHEMA = "pragmark.report/1"
COLOURS = {stats.REACHED: "32", stats.MISSED: "31", stats.UNDECIDED: "33", "error": "31"}
HEADINGS = ("set", "strategy", "threads", "requests/s", "95% interval", "n", "noise", "p99 us",
            "failed", "durability", "target")
LEFT = (0, 1, 9, 10)  # columns of words; figures stand on the right


def summary_text(summary: Summary, colour: bool) -> str:
    """The answer of every run, the table of every case, and the caveats. Ends with a newline."""
    lines: list[str] = []
    for run in summary.runs:
        lines += _run(run, summary, colour)
    for sentence in (findings.unlike(summary), *caveats.of_summary(summary)):
        if sentence:
            lines += [words.plain(sentence), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _run(run: RunSummary, summary: Summary, colour: bool) -> list[str]:
    context = run.run.context
    where = f"SQLite {context['sqlite_version']}, {context['filesystem']}, {context['cpu_model']}"
    name = f"{run.run.letter}: " if len(summary.runs) > 1 else ""
    lines = [f"{name}{run.run.source}: {where}"]
    lines.append(words.plain(findings.headline(run, summary.target_per_second)))
    explained = [levers.explain(answer) for answer in run.answers]
    larger = findings.larger_levers([each for each in explained if each])
    lines += [words.plain(larger), ""] if larger else [""]
    tables = [[HEADINGS, *(_cells(row) for row in answer.rows)] for answer in run.answers]
    cells = [line for table in tables for line in table]
    widths = [max(len(line[place]) for line in cells) for place in range(len(HEADINGS))]
    titles = words.case_titles([answer.case for answer in run.answers])
    for answer, explanation, table in zip(run.answers, explained, tables):
        lines.append(titles[answer.case])
        for place, line in enumerate(table):
            row = answer.rows[place - 1] if place else None
            lines.append("  " + _line(line, widths, row, colour))
        said = findings.difference(explanation) if explanation else []
        lines += [f"  {words.plain(s)}" for s in (*said, findings.missing(answer)) if s]
        lines.append("")
    lines += [f"Caveat: {words.plain(sentence)}" for sentence in caveats.of_run(run)]
    return [*lines, ""]


def _cells(row: Row) -> tuple[str, ...]:
    configuration = row.configuration
    start = (configuration.pragma_set, configuration.strategy, str(configuration.threads))
    if row.throughput is None:
        blank = (words.NOTHING,) * (len(HEADINGS) - 5)
        return (*start, words.NOTHING, *blank, f"error: {row.error}")
    return (
        *start,
        words.rate(row.throughput.median_per_second),
        words.interval(row.throughput.interval),
        str(row.n),
        words.percent(row.throughput.noise_percent),
        words.number(row.counters.get("latency_us_p99")),
        words.percent(row.failed_percent) if row.has_failures else words.number(
            row.failed_requests
        ),
        row.durability,
        row.attainment,
    )


def _line(cells: Sequence[str], widths: Sequence[int], row: Row | None, colour: bool) -> str:
    padded = [
        cell.ljust(width) if place in LEFT else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths))
    ]
    padded[-1] = cells[-1]
    if row is not None and colour:
        padded[-1] = f"\x1b[{COLOURS[row.attainment or 'error']}m{cells[-1]}\x1b[0m"
    return "  ".join(padded).rstrip()


def summary_json(summary: Summary) -> str:
    """Everything computed, with units in the names. Ends with a newline."""
    document = {
        "schema": SUMMARY_SCHEMA,
        "target_per_second": summary.target_per_second,
        "differing_keys": list(summary.differing_keys),
        "caveats": [words.plain(sentence) for sentence in caveats.of_summary(summary)],
        "runs": [_run_json(run, summary.target_per_second) for run in summary.runs],
        "verifications": [dataclasses.asdict(each) for each in summary.verifications],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _run_json(run: RunSummary, target: float) -> dict:
    answers = []
    for answer in run.answers:
        explanation = levers.explain(answer)
        said = findings.difference(explanation) if explanation else []
        answers.append({
            "workload": answer.case.workload,
            "parameters": dict(answer.case.parameters),
            "attainment": answer.attainment,
            "best": answer.best and _row_name(answer.best),
            "missing_factor": answer.missing_factor and dataclasses.asdict(answer.missing_factor),
            "difference": [words.plain(sentence) for sentence in said],
            "levers": [dataclasses.asdict(lever) for lever in explanation.levers]
            if explanation else [],
            "configurations": [_row_json(row) for row in answer.rows],
        })
    return {
        "letter": run.run.letter,
        "source": run.run.source,
        "context": dict(run.run.context),
        "headline": words.plain(findings.headline(run, target)),
        "caveats": [words.plain(sentence) for sentence in caveats.of_run(run)],
        "answers": answers,
    }


def _row_name(row: Row) -> dict:
    configuration = row.configuration
    return {
        "pragma_set": configuration.pragma_set,
        "strategy": configuration.strategy,
        "threads": configuration.threads,
    }


def _row_json(row: Row) -> dict:
    fields = dataclasses.asdict(row)
    del fields["configuration"]
    return {**_row_name(row), **fields}

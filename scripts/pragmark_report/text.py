"""The summary for a terminal, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from . import caveats, findings, levers, scaling, stats, text_tables, words, yardsticks
from .compute import Row, RunSummary, Summary

SUMMARY_SCHEMA = "pragmark.report/2"
COLOURS = {stats.REACHED: "32", stats.MISSED: "31", stats.UNDECIDED: "33", "error": "31"}
HEADINGS = ("set", "strategy", "load", "requests/s", "95% interval", "n", "noise", "p99 us",
            "failed", "durability", "target")
LEFT = (0, 1, 2, 9, 10)  # columns of words; figures stand on the right


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
    ladders = levers.explain_run(run, summary)
    for sentence in (findings.largest_steps([each for each in ladders if each]),
                     findings.harness(run)):
        lines += [words.plain(sentence)] if sentence else []
    lines.append("")
    tables = [[HEADINGS, *(_cells(row) for row in answer.rows)] for answer in run.answers]
    cells = [line for table in tables for line in table]
    widths = [max(len(line[place]) for line in cells) for place in range(len(HEADINGS))]
    titles = words.case_titles([answer.case for answer in run.answers])
    for answer, ladder, table in zip(run.answers, ladders, tables):
        lines.append(titles[answer.case])
        for place, line in enumerate(table):
            row = answer.rows[place - 1] if place else None
            lines.append("  " + _line(line, widths, row, colour))
        said = findings.difference(ladder) if ladder else []
        notes = (findings.missing(answer), findings.serial(answer))
        lines += [f"  {words.plain(s)}" for s in (*said, *notes) if s]
        lines += text_tables.ladder(ladder) if ladder and len(ladder.steps) > 1 else []
        lines += text_tables.comparisons(yardsticks.all_of(answer))
        lines.append("")
    if note := findings.memory_statistics(run.answers):
        lines += [words.plain(note), ""]
    lines += text_tables.scaling_tables(scaling.groups(run))
    lines += [f"Caveat: {words.plain(sentence)}" for sentence in caveats.of_run(run)]
    return [*lines, ""]


def _cells(row: Row) -> tuple[str, ...]:
    configuration = row.configuration
    start = (configuration.pragma_set, words.strategy_text(row), words.load_text(row))
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
    return report_json(summary, [])


def report_json(summary: Summary | None, pages: Sequence[dict]) -> str:
    """The same, and the answers of pages where there are some."""
    document: dict = {"schema": SUMMARY_SCHEMA}
    if summary is not None:
        document |= {
            "target_per_second": summary.target_per_second,
            "differing_keys": list(summary.differing_keys),
            "caveats": [words.plain(sentence) for sentence in caveats.of_summary(summary)],
            "runs": [_run_json(run, summary) for run in summary.runs],
            "verifications": [dataclasses.asdict(each) for each in summary.verifications],
        }
    if pages:
        document["pages"] = list(pages)
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _run_json(run: RunSummary, summary: Summary) -> dict:
    answers = []
    for answer, ladder in zip(run.answers, levers.explain_run(run, summary)):
        said = findings.difference(ladder) if ladder else []
        answers.append({
            "workload": answer.case.workload,
            "parameters": dict(answer.case.parameters),
            "attainment": answer.attainment,
            "best": answer.best and _row_name(answer.best),
            "best_serial": answer.best_serial and _row_name(answer.best_serial),
            "missing_factor": answer.missing_factor and dataclasses.asdict(answer.missing_factor),
            "difference": [words.plain(sentence) for sentence in said],
            "ladder": [_step_json(step) for step in ladder.steps] if ladder else [],
            "yardsticks": [_comparison_json(each, "yardstick")
                           for each in yardsticks.compare(answer)],
            "over_plainest": [_comparison_json(each, "plainest")
                              for each in yardsticks.over_plainest(answer)],
            "configurations": [_row_json(row) for row in answer.rows],
        })
    return {
        "letter": run.run.letter,
        "source": run.run.source,
        "context": dict(run.run.context),
        "headline": words.plain(findings.headline(run, summary.target_per_second)),
        "caveats": [words.plain(sentence) for sentence in caveats.of_run(run)],
        "answers": answers,
        "scaling": [_group_json(group) for group in scaling.groups(run)],
    }


def _step_json(step: levers.Step) -> dict:
    return {
        "changes": [dataclasses.asdict(change) for change in step.changes],
        "before": _row_name(step.before),
        "after": _row_name(step.after),
        "gain": dataclasses.asdict(step.gain),
        "interleaved": step.interleaved,
    }


def _comparison_json(comparison: yardsticks.Comparison, against: str) -> dict:
    tail = comparison.p99_9_ratio
    return {
        "question": comparison.question,
        "ours": _row_name(comparison.ours),
        against: _row_name(comparison.against),
        "ratio": dataclasses.asdict(comparison.ratio),
        "p99_9_ratio": tail and dataclasses.asdict(tail),
    }


def _group_json(group: scaling.Group) -> dict:
    return {
        "quantity": group.quantity,
        "workload": group.case.workload,
        "series": [
            [{"value": point.value, "configuration": _row_name(point.row),
              "share_of_best": point.share and dataclasses.asdict(point.share)}
             for point in series.points]
            for series in group.series
        ],
    }


def _row_name(row: Row) -> dict:
    configuration = row.configuration
    return {
        "pragma_set": configuration.pragma_set,
        "strategy": configuration.strategy,
        "schema": configuration.schema,
        "memory_statistics": configuration.memory_statistics,
        **dataclasses.asdict(configuration.load),
    }


def _row_json(row: Row) -> dict:
    fields = dataclasses.asdict(row)
    del fields["configuration"]
    return {**_row_name(row), **fields}

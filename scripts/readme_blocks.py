"""What stands in a generated block of a document, made from a published report. See readme.py.

A kind of block is a function here and a line in KINDS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pragmark_report import choices, compute, levers, markdown, text, words
from pragmark_report.compute import Row
from pragmark_report.errors import InputError

LADDER_HEADINGS = ("Workload", "Choice", "Gain [95% interval]", "n", "Requests/s, before and after",
                   "PRAGMA set", "Strategy", "Load", "SQLite", "Filesystem")
CHOICE_HEADINGS = ("Workload", "Instead of", "Takes", "Ratio to the chosen [95% interval]", "n",
                   "Requests/s", "p99.9 us (median of repetitions)", "failed")
SCHEMAS = {  # variant -> what the store's schema has, what the variant takes instead
    "one-index": ("index by priority", "no index by priority"),
    "no-indexes": ("indexes by priority and by status", "no index by priority, none by status"),
    "without-rowid": ("rows by row number, ids in an index", "WITHOUT ROWID"),
}


@dataclass(frozen=True)
class Rendered:
    """What the report program makes of published results."""

    name: str  # of the folder, from the root
    summary: compute.Summary
    document: str  # its report.md
    figures: dict[str, bytes]  # its PNG files


def answer_block(report: Rendered) -> str:
    """What a reader of the README sees: the command, what it prints, and its figures."""
    name = report.name
    figures = [f"![Throughput of every configuration against the target]({name}/{file})\n\n"
               for file in report.figures if file.startswith("throughput")]
    summary = text.summary_text(report.summary, colour=False)
    return (f"```\n$ scripts/run.sh\n{summary.strip()}\n```\n\n{''.join(figures)}"
            f"The whole report, with the environment and every percentile: "
            f"[{name}/report.md]({name}/report.md).\n")


def ladder_block(report: Rendered) -> str:
    """Each choice with its measured gain beside it, and where it was measured."""
    lines = [f"| {' | '.join(LADDER_HEADINGS)} |",
             "| --- | --- | ---: | --- | --- | --- | --- | --- | --- | --- |"]
    for run in report.summary.runs:
        titles = words.case_titles([answer.case for answer in run.answers])
        ladders = levers.explain_run(run, report.summary)
        for answer, ladder in zip(run.answers, ladders):
            for step in ladder.steps if ladder else ():
                cells = ladder_cells(titles[answer.case], step, run.run.context)
                lines.append(f"| {' | '.join(map(markdown.markdown, cells))} |")
    contexts = [run.run.context for run in report.summary.runs]
    builds = dict.fromkeys(f"SQLite {each['sqlite_version']} is {each['sqlite_source_id']}."
                           for each in contexts)
    return ("\n".join(lines) + "\n\n"
            "A gain is that of the choice on top of those above it, as a ratio of medians; one "
            "whose interval holds 1 is within the noise. All rows of one workload interleaved in "
            f"one run, unless they say otherwise. {' '.join(map(markdown.markdown, builds))} The "
            f"whole report: [{report.name}/report.md]({report.name}/report.md).\n")


def ladder_cells(title: str, step: levers.Step, context: dict[str, str]) -> tuple[str, ...]:
    """One row under LADDER_HEADINGS."""
    rates = [words.rate(row.throughput.median_per_second) for row in (step.before, step.after)]
    choice = words.step_text(step) + ("" if step.interleaved else " (not interleaved)")
    return (
        title, choice, words.ratio(step.gain), words.n_text((step.before.n, step.after.n)),
        " to ".join(rates), step.after.configuration.pragma_set, words.strategy_text(step.after),
        words.load_text(step.after),
        ("" if step.interleaved else "from ") + context["sqlite_version"], context["filesystem"],
    )


def choices_block(report: Rendered) -> str:
    """The chosen configuration of each workload and load, and what each alternative to it brings.
    Raises InputError when the results do not hold that."""
    if len(report.summary.runs) != 1:
        problem = f"is one of {len(report.summary.runs)} results"
        raise InputError(report.summary.runs[-1].run.source, problem,
                         "publish the choices of one run")
    (run,) = report.summary.runs
    context = run.run.context
    titles = words.case_titles([answer.case for answer in run.answers])
    lines = [f"| {' | '.join(CHOICE_HEADINGS)} |",
             "| --- | --- | --- | ---: | --- | ---: | ---: | ---: |"]
    for choice in choices.choices(run):
        title = titles[choice.chosen.configuration.case]
        rows = [chosen_cells(title, choice.chosen)]
        rows += [alternative_cells(title, each, choice.chosen) for each in choice.alternatives]
        lines += [f"| {' | '.join(map(markdown.markdown, cells))} |" for cells in rows]
    where = [f"SQLite {context['sqlite_version']} is {context['sqlite_source_id']}",
             f"filesystem {context['filesystem']}", f"CPU {context['cpu_model']}"]
    command = context.get("command", "")
    repeat = (f"To repeat it:\n\n{markdown.markdown_block(command)}\n" if command
              else "The result does not hold its command line.\n")
    return ("\n".join(lines) + "\n\n"
            "A ratio is the throughput of what is taken instead over that of the chosen: below 1, "
            "the choice gains; where the interval holds 1, the difference is within the noise. All rows, of all workloads and loads, interleaved at "
            f"random in one run: {markdown.markdown('; '.join(where))}. The whole report: "
            f"[{report.name}/report.md]({report.name}/report.md). {repeat}")


def chosen_cells(title: str, chosen: Row) -> tuple[str, ...]:
    """The row of the chosen configuration under CHOICE_HEADINGS."""
    name = words.plain(words.served_by(chosen))
    return (f"{title}, {words.load_text(chosen)}", words.NOTHING, f"the chosen: {name}",
            words.NOTHING, words.n_text((chosen.n,)), *figure_cells(chosen))


def alternative_cells(title: str, each: choices.Alternative, chosen: Row) -> tuple[str, ...]:
    """The row of an alternative under CHOICE_HEADINGS."""
    ratio = f"error: {each.row.error}" if each.ratio is None else words.ratio(each.ratio)
    return (f"{title}, {words.load_text(each.row)}", *difference_cells(each.difference), ratio,
            words.n_text((each.row.n, chosen.n)), *figure_cells(each.row))


def difference_cells(difference: choices.Difference) -> tuple[str, str]:
    """What the chosen has, and what the alternative takes instead of it."""
    if difference.kind == choices.SCHEMA:
        name = difference.other
        has, takes = SCHEMAS.get(name, ("the store's schema", "another"))
        return (has, f"{takes} (schema {name})")
    if difference.kind == choices.STATISTICS:
        return tuple(f"{choices.STATISTICS} {value.replace('-', ' ')}"
                     for value in (difference.chosen, difference.other))
    return (value_text(difference.name, difference.chosen),
            value_text(difference.name, difference.other))


def value_text(name: str, value: str | None) -> str:
    """`page_size = 1024`."""
    return f"{name} as SQLite has it" if value is None else f"{name} = {value}"


def figure_cells(row: Row) -> tuple[str, str, str]:
    """Requests/s, p99.9 and failures; dashes where there is no figure."""
    if row.throughput is None:
        return (words.NOTHING,) * 3
    failed = (words.percent(row.failed_percent) if row.has_failures
              else words.number(row.failed_requests))
    return (words.rate(row.throughput.median_per_second),
            words.number(row.counters.get("latency_us_p99_9")), failed)


@dataclass(frozen=True)
class Kind:
    """How a block is made, and whether its report has to hold the proof of a PRAGMA set."""

    make: Callable[[Rendered], str]
    needs_proof: bool


KINDS = {
    "answer": Kind(answer_block, needs_proof=True),
    "ladder": Kind(ladder_block, needs_proof=True),
    "choices": Kind(choices_block, needs_proof=False),
}

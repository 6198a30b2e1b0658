"""The result for a terminal: the answer, the effects, the front, the SQL."""

from __future__ import annotations

from collections.abc import Sequence

from pragmark_report.errors import one_line

from .answer import number, times
from .front import Point, memory_bytes
from .model import Effect, Experiment, Verdict
from .result import LEVERS, Result, Waterfall

VERDICTS = {Verdict.BETTER: "better", Verdict.WORSE: "worse",
            Verdict.NONE: "no measurable effect"}
NOT_COMPARABLE = "not comparable: requests fail"
KINDS = {
    "added": "Each of the six settings alone, added to default (open-per-op)",
    "removed": "Each of the six settings alone, taken from production (per-thread)",
    "side": "Beside the way, against production/per-thread",
}


def render(result: Result) -> str:
    parts = [result.answer.sentence, _how(result)]
    if result.question == LEVERS:
        parts += [_waterfall(each, result) for each in result.waterfalls]
        parts += [_effects(title, kind, result) for kind, title in KINDS.items()]
    else:
        parts += [_effects("Effects", "setting", result), _effects("Main effects", "main", result),
                  _effects("Interactions", "interaction", result), _confirmation(result)]
        parts.append(_front(result))
    parts += [_skipped(result), *result.notes, result.answer.sql.rstrip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def listing(experiment: Experiment, workloads: Sequence[str]) -> str:
    """For --list: what would be measured."""
    rows = [[one.id, one.label, one.pragmas.name, one.strategy, one.pragmas.durability]
            for one in experiment.configurations]
    count = len(experiment.cells(tuple(workloads)))
    return (table(["", "configuration", "set", "strategy", "durability"], rows, ())
            + f"\n{count} visits a block, over {', '.join(workloads)}.\n")


def _how(result: Result) -> str:
    given = result.parameters
    confirmation = (f" and {given.confirmation_blocks} that confirm"
                    if given.confirmation_blocks else "")
    return (f"{given.blocks} blocks{confirmation} of {given.slice_seconds * 1000:.0f} ms a "
            f"configuration, {given.threads} threads, {given.rows:,} rows, payload "
            f"{given.payload}, seed {result.seed}, {given.seconds:.0f} s. {given.family} comparisons; "
            f"their intervals hold together with 95%. An effect below {given.floor:.0%} does not count.")


def _effects(title: str, kind: str, result: Result) -> str:
    mine = [each for each in result.effects if each.comparison.kind == kind]
    if not mine:
        return ""
    rows = [[one_line(_what(each, result)), each.comparison.workload, *_numbers(each, result)]
            for each in mine]
    ratio = f"{result.parameters.objective.value} ratio"
    head = ["change", "workload", ratio, "n", "effect", "smallest visible"]
    return f"{title}\n" + table(head, rows, (2, 3, 5))


def _what(effect: Effect, result: Result) -> str:
    """The change, with the durability class that it leads to when that is another. A main effect
    has no sides: the configuration that has that change alone tells its class."""
    asked, known = effect.comparison, result.experiment.configurations
    one = next((each for each in known
                if each.id == asked.configuration or each.changes == (asked.what,)), None)
    other = next((each for each in known if each.id == asked.against), known[0])
    if one is None or one.pragmas.durability == other.pragmas.durability:
        return asked.what
    return f"{asked.what} ({one.pragmas.durability})"


def _numbers(effect: Effect, result: Result) -> list[str]:
    seen = effect.smallest_visible if effect.comparable else None
    said = VERDICTS[effect.verdict] if effect.comparable else NOT_COMPARABLE
    return [times(effect, result), str(effect.n), said,
            "-" if seen is None else f"{seen:.1%}"]


def _waterfall(fall: Waterfall, result: Result) -> str:
    reached = {(each.configuration.id, each.workload): each for each in result.reached}

    def rate(one: str | None) -> str:
        row = reached.get((one or "", fall.workload))
        return f"{row.throughput_per_second.median:,.0f}" if row else "-"

    rows = [["", fall.start.label, rate(fall.start.id), "", "", "", ""]]
    known = result.experiment.by_id()
    for step in fall.steps:
        asked = step.comparison
        rows.append([_what(step, result), known[asked.configuration].label,
                     rate(asked.configuration), *_numbers(step, result)])
    if fall.total:
        rows.append(["all levers", "", "", *_numbers(fall.total, result)])
    head = ["lever", "then", "requests/s", f"{result.parameters.objective.value} ratio", "n",
            "effect", "smallest visible"]
    return f"{fall.workload}\n" + table(head, rows, (2, 3, 4, 6))


def _confirmation(result: Result) -> str:
    if not result.confirmed:
        return ""
    rows = []
    for each in result.confirmed:
        one = each.candidate.configuration
        holds = ("confirmed" if each.holds else "not confirmed" if each.effect.comparable
                 else NOT_COMPARABLE)
        apart = ", weaker than the base" if each.candidate.weaker else ""
        rows.append([one.label, times(each.effect, result), str(each.effect.n), holds,
                     one.pragmas.durability + apart])
    head = ["set", f"{result.parameters.objective.value} ratio", "n", "", "durability"]
    return "Confirmation, by blocks that did not choose\n" + table(head, rows, (1, 2))


def _front(result: Result) -> str:
    rows = [_point(each, result) for each in result.front]
    head = ["", "configuration", "workload", "requests/s", "p99 us", "caches MB", "durability"]
    return ("Throughput, p99, memory (caches of all connections) and durability class; * is on the "
            "front\n" + table(head, rows, (3, 4, 5)))


def _point(point: Point, result: Result) -> list[str]:
    row = point.reached
    memory = memory_bytes(row, result.parameters.threads)
    return ["*" if point.on_front else "", row.configuration.label, row.workload,
            f"{row.throughput_per_second.median:,.0f}", f"{row.p99_us.median:,.0f}",
            "-" if memory is None else number(memory / 1e6), row.configuration.pragmas.durability]


def _skipped(result: Result) -> str:
    return "\n".join(one_line(f"Skipped: {each.what}: {each.reason}.") for each in result.skipped)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    every = [list(head), *map(list, rows)]
    widths = [max(len(row[place]) for row in every) for place in range(len(head))]
    lines = []
    for row in every:
        cells = [cell.rjust(width) if place in numbers else cell.ljust(width)
                 for place, (cell, width) in enumerate(zip(row, widths))]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(lines)

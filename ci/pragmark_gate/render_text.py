"""The result for a terminal: the answer, the table, and what it rests on."""

from __future__ import annotations

from pragmark_report.columns import INDENT, aligned
from pragmark_report.errors import one_line

from . import view, words
from .model import CountVerdict, GateResult, Verdict
from .outcome import Policy, Status, outcome

HEADINGS = ("benchmark", "change", "95% interval", "n", "p", "noise", "margin", "visible",
            "verdict")
COUNT_HEADINGS = ("benchmark", "count", "baseline", "candidate", "change", "verdict")
RED, GREEN, YELLOW = "31", "32", "33"
COLOURS = {
    Verdict.REGRESSED: RED, Verdict.IMPROVED: GREEN, Verdict.PASSED: GREEN,
    Verdict.UNDECIDED: YELLOW, Verdict.UNGATEABLE: YELLOW,
    CountVerdict.WORSE: RED, CountVerdict.BETTER: GREEN, CountVerdict.VARIES: YELLOW,
    Status.HOLDS: GREEN, Status.REGRESSED: RED, Status.UNUSABLE: RED, Status.UNDECIDED: YELLOW,
}


def render(result: GateResult, policy: Policy, colour: bool) -> str:
    """Ends with a newline."""
    answer = outcome(result, policy)
    headline = one_line(f"pragmark gate: {answer.headline}")
    lines = [_coloured(headline, answer.status, colour), ""]
    if result.judgements:
        lines += [*_judgements(result, colour), ""]
    lines += [*_counts(result, colour), ""]
    lines += [view.null_sentence(result), ""]
    lines += [*_arms(result), ""]
    lines += [f"Run: {view.run_line(result)}", f"Rule: {view.rule_line(result)}"]
    lines += [f"Note: {one_line(note)}" for note in result.notes]
    lines += [f"Warning: {one_line(warning)}" for warning in answer.warnings]
    return "\n".join(lines) + "\n"


def _judgements(result: GateResult, colour: bool) -> list[str]:
    rows = view.rows(result)
    confidence = words.percent(result.rule.confidence)
    headings = tuple(each.replace("95%", confidence) for each in HEADINGS)
    table = [headings]
    table += [(row.benchmark, row.change, row.interval, str(row.n), row.p, row.noise, row.margin,
               row.visible, row.verdict_words) for row in rows]
    lines = aligned(table, left=(0, 8))
    shown = [lines[0]]
    for row, line in zip(rows, lines[1:]):
        shown.append(_last_coloured(line, row.verdict_words, row.verdict, colour))
        if row.verdict is not Verdict.PASSED and row.reason:
            shown.append(f"{INDENT * 2}{row.reason}")
    better = "negative" if result.metric.higher_is_better else "positive"
    shown += [f"{INDENT}change: of {one_line(result.metric.name)}, {better} is worse; p: one-sided, "
              "in the direction of the change; noise: SD of launches;",
              f"{INDENT}visible: the slowdown that this run would have found in 9 of 10 cases"]
    return shown


def _counts(result: GateResult, colour: bool) -> list[str]:
    changed = view.changed_counts(result)
    lines = [view.counts_sentence(result)]
    if not changed:
        return lines
    table = [COUNT_HEADINGS]
    table += [(one_line(each.benchmark), one_line(each.name), words.number(each.baseline),
               words.number(each.candidate), words.count_change(each.baseline, each.candidate),
               each.verdict.value) for each in changed]
    made = aligned(table, left=(0, 1, 5))
    lines.append(made[0])
    for each, line in zip(changed, made[1:]):
        lines.append(_last_coloured(line, each.verdict.value, each.verdict, colour))
        lines += [f"{INDENT * 2}{one_line(each.reason)}"] if each.reason else []
    return lines


def _arms(result: GateResult) -> list[str]:
    lines = [f"Baseline:  {one_line(result.baseline.command)}",
             f"Candidate: {one_line(result.candidate.command)}"]
    for key, before, after in view.configuration(result):
        same = before == after
        lines.append(f"{INDENT}{key}: {before}" + ("" if same else f" -> {after}  (differs)"))
    return lines



def _last_coloured(line: str, last: str, key: object, colour: bool) -> str:
    return line[: len(line) - len(last)] + _coloured(last, key, colour)


def _coloured(text: str, key: object, colour: bool) -> str:
    return f"\x1b[{COLOURS[key]}m{text}\x1b[0m" if colour and key in COLOURS else text

"""Markdown for a pull request: the answer, the table, and the rest folded away.

The first line is a hidden marker, by which a workflow finds its own comment again and updates it.
Names come from programs: each is put in such a way that it cannot end a table cell, a code span,
a tag or a comment, and cannot call anybody's attention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pragmark_report.errors import one_line

from . import view, words
from .model import CountVerdict, GateResult
from .outcome import Policy, Status, outcome

MARKER = "<!-- pragmark-gate -->"
LIMIT_CHARACTERS = 60_000  # of a comment; the service refuses one of more than 65,536
LEAST_ROWS = 1
SIGNS = {Status.HOLDS: "✅", Status.REGRESSED: "❌", Status.UNUSABLE: "⛔", Status.UNDECIDED: "⚠️"}
# An underscore inside a word starts nothing; all else that Markdown, HTML or the service gives a
# meaning becomes a character reference, which has none.
SPECIAL = re.compile(r"[\\`*{}\[\]#|~!<>&@$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
HEADINGS = ("benchmark", "change", "interval", "n", "p", "smallest visible slowdown", "verdict")
COUNT_HEADINGS = ("benchmark", "count", "baseline", "candidate", "change", "verdict")


def render(result: GateResult, policy: Policy, limit: int = LIMIT_CHARACTERS) -> str:
    """Ends with a newline. Benchmarks that need no attention give way when it would be too long."""
    rows = view.by_severity(view.rows(result))
    shown = len(rows)
    while True:
        text = _render(result, policy, rows[:shown], len(rows) - shown)
        if len(text) <= limit or shown <= LEAST_ROWS:
            return text
        shown = max(LEAST_ROWS, shown * 3 // 4)


def render_error(message: str) -> str:
    """For a run that came to nothing."""
    return f"{MARKER}\n{SIGNS[Status.UNUSABLE]} **pragmark gate: unusable.** {escaped(message)}\n"


def escaped(text: str) -> str:
    """Any text as running text of one line."""
    return SPECIAL.sub(lambda match: f"&#{ord(match[0])};", one_line(text))


def code(text: str) -> str:
    """Any text in a fixed-width face, in a table or not."""
    return f"<code>{escaped(text)}</code>"


def _render(result: GateResult, policy: Policy, rows: Sequence[view.Row], left_out: int) -> str:
    answer = outcome(result, policy)
    blocks = [f"{MARKER}\n{SIGNS[answer.status]} **pragmark gate: {escaped(answer.headline)}**"]
    if rows:
        blocks.append(_table(HEADINGS, (_row(row) for row in rows)))
    if left_out:
        blocks.append(f"{left_out} more benchmarks are in the JSON; none of them needs more "
                      "attention than those above.")
    if changed := view.changed_counts(result):
        blocks.append(_table(COUNT_HEADINGS, (
            (code(each.benchmark), code(each.name), words.number(each.baseline),
             words.number(each.candidate), words.count_change(each.baseline, each.candidate),
             _strong(each.verdict.value, each.verdict is CountVerdict.WORSE)) for each in changed)))
    blocks += [f"Warning: {escaped(warning)}" for warning in answer.warnings]
    blocks.append(_folded("Why, one by one", [
        f"- {code(row.benchmark)}: {escaped(row.reason)} (margin {row.margin}, noise {row.noise}, alpha {row.alpha})" for row in rows]))
    blocks.append(_folded("What was compared", _compared(result)))
    blocks.append(_folded("How: rule, seed, null arm, counts", _how(result)))
    return "\n\n".join(each for each in blocks if each) + "\n"


def _row(row: view.Row) -> tuple[str, ...]:
    loud = row.verdict.value in ("regressed", "improved")
    return (code(row.benchmark), row.change, row.interval, str(row.n), row.p, row.visible,
            _strong(row.verdict_words, loud))


def _strong(text: str, loud: bool) -> str:
    return f"**{text}**" if loud else text


def _table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rules = ["---" if each in ("benchmark", "count", "verdict") else "--:" for each in headings]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (headings, rules, *lines))


def _compared(result: GateResult) -> list[str]:
    lines = [f"- baseline: {code(result.baseline.command)}",
             f"- candidate: {code(result.candidate.command)}"]
    for key, before, after in view.configuration(result):
        differs = "" if before == after else f" → {code(after)} (differs)"
        lines.append(f"- {escaped(key)}: {code(before)}{differs}")
    return lines


def _how(result: GateResult) -> list[str]:
    said = [view.run_line(result), view.null_sentence(result), view.counts_sentence(result),
            *result.notes]
    return [f"- {escaped(each)}" for each in said] + [f"- rule: {code(view.rule_line(result))}"]


def _folded(title: str, lines: Sequence[str]) -> str:
    """Blank lines around the inside: without them it is HTML, and Markdown in it stays raw."""
    inside = "\n".join(lines)
    return f"<details><summary>{title}</summary>\n\n{inside}\n\n</details>" if lines else ""

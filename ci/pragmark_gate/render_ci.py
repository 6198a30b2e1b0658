"""Annotations for the common CI service: lines that it turns into marks on the run.

The escaping is that of its own toolkit: a message keeps its line breaks as %0A, and a property
must not hold a colon or a comma either.
"""

from __future__ import annotations

from pragmark_report.errors import one_line

from . import view, words
from .model import CountVerdict, GateResult, Verdict
from .outcome import Policy, Status, outcome

ERROR, WARNING, NOTICE = "error", "warning", "notice"
TITLE = "pragmark gate"
LEVELS = {Status.HOLDS: NOTICE, Status.REGRESSED: ERROR, Status.UNUSABLE: ERROR,
          Status.UNDECIDED: ERROR}


def render(result: GateResult, policy: Policy) -> str:
    """One line for the answer and one for each benchmark or count that needs attention."""
    answer = outcome(result, policy)
    lines = [annotation(LEVELS[answer.status], TITLE, answer.headline)]
    if not result.void:
        lines += _benchmarks(result, policy) + _counts(result, policy)
    return "".join(f"{line}\n" for line in lines)


def render_error(message: str) -> str:
    """For a run that came to nothing."""
    return annotation(ERROR, TITLE, message) + "\n"


def annotation(level: str, title: str, message: str) -> str:
    """`::error title=..::message`, on one line whatever the texts hold."""
    return f"::{level} title={_property(one_line(title))}::{_data(message)}"


def _benchmarks(result: GateResult, policy: Policy) -> list[str]:
    undecided = ERROR if policy.fail_undecided else WARNING
    levels = {Verdict.REGRESSED: ERROR, Verdict.UNDECIDED: undecided, Verdict.UNGATEABLE: WARNING,
              Verdict.IMPROVED: NOTICE}
    return [
        annotation(levels[row.verdict], f"{row.verdict_words}: {row.benchmark}",
                   f"{row.change} {row.interval}, n = {row.n}, p = {row.p}. {row.reason}")
        for row in view.rows(result) if row.verdict in levels
    ]


def _counts(result: GateResult, policy: Policy) -> list[str]:
    worse = ERROR if policy.gate_counts else WARNING
    levels = {CountVerdict.WORSE: worse, CountVerdict.BETTER: NOTICE}
    return [
        annotation(levels[each.verdict], f"{each.name} {each.verdict.value}: {each.benchmark}",
                   f"{words.number(each.baseline)} -> {words.number(each.candidate)} "
                   f"{each.reason}".rstrip())
        for each in result.counts if each.verdict in levels
    ]


def _data(text: str) -> str:
    """The percent sign comes first, or the others' would be escaped again."""
    for raw, safe in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(raw, safe)
    return one_line(text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

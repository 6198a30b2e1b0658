"""JUnit XML: a test case for each benchmark and for each count that gates.

A run that says nothing is an error in every case, and in one of its own, so that a service which
counts cases cannot read it as "no tests, no failures".
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from pragmark_report.errors import one_line

from . import view, words
from .model import CountComparison, CountVerdict, GateResult, Verdict
from .outcome import Policy, Status, gating_counts, outcome

SUITE = "pragmark gate"
CLASS = "pragmark.gate"
RUN_CASE = "the run"
FAILURE, ERROR, SKIPPED = "failure", "error", "skipped"


@dataclass(frozen=True)
class Case:
    name: str
    seconds: float = 0.0
    problem: str = ""  # FAILURE, ERROR, SKIPPED, or empty when it passed
    message: str = ""
    output: str = ""


def render(result: GateResult, policy: Policy) -> str:
    """Ends with a newline. ENSURES: it parses, whatever the names are."""
    answer = outcome(result, policy)
    unusable = answer.headline if answer.status is Status.UNUSABLE else ""
    cases = [_benchmark(row, policy, result.void) for row in view.rows(result)]
    cases += [_count(each, result.void) for each in gating_counts(result, policy)]
    if unusable:
        cases.insert(0, Case(RUN_CASE, problem=ERROR, message=unusable))
    return _document(cases, result.seconds)


def render_error(message: str) -> str:
    """For a run that came to nothing: one case, in error."""
    return _document([Case(RUN_CASE, problem=ERROR, message=message)], 0.0)


def _benchmark(row: view.Row, policy: Policy, void: str) -> Case:
    figures = (f"change {row.change}, interval {row.interval}, n = {row.n}, p = {row.p}, "
               f"smallest visible slowdown {row.visible}")
    message = f"{row.verdict_words}: {figures}. {row.reason}"
    problem = ERROR if void else _problem_of(row.verdict, policy)
    return Case(row.benchmark, row.seconds, problem, f"void: {void}" if void else message, message)


def _problem_of(verdict: Verdict, policy: Policy) -> str:
    if verdict is Verdict.REGRESSED:
        return FAILURE
    if verdict is Verdict.UNDECIDED:
        return FAILURE if policy.fail_undecided else SKIPPED
    return SKIPPED if verdict is Verdict.UNGATEABLE else ""


def _count(each: CountComparison, void: str) -> Case:
    message = (f"{each.verdict.value}: {words.number(each.baseline)} -> "
               f"{words.number(each.candidate)} {each.reason}").rstrip()
    worse = FAILURE if each.verdict is CountVerdict.WORSE else ""
    name = f"{each.benchmark} {each.name}"
    return Case(name, 0.0, ERROR if void else worse, f"void: {void}" if void else message, message)


def _document(cases: list[Case], seconds: float) -> str:
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", {
        "name": SUITE, "tests": str(len(cases)),
        **{f"{each}s" if each != SKIPPED else each: str(sum(c.problem == each for c in cases))
           for each in (FAILURE, ERROR, SKIPPED)},
        "time": f"{seconds:.3f}",
    })
    for case in cases:
        element = ElementTree.SubElement(suite, "testcase", {
            "classname": CLASS, "name": one_line(case.name), "time": f"{case.seconds:.3f}"})
        if case.problem:
            ElementTree.SubElement(element, case.problem, {"message": one_line(case.message)})
        if case.output:
            ElementTree.SubElement(element, "system-out").text = one_line(case.output)
    ElementTree.indent(root)
    declared = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return declared + ElementTree.tostring(root, encoding="unicode") + "\n"

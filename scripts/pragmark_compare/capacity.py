"""Two results of `pragmark capacity` that asked the same question."""

from __future__ import annotations

from pragmark_report.load_result import Result

from .model import Fact


def facts_of(a: Result, b: Result) -> tuple[Fact, ...]:
    """The answers."""
    return (Fact("answer", a.document["answer"]["sentence"], b.document["answer"]["sentence"]),)

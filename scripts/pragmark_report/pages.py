"""Results into pages: one for each question, whatever program asked it."""

from __future__ import annotations

from collections.abc import Sequence

from .load_result import Result
from .page import Page
from .page_capacity import capacity_page
from .page_crash import crash_page
from .page_env import env_page
from .page_tune import tune_page


def pages_of(results: Sequence[Result], target: float) -> list[Page]:
    """Pages in the order of the results. Several of one question make one page where they compare
    (capacity, env), otherwise a page each."""
    made = []
    for question in dict.fromkeys((each.kind, each.question) for each in results):
        alike = [each for each in results if (each.kind, each.question) == question]
        kind, asked = question
        if kind == "tune":
            made += [tune_page(each, _name(kind, asked, each, len(alike)), target)
                     for each in alike]
        elif kind == "crash":
            made += [crash_page(each, _name(kind, asked, each, len(alike))) for each in alike]
        elif kind == "capacity":
            made.append(capacity_page(alike, f"capacity-{asked}"))
        else:
            made.append(env_page(alike, "environment"))
    return made


def _name(kind: str, asked: str, result: Result, count: int) -> str:
    own = kind if asked == kind else f"{kind}-{asked}"
    return own if count == 1 else f"{own}-{result.letter.lower()}"

"""Time that the hypervisor gave to other guests while a program was driven, in its context.

A program that serves step after step writes its context before the first one: it cannot know. What
was seen later goes in here, and into the grade, as environment_caps.cc would have put it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

SOME_STEAL_PERCENT, HEAVY_STEAL_PERCENT = 1.0, 10.0  # as environment_caps.cc has them
SOME_STEAL_GRADE, HEAVY_STEAL_GRADE = "C", "F"
UNKNOWN_STEAL = "it is not known how much time other guests took (steal)"
KNOWN_STEAL = "other guests took {:.1f}% of the processors' time (steal)"
BETWEEN_REASONS = "; "
STEAL, GRADE, REASONS = "steal_percent", "environment_grade", "environment_reasons"


def with_steal(context: Mapping[str, str], percent: float | None) -> dict[str, str]:
    """The context with what was stolen, and the grade that follows. None: still not known.

    REQUIRES: the context's own steal is unknown.
    """
    if percent is None:
        return dict(context)
    told = {**context, STEAL: f"{percent:.2f}"}
    if GRADE not in context:
        return told
    grade = context[GRADE]
    reasons = [each for each in context.get(REASONS, "").split(BETWEEN_REASONS) if each]
    if UNKNOWN_STEAL in reasons:
        reasons.remove(UNKNOWN_STEAL)
        grade = grade if reasons else "A"
    cap = _cap(percent)
    if cap:
        # Those that cap most come first.
        reasons.insert(0 if cap >= grade else len(reasons), KNOWN_STEAL.format(percent))
    return {**told, GRADE: max(grade, cap), REASONS: BETWEEN_REASONS.join(reasons)}


def mean_percent(spans: Iterable[tuple[float, float | None]]) -> float | None:
    """Of (seconds, percent): each weighs as long as it was. None when none is known."""
    known = [(seconds, percent) for seconds, percent in spans if percent is not None]
    total = sum(seconds for seconds, _ in known)
    return sum(seconds * percent for seconds, percent in known) / total if total > 0 else None


def _cap(percent: float) -> str:
    if percent >= HEAVY_STEAL_PERCENT:
        return HEAVY_STEAL_GRADE
    return SOME_STEAL_GRADE if percent >= SOME_STEAL_PERCENT else ""

"""What pages of several kinds have in common: the environment, its caveats, and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import caveats, page, words
from .load_result import Result
from .page import Table
from .page_place import context_of
from .view import FIRST_KEYS, HIDDEN_KEYS
from .words import NOTHING, Sentence

GRADE_KEYS = ("environment_grade", "environment_reasons")
NOT_COMPARED = {"date", "command", "seed", "load_avg", "executable", "steal_percent"}


def environment(contexts: Sequence[Mapping[str, str]], letters: Sequence[str]) -> Table:
    """All that is known of the machines, a column each. A host's name is only told when it tells
    two apart: pages are published."""
    keys = {key for context in contexts for key in context} - HIDDEN_KEYS - {"command", "host_name"}
    if len({context.get("host_name") for context in contexts}) > 1:
        keys.add("host_name")
    ordered = [key for key in (*GRADE_KEYS, *FIRST_KEYS) if key in keys]
    ordered += sorted(keys - set(ordered))
    several = len(contexts) > 1
    rows = []
    for key in ordered:
        values = [context.get(key, "") or NOTHING for context in contexts]
        differs = len(set(values)) > 1 and key not in NOT_COMPARED
        rows.append([f"{key} (differs)" if differs else key, *values])
    headings = [f"Result {letter}" for letter in letters] if several else ["Value"]
    return page.table(["Key", *headings], rows)


def machine_caveats(results: Sequence[Result]) -> list[Sentence]:
    """What the machines take away from the figures; what all share is said once."""
    several = len(results) > 1
    said: dict[Sentence, list[str]] = {}
    for each in results:
        for sentence in caveats.of_environment(context_of(each)):
            said.setdefault(sentence, []).append(each.letter)
    found = []
    for sentence, letters in said.items():
        who = "" if not several or len(letters) == len(results) else f"{words.listed(letters)}: "
        found.append((who, *sentence) if who else sentence)
    return found


def same_bytes(results: Sequence[Result]) -> list[Sentence]:
    """One measurement that was given twice."""
    seen: dict[str, str] = {}
    said: list[Sentence] = []
    for each in results:
        if each.digest in seen:
            said.append((f"Results {seen[each.digest]} and {each.letter} are the same bytes: one "
                         "measurement given twice.",))
        seen.setdefault(each.digest, each.letter)
    return said


def listed_sources(results: Sequence[Result]) -> tuple[str, ...]:
    """The files' names, with their letters when there are several."""
    if len(results) == 1:
        return (results[0].source,)
    return tuple(f"{each.letter}: {each.source}" for each in results)


def commands(results: Sequence[Result]) -> str:
    """The command lines, each once."""
    return "\n".join(dict.fromkeys(each.document.get("command") or "" for each in results)).strip()


def summary(low: float | None, high: float | None) -> str:
    """An interval as in `[1,200, 1,300]`."""
    if low is None or high is None:
        return "[n too small]"
    return f"[{words.three_digits(low)}, {words.three_digits(high)}]"

"""Which benchmark of the baseline stands against which of the candidate.

The same names stand against each other. Where the two sides differ by design (another PRAGMA set,
another strategy), so do all their names; they pair when that part is the only difference.
A benchmark without a partner makes the comparison unusable: it may have been renamed or lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pragmark_report.errors import InputError

from .words import listed

SET, STRATEGY = "PRAGMA set", "strategy"
HEAD = ("workload", SET, STRATEGY)  # the parts of a name of pragmark bench that have no key
FIRST_KEY = "rows"  # the part after them: by it a name is recognised
# What may differ between the sides, and its value where a name does not say it. Another workload,
# number of rows or payload is other work, not another way to do it.
FREE: Mapping[str, str] = {
    SET: "", STRATEGY: "", "in_flight": "1", "schema": "standard", "memory_statistics": "as-built",
    "statement_logging": "off",
}


@dataclass(frozen=True)
class PairedName:
    """One comparison: what it is called, and what each side calls its benchmark."""

    name: str
    baseline: str
    candidate: str


def pair(
    baseline: Sequence[str], candidate: Sequence[str], pattern: str = ""
) -> tuple[PairedName, ...]:
    """Every benchmark that the pattern takes, in the order of the baseline, with its partner.

    `pattern` is a regular expression that a name must contain; empty takes all. It is applied to
    each side first, so that a benchmark which only one side has can be left out by it.
    """
    ours = _selected("baseline", baseline, pattern)
    theirs = _selected("candidate", candidate, pattern)
    if set(ours) == set(theirs):
        return tuple(PairedName(name, name, name) for name in ours)
    pairs = _pair_by_design(ours, theirs)
    if pairs is None:
        raise InputError("--baseline and --candidate", _difference(ours, theirs),
                         "give both the same benchmarks, or choose those with --benchmarks")
    return pairs


def _selected(side: str, names: Sequence[str], pattern: str) -> tuple[str, ...]:
    if not names:
        raise InputError(f"the {side}", "it has no benchmarks", "check its options")
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(f"the {side}", f"it has benchmarks of one name: {listed(twice)}",
                         "give each a name of its own")
    try:
        chosen = tuple(name for name in names if re.search(pattern, name))
    except re.error as error:
        raise InputError(f"--benchmarks {pattern}", f"no regular expression: {error}",
                         "quote what is special in it") from None
    if not chosen:
        raise InputError(f"--benchmarks {pattern}", f"it matches no benchmark of the {side}",
                         f"the {side} has {listed(names)}")
    return chosen


def _pair_by_design(
    ours: Sequence[str], theirs: Sequence[str]
) -> tuple[PairedName, ...] | None:
    """None: they differ in more than one value of a free part."""
    our_parts, their_parts = _all_parts(ours), _all_parts(theirs)
    if our_parts is None or their_parts is None:
        return None
    differing = [key for key in FREE if _only_value(our_parts, key) is not None
                 and _only_value(their_parts, key) is not None
                 and _only_value(our_parts, key) != _only_value(their_parts, key)]
    our_keys = {_rest(parts, differing): name for name, parts in our_parts.items()}
    their_keys = {_rest(parts, differing): name for name, parts in their_parts.items()}
    if our_keys.keys() != their_keys.keys():
        return None
    return tuple(
        PairedName(_written(our_parts[name], their_parts[their_keys[key]], differing),
                   name, their_keys[key])
        for key, name in our_keys.items()
    )


def _all_parts(names: Sequence[str]) -> dict[str, dict[str, str]] | None:
    parts = {name: _parts(name) for name in names}
    return None if any(part is None for part in parts.values()) else parts


def _parts(name: str) -> dict[str, str] | None:
    """The parts of a name of pragmark bench by key, or None for anybody else's name.

    A part without a colon (real_time) is its own key.
    """
    words = name.split("/")
    if len(words) <= len(HEAD) or not words[len(HEAD)].startswith(FIRST_KEY + ":"):
        return None
    parts = dict(zip(HEAD, words))
    for word in words[len(HEAD):]:
        key, _, value = word.partition(":")
        parts[key] = value
    return parts


def _value(parts: Mapping[str, str], key: str) -> str:
    return parts.get(key, FREE[key])


def _only_value(all_parts: Mapping[str, Mapping[str, str]], key: str) -> str | None:
    values = {_value(parts, key) for parts in all_parts.values()}
    return values.pop() if len(values) == 1 else None


def _rest(parts: Mapping[str, str], differing: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in parts.items() if key not in differing)


def _written(ours: Mapping[str, str], theirs: Mapping[str, str], differing: Sequence[str]) -> str:
    """The name of the comparison: `WORKLOAD/production vs default/STRATEGY/..`."""
    words = []
    for key in dict.fromkeys([*ours, *theirs]):
        value = _value(ours, key) if key in FREE else ours[key]
        if key in differing:
            value = f"{value} vs {_value(theirs, key)}"
        plain = key in HEAD or not value
        words.append((value or key) if plain else f"{key}:{value}")
    return "/".join(words)


def _difference(ours: Sequence[str], theirs: Sequence[str]) -> str:
    problems = []
    for side, names, others in (("baseline", ours, theirs), ("candidate", theirs, ours)):
        if lone := [name for name in names if name not in set(others)]:
            problems.append(f"only the {side} has {listed(lone)}")
    return "; ".join(problems) + ": missing, or renamed"

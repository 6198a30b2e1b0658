"""The space of a tuning experiment: factors, their levels, and the configurations of a design. Pure
but for the set reader that it is given.

The first level of a factor is the base's own value: what the base sets, or else SQLite's documented
default. A setting of which neither is known has the base without it as its first level, and all
given values are held against that.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pragmark_report.errors import InputError

from .model import Comparison, Configuration, Experiment, PragmaSet

DEFAULTS_SET = "default"  # SQLite's documented defaults, spelt out
MOST_CONFIGURATIONS = 512
ONE_AT_A_TIME, FACTORIAL = "one-at-a-time", "factorial"
DEFAULT_SPACE = (
    "cache_size=-2000,-20000,-200000",
    "mmap_size=0,268435456",
    "page_size=1024,4096,16384",
    "synchronous=OFF,NORMAL,FULL",
    "wal_autocheckpoint=1000,16000",
)


class Sets(Protocol):
    def read(self, name: str) -> PragmaSet: ...


@dataclass(frozen=True)
class Factor:
    """A setting and what it may be. `levels` are the changes: the base's own value is not there."""

    setting: str
    given: tuple[str, ...]  # canonical, in the order of the command line
    base_value: str | None
    levels: tuple[str, ...]


def parse_vary(word: str) -> tuple[str, tuple[str, ...]]:
    """`cache_size=-2000,-20000` into the setting and its values."""
    name, equals, listed = word.partition("=")
    values = tuple(value.strip() for value in listed.split(","))
    if not equals or not name.strip() or not all(values):
        raise InputError(f"--vary {word}" if word else "--vary ''", "no setting with its values",
                         "write cache_size=-2000,-20000")
    if "+" in listed:
        raise InputError(f"--vary {word}", "a + begins another change of a PRAGMA set",
                         "vary each setting by a --vary of its own")
    return name.strip(), values


def factors(words: Sequence[str], base: PragmaSet, sets: Sets) -> tuple[Factor, ...]:
    """Raises InputError for what SQLite would refuse or mishear."""
    defaults = sets.read(DEFAULTS_SET).settings
    found: dict[str, Factor] = {}
    for word in words:
        name, values = parse_vary(word)
        canonical: list[str] = []
        for value in values:
            settings = sets.read(f"{base.name}+{name}={value}").settings
            name = next(each for each in settings if each.lower() == name.lower())
            canonical.append(settings[name])
        if name in found:
            raise InputError(f"--vary {word}", f"{name} is varied twice",
                             "list all its values once")
        given = tuple(dict.fromkeys(canonical))
        own = base.settings.get(name, defaults.get(name))
        levels = tuple(value for value in given if value != own)
        if not levels:
            raise InputError(f"--vary {word}", f"{base.name} has {name}={own} already",
                             "give another value to hold against it")
        found[name] = Factor(name, given, own, levels)
    return tuple(found.values())


def written(base: str, changes: Mapping[str, str]) -> str:
    """The set's name with changes in it."""
    return base + "".join(f"+{name}={value}" for name, value in changes.items())


def configuration(
    place: int, base: PragmaSet, changes: Mapping[str, str], strategy: str, sets: Sets
) -> Configuration:
    told = tuple(f"{name}={value}" for name, value in changes.items())
    return Configuration(
        f"c{place}", ", ".join(told) or "base", sets.read(written(base.name, changes)), strategy,
        base=not told, changes=told)


def one_at_a_time(
    base: PragmaSet, space: Sequence[Factor], strategy: str, workloads: Sequence[str], sets: Sets
) -> Experiment:
    """The base, and each level alone in it. A comparison is a level against the base."""
    changes = [{}, *({factor.setting: level} for factor in space for level in factor.levels)]
    made = [configuration(place, base, each, strategy, sets) for place, each in enumerate(changes)]
    asked = [
        Comparison("setting", workload, one.label, "setting", {one.id: 1.0, made[0].id: -1.0},
                   one.id, made[0].id)
        for workload in workloads for one in made[1:]
    ]
    return Experiment(tuple(made), tuple(asked))


def factorial(
    base: PragmaSet, space: Sequence[Factor], strategy: str, workloads: Sequence[str], sets: Sets
) -> Experiment:
    """Every combination. Comparisons are main effects and interactions of two factors.

    In a full factorial these contrasts are what least squares on block-centred logarithms gives
    (test_tune_effects.py holds them against numpy's): the mean over all settings of the others.
    """
    size = math.prod(1 + len(factor.levels) for factor in space)
    if size > MOST_CONFIGURATIONS:
        raise InputError(
            "--design factorial", f"{size:,} configurations are too many (at most "
            f"{MOST_CONFIGURATIONS})", "vary fewer settings, or take --design one-at-a-time")
    points = list(itertools.product(*((None, *factor.levels) for factor in space)))
    made = []
    for place, point in enumerate(points):
        changes = {factor.setting: level for factor, level in zip(space, point)
                   if level is not None}
        made.append(configuration(place, base, changes, strategy, sets))
    ids = {point: one.id for point, one in zip(points, made)}
    asked = [one for workload in workloads for one in _contrasts(space, ids, workload)]
    return Experiment(tuple(made), tuple(asked))


def _contrasts(
    space: Sequence[Factor], ids: Mapping[tuple, str], workload: str
) -> list[Comparison]:
    asked = []
    places = range(len(space))
    for place in places:
        for level in space[place].levels:
            weights = _weights(ids, {place: level})
            what = f"{space[place].setting}={level}"
            asked.append(Comparison("main", workload, what, "setting", weights))
    for one, other in itertools.combinations(places, 2):
        for first in space[one].levels:
            for second in space[other].levels:
                terms = (f"{space[one].setting}={first}", f"{space[other].setting}={second}")
                weights = _weights(ids, {one: first, other: second})
                asked.append(Comparison("interaction", workload, " with ".join(terms), "setting",
                                        weights, terms=terms))
    return asked


def _weights(ids: Mapping[tuple, str], levels: Mapping[int, str]) -> dict[str, float]:
    """+1 at a level, -1 at the base's, multiplied over the factors; the mean over the others."""
    signs = {}
    for point, one in ids.items():
        if all(point[place] in (level, None) for place, level in levels.items()):
            signs[one] = math.prod(-1 if point[place] is None else 1 for place in levels)
    groups = len(signs) / 2 ** len(levels)
    return {one: sign / groups for one, sign in signs.items()}

"""What each choice of the write-optimised configuration brings, held against its alternatives.

The chosen configuration is `write-optimised` with `group-commit` on the store's schema. Every other
configuration of such a result differs from it in exactly one thing: a setting of the PRAGMA set,
the schema, the strategy (its name or one of its options), or memory statistics. One that differs in
several is refused, as its figure would be laid to a choice that is only a part of it. Settings are
compared by what the result says each set holds, not by the sets' names. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import stats, strategy
from .compute import Row, RunSummary
from .errors import InputError
from .model import AS_BUILT, STANDARD_SCHEMA, Configuration, Load, Run, natural
from .stats import Ratio

CHOSEN_SET, CHOSEN_STRATEGY = "write-optimised", strategy.GROUP_COMMIT
SETTING, SCHEMA, STRATEGY = "setting", "schema", "strategy"
STATISTICS = "memory statistics"
KINDS = (SETTING, SCHEMA, STRATEGY, STATISTICS)  # in the order of a table
ONE_AT_A_TIME = "measure alternatives that differ in one thing each"
SAME_RUN = f"measure {CHOSEN_SET} with {CHOSEN_STRATEGY} in the same run"


@dataclass(frozen=True)
class Difference:
    """The one thing in which an alternative differs from the chosen."""

    kind: str  # of KINDS
    name: str  # of the setting or the option; otherwise the kind itself
    chosen: str | None  # None: the set does not say, so it is SQLite's own
    other: str | None

    def sort_key(self) -> tuple:
        """By kind, then name, then value."""
        return (KINDS.index(self.kind), self.name, natural(self.other or ""))


@dataclass(frozen=True)
class Alternative:
    """A configuration beside the chosen one."""

    difference: Difference
    row: Row
    ratio: Ratio | None  # of throughput, to the chosen; None: it erred


@dataclass(frozen=True)
class Choice:
    """The chosen configuration of one case and load, with the alternatives to it."""

    chosen: Row
    alternatives: tuple[Alternative, ...]  # by kind, then name


def choices(summary: RunSummary) -> tuple[Choice, ...]:
    """One for each case and load, in the order of the documentation. Raises InputError when one
    has no figure for the chosen configuration, or an alternative that is not one."""
    found = []
    for answer in summary.answers:
        by_load: dict[Load, list[Row]] = {}
        for row in answer.rows:
            by_load.setdefault(row.configuration.load, []).append(row)
        for load in sorted(by_load, key=Load.sort_key):
            found.append(_choice(summary.run, by_load[load]))
    return tuple(found)


def _choice(run: Run, rows: list[Row]) -> Choice:
    chosen = next((row for row in rows if _is_chosen(row.configuration)), None)
    if chosen is None or chosen.throughput is None:
        like = rows[0].configuration
        lack = "was not measured" if chosen is None else f"erred ({chosen.error})"
        problem = f"{CHOSEN_SET}/{CHOSEN_STRATEGY} {lack} in {_place(like)}"
        raise InputError(run.source, problem, SAME_RUN)
    found = [_alternative(run, row, chosen) for row in rows if row is not chosen]
    return Choice(chosen, tuple(sorted(found, key=lambda each: each.difference.sort_key())))


def _is_chosen(configuration: Configuration) -> bool:
    return (configuration.pragma_set, configuration.strategy, configuration.schema,
            configuration.memory_statistics) == (
        CHOSEN_SET, CHOSEN_STRATEGY, STANDARD_SCHEMA, AS_BUILT)


def _place(configuration: Configuration) -> str:
    load = configuration.load
    return (f"{configuration.case.workload} with threads:{load.threads} "
            f"processes:{load.processes} in_flight:{load.in_flight}")


def _alternative(run: Run, row: Row, chosen: Row) -> Alternative:
    configuration = row.configuration
    found = _differences(run, chosen.configuration, configuration)
    if len(found) != 1:
        names = ", ".join(each.name for each in found)
        things = f"{len(found)} things ({names})" if found else "nothing"
        what = (f"{configuration.pragma_set}/{configuration.strategy} on schema "
                f"{configuration.schema}")
        if configuration.memory_statistics != AS_BUILT:
            what += f" with {STATISTICS} {configuration.memory_statistics}"
        problem = f"{what} in {_place(configuration)} differs from the chosen in {things}"
        raise InputError(run.source, problem, ONE_AT_A_TIME)
    ratio = row.throughput and stats.ratio(row.throughput.repetitions_per_second,
                                           chosen.throughput.repetitions_per_second)
    return Alternative(found[0], row, ratio)


def _differences(run: Run, chosen: Configuration, other: Configuration) -> list[Difference]:
    ours, theirs = _settings(run, chosen.pragma_set), _settings(run, other.pragma_set)
    pairs = [(SETTING, name, ours.get(name), theirs.get(name)) for name in sorted({*ours, *theirs})]
    pairs.append((SCHEMA, SCHEMA, chosen.schema, other.schema))
    pairs.append((STRATEGY, STRATEGY, chosen.served.name, other.served.name))
    pairs += [(STRATEGY, option, getattr(chosen.served, option), getattr(other.served, option))
              for option in strategy.OPTIONS]
    pairs.append((STATISTICS, STATISTICS, chosen.memory_statistics, other.memory_statistics))
    return [Difference(*pair) for pair in pairs if pair[2] != pair[3]]


def _settings(run: Run, name: str) -> Mapping[str, str]:
    """What the result says that a set holds."""
    settings = {}
    for part in run.context[f"pragma_set:{name}"].split(";"):
        setting, sign, value = part.strip().partition("=")
        if not sign:
            problem = f"context `pragma_set:{name}` is no list of settings"
            raise InputError(run.source, problem, "run `pragmark bench` again")
        settings[setting] = value
    return settings

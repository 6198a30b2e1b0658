"""A strategy as it stands in a benchmark's name: `NAME[+option=value..]`.

What is not in the name has the strategy's default, so one strategy has one name: written() gives
it, whatever was read. Yardsticks stand where a strategy stands; they are not the library's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OPEN_PER_OP, PER_THREAD = "open-per-op", "per-thread"
SINGLE_WRITER, GROUP_COMMIT = "single-writer", "group-commit"
RAW, PYTHON_ORIGINAL = "raw", "python-original"
YARDSTICKS = {  # name -> what it is, in a table
    RAW: "hand-written C loop",
    "sqlitecpp": "SQLiteCpp",
    "soci": "SOCI",
    PYTHON_ORIGINAL: "the original design in Python",
}
STRATEGY_ORDER = (*YARDSTICKS, OPEN_PER_OP, PER_THREAD, SINGLE_WRITER, GROUP_COMMIT)

CHECKPOINTS, WAL_WRITES = "checkpoints", "wal_writes"
OPTIONS = {  # option -> its values, from plain to elaborate
    CHECKPOINTS: ("commit", "background"),
    WAL_WRITES: ("direct", "coalesced"),
}
PLAIN = {option: values[0] for option, values in OPTIONS.items()}
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    OPEN_PER_OP: PLAIN,
    PER_THREAD: PLAIN,
    SINGLE_WRITER: PLAIN,
    GROUP_COMMIT: {option: values[-1] for option, values in OPTIONS.items()},
}


@dataclass(frozen=True)
class Strategy:
    """A strategy with every option told."""

    name: str
    checkpoints: str
    wal_writes: str

    @property
    def written(self) -> str:
        """The one way to write it: the name and the options that are not its defaults."""
        defaults = DEFAULTS.get(self.name, PLAIN)
        told = [f"+{option}={getattr(self, option)}" for option in OPTIONS
                if getattr(self, option) != defaults[option]]
        return "".join([self.name, *told])

    def sort_key(self) -> tuple:
        """Strategies in the order of the documentation, plain options before elaborate ones."""
        known = self.name in STRATEGY_ORDER
        place = STRATEGY_ORDER.index(self.name) if known else len(STRATEGY_ORDER)
        options = tuple(OPTIONS[option].index(getattr(self, option)) for option in OPTIONS)
        return (place, self.name, options)


def parse(text: str) -> Strategy:
    """Raises ValueError with what is unknown in it. A name without options may be any."""
    name, *told = text.split("+")
    if told and name not in DEFAULTS:
        raise ValueError(f"{name} takes no options")
    values = dict(DEFAULTS.get(name, PLAIN))
    seen = set()
    for part in told:
        option, _, value = part.partition("=")
        if option not in OPTIONS:
            raise ValueError(f"unknown option {option} of a strategy")
        if value not in OPTIONS[option]:
            raise ValueError(f"unknown value {option}={value} of a strategy")
        if option in seen:
            raise ValueError(f"{option} is told twice")
        seen.add(option)
        values[option] = value
    return Strategy(name, **values)

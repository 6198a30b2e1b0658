"""Numbers as text, and the parts of speech that sentences share.

A sentence is a tuple of strings in which names from a result file are of type Name: HTML and
Markdown escape every part and set a Name as code, the terminal joins them as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from . import levers
from .compute import Row
from .model import OFF, STANDARD_SCHEMA, Case, Configuration, Load
from .scaling import PROCESSES, THREADS
from .stats import Interval, Ratio

NOTHING = "\u2013"  # stands in a table where there is no figure
STATISTICS_OFF = "memory statistics off"  # as built is not told


class Name(str):
    """A word that came from a result file."""


Sentence = tuple[str, ...]


def plain(sentence: Sentence) -> str:
    """The sentence without any markup."""
    return "".join(sentence)


def significant(value: float, digits: int = 3) -> str:
    """At most so many significant digits, never an exponent, thousands separated."""
    if value == 0:
        return "0"
    text = f"{float(f'{value:.{digits}g}'):,.10f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rate(value: float) -> str:
    """Requests per second without the unit: whole numbers from 100 up, so that a rate close to
    the target is not rounded onto it; three digits below."""
    return three_digits(value)


def three_digits(value: float) -> str:
    """Three digits, zeros at the end too, so that columns line up; no rounding from 100 up."""
    if value >= 99.95:
        return f"{value:,.0f}"
    if value >= 9.995:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else significant(value)


def number(value: float | None) -> str:
    """A counter: whole numbers as they are, otherwise three digits, a dash for none."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if value == int(value) else three_digits(value)


def percent(value: float | None) -> str:
    """A percentage that is not rounded to nothing."""
    if value is None:
        return NOTHING
    if 0 < value < 0.01:
        return "<0.01%"
    return f"{value:.1f}%" if value >= 1 or value == 0 else f"{value:.2f}%"


def factor(value: float) -> str:
    """A ratio as in `34.2x`."""
    return f"{three_digits(value)}x"


def interval(value: Interval | None) -> str:
    """An interval of rates."""
    return "[n too small]" if value is None else f"[{rate(value.low)}, {rate(value.high)}]"


def ratio(value: Ratio | None) -> str:
    """A ratio with its interval."""
    if value is None:
        return NOTHING
    if value.interval is None:
        return f"{factor(value.factor)} [n too small]"
    ends = f"{factor(value.interval.low)[:-1]}, {factor(value.interval.high)[:-1]}"
    return f"{factor(value.factor)} [{ends}]"


def share(value: Ratio | None) -> str:
    """A share of the best as in `0.87 [0.80, 0.93]`; the best itself when there is none."""
    return "the best" if value is None else ratio(value).replace("x", "", 1)


def duration(microseconds: float) -> str:
    """A latency in the unit in which it is short: us, ms or s."""
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            return f"{significant(microseconds / size)} {unit}"
    return f"{significant(microseconds)} us"


def bytes_text(value: float | None) -> str:
    """A size in binary units."""
    if value is None:
        return NOTHING
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{significant(value)} {unit}"
        value /= 1024
    return f"{significant(value)} TiB"


def case_parameters(case: Case) -> str:
    """The parameters as `payload:small, rows:1000`."""
    return ", ".join(f"{key}:{value}" for key, value in case.parameters)


def case_titles(cases: Sequence[Case]) -> dict[Case, str]:
    """The shortest title that tells each case from the others: the workload alone when that does,
    otherwise with the parameters that differ between the cases of that workload."""
    titles = {}
    for case in cases:
        siblings = [other for other in cases if other.workload == case.workload]
        shared = set.intersection(*(set(other.parameters) for other in siblings))
        telling = [f"{key}:{value}" for key, value in case.parameters if (key, value) not in shared]
        titles[case] = " ".join([case.workload, *telling])
    return titles


def served_by(row: Row) -> Sentence:
    """`production`/`per-thread`, with the schema when it is not the standard one, with memory
    statistics when they are off, and with the requests in flight when there are several: no rate of
    theirs is told without."""
    configuration = row.configuration
    parts = [Name(configuration.pragma_set), "/", Name(configuration.strategy)]
    if configuration.schema != STANDARD_SCHEMA:
        parts += [" on schema ", Name(configuration.schema)]
    told = [STATISTICS_OFF] if configuration.memory_statistics == OFF else []
    if configuration.load.in_flight > 1:
        told.append(in_flight_text(configuration.load))
    return (*parts, f" with {listed(told)}") if told else tuple(parts)


def in_flight_text(load: Load) -> str:
    """`32 requests in flight`."""
    return f"{load.in_flight} requests in flight"


def clients_text(row: Row) -> str:
    """`1 thread`, `10 threads`, `4 processes of 2 threads`."""
    load = row.configuration.load
    threads = plural(load.threads, "thread")
    return threads if load.processes == 1 else f"{load.processes} processes of {threads}"


def load_text(row: Row) -> str:
    """The clients, and their requests in flight when they have several."""
    load = row.configuration.load
    return ", ".join([clients_text(row), *([in_flight_text(load)] if load.in_flight > 1 else [])])


def strategy_text(row: Row) -> str:
    """The strategy as a table tells it: with the schema when that is not the standard one, and with
    memory statistics when they are off."""
    return ", ".join([row.configuration.strategy, *not_standard(row.configuration)])


def not_standard(configuration: Configuration) -> list[str]:
    """What a configuration has beside its set, strategy and load: nothing, for most."""
    schema = configuration.schema
    return [*([] if schema == STANDARD_SCHEMA else [f"schema {schema}"]),
            *([STATISTICS_OFF] if configuration.memory_statistics == OFF else [])]


def series_text(like: Configuration, quantity: str) -> str:
    """What the points of a scaling series share: set, strategy, schema, memory statistics, and the
    other loads."""
    load = like.load
    parts = [f"{like.pragma_set} / {like.strategy}", *not_standard(like)]
    if quantity != THREADS:
        parts.append(plural(load.threads, "thread"))
    if quantity != PROCESSES and load.processes > 1:
        parts.append(f"{load.processes} processes")
    if load.in_flight > 1:
        parts.append(in_flight_text(load))
    return ", ".join(parts)


def n_text(counts: Iterable[int]) -> str:
    """`n=9`, `n=6 to 9`."""
    found = sorted(set(counts))
    return f"n={found[0]}" if len(found) == 1 else f"n={found[0]} to {found[-1]}"


def change_text(change: levers.Change) -> str:
    """`checkpointing: background`, `32 requests in flight`, `group commit`, `memory statistics
    off`."""
    if change.lever == levers.IN_FLIGHT:
        return f"{change.after} requests in flight"
    if change.lever == levers.BUILD:
        return f"SQLite {change.after}"
    if change.lever in (levers.GROUP_COMMIT, levers.ONE_WRITER):
        return change.lever
    if change.lever == levers.MEMORY_STATISTICS:
        return f"{change.lever} {change.after}"
    return f"{change.lever}: {change.after}"


def step_text(step: levers.Step) -> str:
    """What a step of a ladder changed, and whether that cannot be told apart."""
    texts = [change_text(change) for change in step.changes]
    return listed(texts) + (" together" if len(texts) > 1 else "")


def effect_text(gain: Ratio) -> str:
    """`faster`, `slower`, or that the gain does not stand out of the noise."""
    if gain.interval is None:
        return "n too small"
    if gain.interval.low > 1.0:
        return "faster"
    return "slower" if gain.interval.high < 1.0 else "within the noise"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 workload`, `2 workloads`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def listed_names(names: Sequence[str], after: Sequence[str] = ()) -> Sentence:
    """The same with each word a Name, and a text of `after` behind each when given."""
    parts: list[str] = []
    for place, name in enumerate(names):
        if place:
            parts.append(" and " if place == len(names) - 1 else ", ")
        parts.append(Name(name))
        if after:
            parts.append(after[place])
    return tuple(parts)

"""Two results of `pragmark bench`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pragmark_report import words
from pragmark_report.model import Configuration, Measurement, Run

from .measured import line
from .model import Line, Metric


@dataclass(frozen=True)
class Quantity:
    """A counter of bench under the name that --metric takes."""

    name: str
    counter: str
    unit: str
    higher_is_better: bool = False


QUANTITIES = (
    Quantity("throughput", "items_per_second", "requests/s", True),
    Quantity("p50", "latency_us_p50", "us"),
    Quantity("p90", "latency_us_p90", "us"),
    Quantity("p99", "latency_us_p99", "us"),
    Quantity("p99.9", "latency_us_p99_9", "us"),
    Quantity("max", "latency_us_max", "us"),
)
DEFAULT_METRICS = ("throughput", "p99")


def metrics_of(a: Run, b: Run, names: Sequence[str]) -> tuple[Metric, ...]:
    """A metric for each name, with the benchmarks that have it on both sides."""
    pairs = _pairs(a, b)
    return tuple(Metric(each.name, each.unit, each.higher_is_better, _lines(pairs, each.counter))
                 for each in QUANTITIES if each.name in names)


def only(a: Run, b: Run) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The benchmarks that one side alone measured, of A and of B."""
    of_a = {each.configuration for each in a.measurements}
    of_b = {each.configuration for each in b.measurements}
    return (tuple(_whole_name(each.configuration) for each in a.measurements
                  if each.configuration not in of_b),
            tuple(_whole_name(each.configuration) for each in b.measurements
                  if each.configuration not in of_a))


def notes(a: Run, b: Run) -> tuple[str, ...]:
    """Benchmarks of both sides that have no figure on one."""
    erred = [_whole_name(mine.configuration) for mine, theirs in _pairs(a, b)
             if not _values(mine, "items_per_second") or not _values(theirs, "items_per_second")]
    return tuple(f"No figure on one side, it erred: {name}." for name in erred)


def _pairs(a: Run, b: Run) -> list[tuple[Measurement, Measurement]]:
    theirs = {each.configuration: each for each in b.measurements}
    return [(mine, theirs[mine.configuration]) for mine in a.measurements
            if mine.configuration in theirs]


def _lines(pairs: Sequence[tuple[Measurement, Measurement]], counter: str) -> tuple[Line, ...]:
    found = (line(_group(mine.configuration), _name(mine.configuration), _values(mine, counter),
                  _values(theirs, counter)) for mine, theirs in pairs)
    return tuple(each for each in found if each)


def _values(measurement: Measurement, counter: str) -> list[float]:
    return [each.counters[counter] for each in measurement.repetitions
            if each.error is None and counter in each.counters]


def _group(configuration: Configuration) -> str:
    load = configuration.load
    clients = words.plural(load.threads, "thread")
    if load.processes > 1:
        clients = f"{load.processes} processes of {clients}"
    parameters = words.case_parameters(configuration.case)
    parts = [configuration.case.workload, *([parameters] if parameters else []), clients]
    return ", ".join(parts)


def _name(configuration: Configuration) -> str:
    parts = [f"{configuration.pragma_set}/{configuration.strategy}",
             *words.not_standard(configuration)]
    if configuration.load.in_flight > 1:
        parts.append(words.in_flight_text(configuration.load))
    return ", ".join(parts)


def _whole_name(configuration: Configuration) -> str:
    return f"{_group(configuration)}: {_name(configuration)}"

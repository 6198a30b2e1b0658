"""Two results of `pragmark tune` that asked the same question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pragmark_report import words
from pragmark_report.errors import InputError
from pragmark_report.load_result import Result

from .measured import line
from .model import Fact, Line, Metric

QUANTITIES = (  # as --metric takes it, key of a value, unit, higher is better
    ("throughput", "throughput_per_second", "requests/s", True),
    ("p50", "p50_us", "us", False),
    ("p99", "p99_us", "us", False),
)
IDENTITY = ("pragmas", "strategy", "threads", "in_flight", "schema", "memory_statistics",
            "statement_logging", "program")


def refuse_unknown(names: Sequence[str]) -> None:
    """Raises InputError for a metric that results of tune do not have."""
    known = [each[0] for each in QUANTITIES]
    for name in names:
        if name not in known:
            raise InputError(f"--metric {name}", "a result of pragmark tune has none such",
                             f"choose from {words.listed(known)}")


def metrics_of(a: Result, b: Result, names: Sequence[str]) -> tuple[Metric, ...]:
    """Values of the blocks that chose, of configurations that are the same on both sides."""
    mine, theirs = _configurations(a), _configurations(b)
    found = []
    for name, key, unit, higher in QUANTITIES:
        if name in names:
            lines = [each for identity in mine if identity in theirs
                     for each in _lines(a, b, mine[identity], theirs[identity], key)]
            found.append(Metric(name, unit, higher, tuple(lines)))
    return tuple(found)


def facts_of(a: Result, b: Result) -> tuple[Fact, ...]:
    """The answers, and the sets that they recommend."""
    told = [("answer", "sentence"), ("recommended", "recommended_set")]
    return tuple(Fact(what, str(a.document["answer"][key] or words.NOTHING),
                      str(b.document["answer"][key] or words.NOTHING)) for what, key in told)


def only(a: Result, b: Result) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The configurations that one side alone measured, of A and of B."""
    mine, theirs = _configurations(a), _configurations(b)
    return (tuple(mine[each]["label"] for each in mine if each not in theirs),
            tuple(theirs[each]["label"] for each in theirs if each not in mine))


def _configurations(result: Result) -> dict[tuple, Mapping]:
    return {(*(each[key] for key in IDENTITY), *each["changes"], each["base"]): each
            for each in result.document["configurations"]}


def _lines(a: Result, b: Result, mine: Mapping, theirs: Mapping, key: str) -> list[Line]:
    found = []
    for workload in [each["workload"] for each in mine["measured"]]:
        made = line(_group(workload, mine, a), mine["label"],
                    _values(a, mine["id"], workload, key), _values(b, theirs["id"], workload, key))
        found += [made] if made else []
    return found


def _group(workload: str, configuration: Mapping, result: Result) -> str:
    told = result.document["parameters"]
    return (f"{workload}, {told['rows']:,} rows, payload {told['payload']}, "
            f"{words.plural(configuration['threads'], 'thread')}")


def _values(result: Result, identity: str, workload: str, key: str) -> list[float]:
    return [value[key] for block in result.document["blocks"] if block["phase"] == "main"
            for value in block["values"]
            if value["configuration"] == identity and value["workload"] == workload]

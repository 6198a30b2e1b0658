"""One Google Benchmark JSON file into one number a benchmark, or a refusal of one line.

Everything here fails closed, since Google Benchmark does not: a filter that matches nothing, a
benchmark that erred and a counter of NaN all end with exit code 0. What was not asked for is not
looked at, so that a broken benchmark can be left out with a filter, in plain sight.

`library_build_type` is not believed: it tells how the distribution compiled Google Benchmark.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pragmark_report.errors import InputError
from pragmark_report.json_file import NextSteps, read_object

from .model import Metric
from .words import listed

STEPS = NextSteps(
    give="give a JSON file of Google Benchmark (--benchmark_out)",
    again="mend the benchmark that writes it and measure again",
    refill="a filter that matches nothing and a program that stops early leave such a file",
)
RATES = ("items_per_second", "bytes_per_second")
TIMES = ("real_time", "cpu_time")
BUILD_TYPE = "Release"
JSON_SCHEMA_VERSION = 1  # of Google Benchmark 1.8 and later; 1.7 says none
# Google Benchmark appends these to a name; they say how long it ran, not what ran.
RUN_LENGTH = re.compile(r"/(?:iterations|repeats|min_time|min_warmup_time):[^/]*")
# What of a row is no counter.
NO_COUNTERS = frozenset(
    "name family_index per_family_instance_index run_name run_type repetitions repetition_index "
    "threads iterations time_unit aggregate_name aggregate_unit label".split()
)


@dataclass(frozen=True)
class Results:
    """What one file says about the benchmarks that were asked for."""

    digest: str  # SHA-256 of the bytes
    context: Mapping[str, object]  # as Google Benchmark wrote it; custom values are text
    values: Mapping[str, float]  # benchmark -> median of its repetitions, in the file's order
    units: Mapping[str, str]  # benchmark -> time_unit
    notes: tuple[str, ...]  # what a reader must know, one sentence each


def normalised(name: str) -> str:
    """The name without what only says how long the benchmark ran."""
    return RUN_LENGTH.sub("", name)


def load_results(
    path: str, metric: Metric, benchmarks: str = "", subject: str | None = None
) -> Results:
    """Raises InputError, about `subject` or else the path, for whatever cannot be compared.

    `benchmarks` is a regular expression that a normalised name must contain.
    """
    about = path if subject is None else subject
    file = read_object(path, STEPS, about)
    context = _context(about, file.document)
    groups = _chosen(about, _by_name(about, file.document), benchmarks)
    values, units = {}, {}
    for name, rows in groups.items():
        values[name] = statistics.median(_value(about, name, row, metric) for row in rows)
        units[name] = _unit(about, name, rows)
    digest = hashlib.sha256(file.data).hexdigest()
    return Results(digest, context, values, units, tuple(_notes(context, values, metric)))


def same_unit(name: str, baseline: str, candidate: str) -> None:
    """Raises InputError when the sides measured a benchmark in different units of time.

    Rates would not mind, but who changed the unit changed the benchmark.
    """
    if baseline != candidate:
        problem = f"{name} is measured in {candidate}, and by the baseline in {baseline}"
        raise InputError("the candidate", problem, "use one unit of time on both sides")


def _context(about: str, document: dict) -> dict:
    if "schema" in document:
        problem = f"unknown schema {json.dumps(document['schema'])[:60]}"
        raise InputError(about, problem, STEPS.give)
    context = document.get("context", {})
    if not isinstance(context, dict):
        raise InputError(about, "`context` is not an object", STEPS.give)
    version = context.get("json_schema_version", JSON_SCHEMA_VERSION)
    if version != JSON_SCHEMA_VERSION:
        problem = f"unknown schema: json_schema_version {json.dumps(version)[:60]}"
        raise InputError(about, problem, "use a gate that knows it")
    build = context.get("pragmark_build_type", BUILD_TYPE)
    if build != BUILD_TYPE:
        problem = f"measured with a `{build}` build, whose figures mean nothing"
        raise InputError(about, problem, "build with `cmake --preset release` and measure again")
    return context


def _by_name(about: str, document: dict) -> dict[str, list[dict]]:
    rows = document.get("benchmarks")
    if not isinstance(rows, list):
        raise InputError(about, "no list of `benchmarks`", STEPS.give)
    if not rows:
        raise InputError(about, "`benchmarks` is empty", "let its filter match a benchmark")
    groups: dict[str, list[dict]] = {}
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not row["name"]:
            raise InputError(about, "an entry of `benchmarks` has no name", STEPS.give)
        name = row.get("run_name")
        name = name if isinstance(name, str) and name else row["name"]
        groups.setdefault(normalised(name), []).append(row)
    return groups


def _chosen(about: str, groups: dict[str, list[dict]], pattern: str) -> dict[str, list[dict]]:
    """The rows that count, of the benchmarks that match."""
    try:
        matches = re.compile(pattern).search
    except re.error as error:
        raise InputError(f"pattern {pattern}", str(error), "give a regular expression") from None
    chosen = {name: rows for name, rows in groups.items() if matches(name)}
    if not chosen:
        problem = f"none of {len(groups)} benchmarks matches {pattern}"
        raise InputError(about, problem, f"it has {listed(list(groups))}")
    return {name: _counting_rows(about, name, rows) for name, rows in chosen.items()}


def _counting_rows(about: str, name: str, rows: list[dict]) -> list[dict]:
    """The repetitions; without any, the one row that holds their median."""
    for row in rows:
        _refuse_error(about, name, row)
        if row.get("run_type") not in ("iteration", "aggregate"):
            problem = f"{name} has a row that is neither a repetition nor an aggregate"
            raise InputError(about, problem, "write it with Google Benchmark 1.5 or later")
    repetitions = [row for row in rows if row["run_type"] == "iteration"]
    if not repetitions:
        repetitions = [row for row in rows if row.get("aggregate_name") == "median"]
        if len(repetitions) == 1:
            return repetitions
        problem = f"{name} has neither repetitions nor one median"
        raise InputError(about, problem, "measure without --benchmark_*aggregates_only")
    indices = [row.get("repetition_index", 0) for row in repetitions]
    if len(set(map(str, indices))) < len(indices):
        problem = f"{name} is there twice for one repetition"
        raise InputError(about, problem, "give each benchmark its own name, and each run its file")
    return repetitions


def _refuse_error(about: str, name: str, row: dict) -> None:
    """A benchmark that erred, or was skipped (Google Benchmark 1.9), measured nothing."""
    for flag, message, word in (
        ("error_occurred", "error_message", "erred"), ("skipped", "skip_message", "was skipped")
    ):
        if row.get(flag):
            reason = row.get(message) or row.get("error_message") or "no message"
            raise InputError(about, f"{name} {word}: {reason}", "mend it, or leave it out by name")


def _value(about: str, name: str, row: dict, metric: Metric) -> float:
    if metric.name not in row or metric.name in NO_COUNTERS:
        raise InputError(about, f"{name} has no `{metric.name}`", _other_metrics(row))
    value = row[metric.name]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(about, f"`{metric.name}` of {name} is not a number", STEPS.again)
    value = float(value)  # json_file refuses integers that are none
    if not (math.isfinite(value) and value > 0):
        problem = f"`{metric.name}` of {name} is {value:g}, of which no ratio can be taken"
        raise InputError(about, problem, STEPS.again)
    return value


def _other_metrics(row: dict) -> str:
    counters = [
        key for key, value in row.items()
        if key not in NO_COUNTERS and key not in TIMES
        and isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    choice = "gate its time with `--metric real_time:lower`"
    return f"{choice}, or one of its counters: {listed(counters)}" if counters else choice


def _unit(about: str, name: str, rows: Sequence[dict]) -> str:
    units = {str(row.get("time_unit", "ns")) for row in rows}
    if len(units) > 1:
        problem = f"{name} is measured in {' and in '.join(sorted(units))}"
        raise InputError(about, problem, "use one unit of time")
    return units.pop()


def _notes(context: dict, values: Mapping[str, float], metric: Metric) -> list[str]:
    notes = []
    if "pragmark_build_type" not in context:
        notes.append(
            "The results do not say how the program was compiled (library_build_type is that of "
            "Google Benchmark itself): see to it that both sides are optimised."
        )
    cpu_clock = [
        name for name in values
        if not {"real_time", "manual_time"} & set(name.split("/"))
    ]
    if metric.name in RATES and cpu_clock:
        notes.append(
            f"The rate of {listed(cpu_clock)} is per second of CPU time, which does not count "
            "waiting: UseRealTime() in the benchmark makes it count."
        )
    return notes

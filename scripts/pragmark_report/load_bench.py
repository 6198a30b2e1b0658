"""A Google Benchmark JSON document of `pragmark bench` into a Run.

`library_build_type` of the context is not read: it tells how the distribution compiled Google
Benchmark, not how pragmark was compiled. Aggregate rows are not read either: the report computes
its own statistics from the repetitions.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePath

from . import strategy as strategies
from .errors import InputError
from .model import (
    AS_BUILT,
    MEMORY_STATISTICS,
    NOT_STATED,
    STANDARD_SCHEMA,
    Case,
    Configuration,
    Load,
    Measurement,
    Repetition,
    Run,
)

BUILD_TYPE = "Release"
GRADES = ("A", "B", "C", "D", "F")  # of the machine; absent from older results
REQUIRED_CONTEXT = (
    "pragmark_version",
    "pragmark_build_type",
    "sqlite_version",
    "sqlite_source_id",
    "sqlite_compile_options",
    "filesystem",
    "block_device",
    "fdatasync_us_p50",
    "cpu_model",
    "memory_bytes",
    "virtualization",
    "kernel",
    "steal_percent",
    "seed",
)
COUNTERS = (
    "items_per_second",
    "reads_per_second",
    "writes_per_second",
    "latency_us_p50",
    "latency_us_p90",
    "latency_us_p99",
    "latency_us_p99_9",
    "latency_us_max",
    "busy_errors",
    "errors",
    "syncs_per_write",
    "checkpoints",
    "wal_bytes_max",
    "operations",
    "harness_ns_per_op",
)
# Google Benchmark appends these to a name; they say how long it ran, not what ran.
RUN_LENGTH_KEYS = {"iterations", "repeats", "min_time", "min_warmup_time"}
CLOCKS = {"real_time", "process_time", "manual_time"}
NAME_PART = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*):(.*)")
NAME_FORM = "WORKLOAD/SET/STRATEGY/rows:N/payload:P/real_time"
LOAD_KEYS = (  # in the order of Load's fields
    ("threads", "threads"),
    ("processes", "processes"),
    ("in_flight", "requests in flight"),
)
AGAIN = "run `pragmark bench` again"
NEWER = "report with the pragmark that measured it"


def bench_run(path: str, letter: str, digest: str, document: dict) -> Run:
    """Raises InputError when the document is not a complete, trustworthy bench result."""
    context = document.get("context")
    rows = document.get("benchmarks")
    if not isinstance(context, dict) or not isinstance(rows, list):
        give = "give a file that `pragmark bench --out` wrote"
        raise InputError(path, "JSON of another schema (no context and benchmarks)", give)
    _check_context(path, context)
    iterations = [_row(path, row) for row in rows]
    iterations = [row for row in iterations if row.get("run_type") == "iteration"]
    if not iterations:
        problem = "`benchmarks` is empty" if not rows else "only aggregates, no repetition"
        raise InputError(path, problem, f"{AGAIN} without a filter or --benchmark_*aggregates_only")
    measurements = _group(path, iterations)
    for measurement in measurements:
        name = measurement.configuration.pragma_set
        if f"pragma_set:{name}" not in context:
            raise InputError(path, f"context does not hold `pragma_set:{name}`", AGAIN)
    texts = {key: context_text(value) for key, value in context.items()}
    return Run(letter, PurePath(path).name, digest, texts, tuple(measurements))


def context_text(value: object) -> str:
    """A value of the context in one line, as the report and the gate show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(context_text(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={context_text(item)}" for key, item in value.items())
    return str(value)


def _check_context(path: str, context: dict) -> None:
    for key in REQUIRED_CONTEXT:
        if not isinstance(context.get(key), str):
            raise InputError(path, f"context has no text under `{key}`", AGAIN)
    build = context["pragmark_build_type"]
    if build != BUILD_TYPE:
        problem = f"measured with a `{build}` build, whose figures mean nothing"
        raise InputError(path, problem, "build with `cmake --preset release` and measure again")
    if context.get("environment_grade", GRADES[0]) not in GRADES:
        raise InputError(path, "context has an unknown grade under `environment_grade`", NEWER)


def _row(path: str, row: object) -> dict:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        raise InputError(path, "an entry of `benchmarks` has no name", AGAIN)
    return row


def _number(path: str, row: dict, key: str) -> float | None:
    """The number under a key, None when there is none. Neither negative nor beyond a float."""
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(path, f"`{key}` of {row['name']} is not a number", AGAIN)
    if value < 0 or value > 1e300:
        raise InputError(path, f"`{key}` of {row['name']} is negative or absurd", AGAIN)
    return float(value)


def parse_name(path: str, name: str, row_threads: float | None) -> Configuration:
    """Splits WORKLOAD/SET/STRATEGY/key:value.. where SET may itself hold slashes (a path).

    `row_threads` is the row's own count, used when the name has none.
    Raises InputError when the name has another form or was not measured in wall time.
    """
    parts = name.split("/")
    tail: list[tuple[str, str]] = []
    clocks = set()
    while parts and (parts[-1] in CLOCKS or NAME_PART.fullmatch(parts[-1])):
        part = parts.pop()
        if part in CLOCKS:
            clocks.add(part)
        else:
            key, value = part.split(":", 1)
            tail.append((key, value))
    if len(parts) < 3 or not all(parts):
        raise InputError(path, f"benchmark name {name} is not {NAME_FORM}", AGAIN)
    if "real_time" not in clocks and "manual_time" not in clocks:
        problem = f"{name} was measured in CPU time, which does not count waiting"
        raise InputError(path, problem, "measure with UseRealTime")
    values = dict(tail)
    if len(values) != len(tail):
        raise InputError(path, f"benchmark name {name} says one parameter twice", AGAIN)
    values.setdefault("threads", str(int(row_threads or 1)))
    load = Load(*(_count(path, name, values.pop(key, "1"), what) for key, what in LOAD_KEYS))
    schema = values.pop("schema", STANDARD_SCHEMA)
    memory_statistics = values.pop("memory_statistics", AS_BUILT)
    if memory_statistics not in MEMORY_STATISTICS:
        problem = f"benchmark name {name}: unknown value memory_statistics:{memory_statistics}"
        raise InputError(path, problem, NEWER)
    try:
        strategy = strategies.parse(parts[-1]).written
    except ValueError as error:
        raise InputError(path, f"benchmark name {name}: {error}", NEWER) from None
    kept = sorted((key, value) for key, value in values.items() if key not in RUN_LENGTH_KEYS)
    case = Case(parts[0], tuple(kept))
    return Configuration(case, "/".join(parts[1:-1]), strategy, load, schema, memory_statistics)


def _count(path: str, name: str, text: str, what: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text[:9]) < 10**8:
        return int(text)
    raise InputError(path, f"benchmark name {name} has no sensible number of {what}", AGAIN)


def _repetition(path: str, row: dict, configuration: Configuration) -> Repetition:
    index = int(_number(path, row, "repetition_index") or 0)
    label = row.get("label")
    durability = label if isinstance(label, str) and label else NOT_STATED
    if row.get("error_occurred"):
        error = str(row.get("error_message") or "an error without a message")
        return Repetition(index, {}, durability, error)
    found = {key: _number(path, row, key) for key in COUNTERS}
    counters = {key: value for key, value in found.items() if value is not None}
    if "items_per_second" not in counters:
        raise InputError(path, f"{row['name']} has no `items_per_second`", AGAIN)
    error = None
    if counters["items_per_second"] == 0:
        error = f"no request succeeded in repetition {index}"
    return Repetition(index, counters, durability, error)


def _group(path: str, rows: list[dict]) -> list[Measurement]:
    """One Measurement a configuration, in the order of the documentation, not of the file."""
    repetitions: dict[Configuration, list[Repetition]] = {}
    planned: Counter[Configuration] = Counter()
    for row in rows:
        name = row.get("run_name")
        name = name if isinstance(name, str) and name else row["name"]
        configuration = parse_name(path, name, _number(path, row, "threads"))
        found = repetitions.setdefault(configuration, [])
        repetition = _repetition(path, row, configuration)
        if any(repetition.index == other.index for other in found):
            problem = f"repetition {repetition.index} of {name} is there twice"
            raise InputError(path, problem, "give each run as its own file")
        found.append(repetition)
        count = int(_number(path, row, "repetitions") or 1)
        planned[configuration] = max(planned[configuration], count)
    return [
        Measurement(
            configuration,
            tuple(sorted(repetitions[configuration], key=lambda repetition: repetition.index)),
            planned[configuration],
        )
        for configuration in sorted(repetitions, key=Configuration.sort_key)
    ]

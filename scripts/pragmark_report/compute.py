"""The model into a summary: what each configuration sustained, and what that says of the target.

Pure. A configuration of which any repetition erred has no figure: those that did not err would be
a selection. Repetitions are never pooled over runs.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from . import stats
from .model import (
    AS_BUILT,
    BASELINE_SET,
    BASELINE_STRATEGY,
    NOT_STATED,
    Case,
    Configuration,
    Inputs,
    Measurement,
    Run,
    Verification,
)
from .stats import Interval, Ratio

TARGET_PER_SECOND = 60_000.0
WORST_OF_ALL = ("latency_us_max", "wal_bytes_max")  # the largest over repetitions, not the median
MOST_FAILED_PERCENT = 0.1  # of requests, in a configuration that may be called `reached`; as in bench
FAILURES = ("busy_errors", "errors")  # requests that failed with BUSY, and those that failed else

# Keys that describe a measurement rather than what it ran on: two runs of one machine differ here.
NOT_ENVIRONMENT = {
    "date",
    "load_avg",
    "mhz_per_cpu",
    "fdatasync_us_p50",
    "steal_percent",
    "environment_grade",
    "environment_reasons",
    "counting_vfs_cost_percent",
    "counting_vfs_read_cost_percent",
    "command",
    "preset",
    "seed",
    "executable",
    "library_build_type",
    "filesystem_warning",
}
# Keys of what was measured: a PRAGMA set, and the Python of python-original.
OF_SOME_RUNS = ("pragma_set:", "python_")


@dataclass(frozen=True)
class Throughput:
    """Requests that succeeded, per second, over the repetitions of one configuration."""

    median_per_second: float
    interval: Interval | None  # None: n is too small for 95%
    noise_percent: float
    repetitions_per_second: tuple[float, ...]


@dataclass(frozen=True)
class Row:
    """One configuration of one run. Either `error` or `throughput` is None, never both."""

    configuration: Configuration
    durability: str
    n: int
    repetitions_planned: int
    error: str | None
    throughput: Throughput | None
    attainment: str | None
    failed_requests: float | None  # None: not counted
    failed_percent: float | None  # of the requests that were made
    counters: Mapping[str, float]  # medians over repetitions; see WORST_OF_ALL
    p99_interval: Interval | None = None  # of the median of latency_us_p99
    p99_9_us_repetitions: tuple[float, ...] = ()  # empty unless every repetition has one above 0
    over_baseline: Ratio | None = None  # against default/open-per-op of the same case and clients

    @property
    def has_failures(self) -> bool:
        """Whether requests failed; their time is in the rate, they themselves are not."""
        return bool(self.failed_requests)


@dataclass(frozen=True)
class Answer:
    """What one case of one run says of the target."""

    case: Case
    rows: tuple[Row, ...]
    best: Row | None  # None: every one that can_answer() erred, or there is none
    best_serial: Row | None  # the best of those with one request at a time a client
    best_power_safe: Row | None
    attainment: str | None
    missing_factor: Ratio | None  # target / best; None unless the target is missed or undecided

    @property
    def in_flight(self) -> bool:
        """Whether the answer takes clients that have several requests under way."""
        return self.best is not None and self.best is not self.best_serial


@dataclass(frozen=True)
class RunSummary:
    """One run with its answers, in the order of the documentation."""

    run: Run
    answers: tuple[Answer, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All configurations."""
        return tuple(row for answer in self.answers for row in answer.rows)


@dataclass(frozen=True)
class Summary:
    """All runs, side by side. `differing_keys` names the environment keys that are not alike."""

    target_per_second: float
    runs: tuple[RunSummary, ...]
    verifications: tuple[Verification, ...]
    differing_keys: tuple[str, ...]


def summarise(inputs: Inputs, target_per_second: float) -> Summary:
    """REQUIRES: target_per_second is positive."""
    runs = tuple(_run_summary(run, target_per_second) for run in inputs.runs)
    return Summary(target_per_second, runs, inputs.verifications, differing_keys(inputs.runs))


def differing_keys(runs: Sequence[Run]) -> tuple[str, ...]:
    """The environment keys under which the runs do not all say the same, sorted."""
    return differing([run.context for run in runs])


def differing(contexts: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    keys = {key for context in contexts for key in context} - NOT_ENVIRONMENT
    keys = {key for key in keys if not key.startswith(OF_SOME_RUNS) or _shared(contexts, key)}
    return tuple(sorted(key for key in keys
                        if len({context.get(key) for context in contexts}) > 1))


def _shared(contexts: Sequence[Mapping[str, str]], key: str) -> bool:
    """What only one run measured is no difference of environment; a set redefined is one."""
    return sum(key in context for context in contexts) > 1


def _run_summary(run: Run, target: float) -> RunSummary:
    cases: dict[Case, list[Row]] = {}
    for measurement in run.measurements:
        cases.setdefault(measurement.configuration.case, []).append(_row(measurement, target))
    answers = (_answer(case, _with_ratios(rows), target) for case, rows in cases.items())
    return RunSummary(run, tuple(answers))


def _row(measurement: Measurement, target: float) -> Row:
    repetitions = measurement.repetitions
    stated = sorted({r.durability for r in repetitions} - {NOT_STATED})
    row = Row(
        configuration=measurement.configuration,
        durability=" or ".join(stated) or NOT_STATED,
        n=len(repetitions),
        repetitions_planned=measurement.repetitions_planned,
        error=_error(measurement),
        throughput=None,
        attainment=None,
        failed_requests=None,
        failed_percent=None,
        counters={},
    )
    if row.error is not None:
        return row
    rates = [r.counters["items_per_second"] for r in repetitions]
    throughput = Throughput(
        statistics.median(rates),
        stats.median_interval(rates),
        stats.noise_percent(rates),
        tuple(rates),
    )
    failed, percent = _failures([r.counters for r in repetitions])
    p99 = [r.counters["latency_us_p99"] for r in repetitions if "latency_us_p99" in r.counters]
    p99_9 = tuple(r.counters.get("latency_us_p99_9", 0.0) for r in repetitions)
    return replace(
        row,
        p99_interval=stats.median_interval(p99),
        p99_9_us_repetitions=p99_9 if all(p99_9) else (),
        throughput=throughput,
        attainment=_attainment(throughput.interval, target, percent if failed else 0.0),
        failed_requests=failed,
        failed_percent=percent,
        counters=_counters([r.counters for r in repetitions]),
    )


def _attainment(interval: stats.Interval | None, target: float, failed_percent: float | None
                ) -> str:
    """A failed write is quick and leaves time for reads: the rate is then that of another mix.
    None: requests failed, but their share is not known."""
    by_rate = stats.attainment(interval, target)
    too_many = failed_percent is None or failed_percent > MOST_FAILED_PERCENT
    return stats.UNDECIDED if by_rate == stats.REACHED and too_many else by_rate


def _error(measurement: Measurement) -> str | None:
    errors = [r.error for r in measurement.repetitions if r.error is not None]
    if not errors:
        return None
    n = len(measurement.repetitions)
    return errors[0] if n == 1 else f"{errors[0]} ({len(errors)} of {n} repetitions erred)"


def _counters(repetitions: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Per counter the median of the repetitions that have it, or the largest (WORST_OF_ALL)."""
    names = sorted({name for counters in repetitions for name in counters})
    summary = {}
    for name in names:
        values = [counters[name] for counters in repetitions if name in counters]
        summary[name] = max(values) if name in WORST_OF_ALL else statistics.median(values)
    return summary


def _failures(
    repetitions: Sequence[Mapping[str, float]]
) -> tuple[float | None, float | None]:
    """Failed requests of all repetitions, and their share of all requests in percent.

    `operations` counts the requests that were made, failed ones too.
    None where the result does not count them.
    """
    if not any(name in counters for counters in repetitions for name in FAILURES):
        return None, None
    failed = sum(counters.get(name, 0.0) for counters in repetitions for name in FAILURES)
    made = sum(counters.get("operations", 0.0) for counters in repetitions)
    if failed == 0 or made < failed:
        return failed, 0.0 if failed == 0 else None
    return failed, 100.0 * failed / made


def _with_ratios(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The same rows with `over_baseline` where the case has a baseline with the same clients. Its
    memory statistics are as built, whatever those of the row."""
    baselines = {
        row.configuration.load: row
        for row in rows
        if row.configuration.pragma_set == BASELINE_SET
        and row.configuration.strategy == BASELINE_STRATEGY
        and row.configuration.memory_statistics == AS_BUILT
        and not row.configuration.is_variant
    }
    return tuple(_with_ratio(row, baselines.get(row.configuration.load.serial)) for row in rows)


def _with_ratio(row: Row, baseline: Row | None) -> Row:
    if baseline is None or baseline is row or not row.throughput or not baseline.throughput:
        return row
    rates = row.throughput.repetitions_per_second
    base_rates = baseline.throughput.repetitions_per_second
    return replace(row, over_baseline=stats.ratio(rates, base_rates))


def best_row(rows: Sequence[Row]) -> Row | None:
    """The highest median of the library's own. A configuration in which requests failed is only
    chosen when there is nothing else, a yardstick or a variant of the schema never."""

    def merit(row: Row) -> tuple[bool, float]:
        return (not row.has_failures, row.throughput.median_per_second)

    ours = (row for row in rows if row.throughput and can_answer(row))
    return max(ours, key=merit, default=None)


def can_answer(row: Row) -> bool:
    """Whether the row says what the library, as it is, makes of a workload."""
    return not row.configuration.is_yardstick and not row.configuration.is_variant


def _answer(case: Case, rows: tuple[Row, ...], target: float) -> Answer:
    best = best_row(rows)
    serial = best_row([row for row in rows if row.configuration.load.in_flight == 1])
    power_safe = best_row([row for row in rows if row.durability == "power-safe"])
    missing = None
    if best is not None and best.attainment != stats.REACHED:
        missing = _missing_factor(best.throughput, target)
    attainment = best.attainment if best else None
    return Answer(case, rows, best, serial, power_safe, attainment, missing)


def _missing_factor(throughput: Throughput, target: float) -> Ratio:
    interval = throughput.interval
    if interval is not None:
        interval = Interval(target / interval.high, target / interval.low, interval.coverage)
    factor = target / throughput.median_per_second
    assert math.isfinite(factor)
    return Ratio(factor, interval)

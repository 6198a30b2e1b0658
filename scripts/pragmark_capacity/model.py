"""The words of a capacity experiment: the shape that is loaded, the step that is offered, the
objective that it must hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import words

PERCENTILES = {50.0: "p50", 90.0: "p90", 99.0: "p99", 99.9: "p99_9"}  # as a step names them
CLOSED = "closed"
TIMEOUT_MS = 1000.0
TIMEOUTS_PER_LIMIT = 4.0  # a request is late long before it is given up
US_PER_MS = 1000.0
LEAST_REQUESTS = 20  # of a step, whatever the percentile: chance does not leave it without any
WARM_UP_SHARE = 0.25  # of a step; at least
LEAST_WARM_UP_SECONDS = 0.5

Step = Mapping[str, Any]  # STEP of pragmark-load/1, checked by protocol.py


@dataclass(frozen=True)
class Shape:
    """How pragmark load is started: one database and who works on it."""

    pragmas: str = "production"
    strategy: str = "per-thread"
    threads: int = 10
    rows: int = 1000
    payload: str = "small"
    mix: str = "read=90,write=10"
    keys: str = "uniform"
    directory: str = "."
    seed: int = 0
    cpus: int | None = None  # None: all that we may use
    sync_delay_us: int = 0

    def words(self) -> list[str]:
        words = ["--pragmas", self.pragmas, "--strategy", self.strategy,
                 "--threads", str(self.threads), "--rows", str(self.rows),
                 "--payload", self.payload, "--mix", self.mix, "--keys", self.keys,
                 "--dir", self.directory, "--seed", str(self.seed)]
        if self.cpus is not None:
            words += ["--cpus", str(self.cpus)]
        if self.sync_delay_us:
            words += ["--sync-delay-us", str(self.sync_delay_us)]
        return words


@dataclass(frozen=True)
class Objective:
    """What a step must hold. All of it at once."""

    percentile: float = 99.0
    limit_ms: float = 10.0
    errors: int = 0  # requests of a step that may fail, time out or stay unsent
    wal_limit_bytes: int | None = None

    @property
    def name(self) -> str:
        return f"p{self.percentile:g}"

    @property
    def text(self) -> str:
        failures = "no errors" if self.errors == 0 else f"at most {self.errors} errors a step"
        wal = ("" if self.wal_limit_bytes is None
               else f", a WAL of at most {self.wal_limit_bytes / 1048576:g} MiB")
        return f"{self.name} <= {self.limit_ms:g} ms, {failures}{wal}"

    @property
    def timeout_ms(self) -> float:
        return max(TIMEOUT_MS, TIMEOUTS_PER_LIMIT * self.limit_ms)

    @property
    def least_requests(self) -> int:
        """Fewer cannot show such a percentile: not one would lie above it."""
        return round(1.0 / (1.0 - self.percentile / 100.0))

    @property
    def enough_requests(self) -> int:
        """A step with fewer is no evidence."""
        return max(2 * self.least_requests, LEAST_REQUESTS)

    def latency_ms(self, step: Step) -> float | None:
        value = step["latency_us"][PERCENTILES[self.percentile]]
        return None if value is None else value / US_PER_MS

    def reason(self, step: Step) -> str:
        """Why the step does not hold; empty when it does."""
        failed = sum(step["failed"].values())
        latency = self.latency_ms(step)
        if step["saturated"]:
            return (f"saturated: {step['achieved_per_second']:,.0f} of "
                    f"{step['offered_per_second']:,.0f} requests/s succeeded in time")
        if failed > self.errors:
            return f"{failed:,} of {step['intended']:,} requests failed"
        if step["wal_limit_exceeded"]:
            return f"the WAL grew to {step['io']['wal_bytes_max'] / 1048576:.3g} MiB"
        if latency is None:
            return "no request was answered"
        if latency > self.limit_ms:
            return f"{self.name} {words.ms(latency)}"
        return ""


def too_few(option: str, seconds: float, rate: float, objective: Objective) -> str:
    """The complaint about a step in which the percentile would rest on too few requests."""
    return (f"{option} {seconds:g}s has {words.number(rate * seconds)} requests at "
            f"{words.rate(rate)}, too few for {objective.name}; give {option} "
            f"{math.ceil(objective.enough_requests / rate)}s or more")


@dataclass(frozen=True)
class Request:
    """One step to ask for. `rate` None: a closed loop, without a schedule."""

    rate: float | None
    seconds: float
    arrivals: str = CLOSED
    seed: int = 0
    timeout_ms: float = TIMEOUT_MS
    window_ms: float = 1000.0
    wal_limit_bytes: int | None = None
    antagonist: Mapping[str, Any] | None = None

    @property
    def warmup_seconds(self) -> float:
        return warm_up(self.seconds)

    def message(self) -> dict[str, Any]:
        return {
            "say": "step", "rate": self.rate, "arrivals": CLOSED if self.rate is None
            else self.arrivals, "duration_s": self.seconds, "warmup_s": self.warmup_seconds,
            "timeout_ms": self.timeout_ms, "window_ms": self.window_ms, "seed": self.seed,
            "wal_limit_bytes": self.wal_limit_bytes, "antagonist": self.antagonist, "stall": None,
        }


def warm_up(step_seconds: float) -> float:
    """A longer step does not need a longer warm-up than that."""
    return min(2.0, max(LEAST_WARM_UP_SECONDS, WARM_UP_SHARE * step_seconds))


@dataclass(frozen=True)
class Recorded:
    """A step that was run, and what was asked of it."""

    index: int
    purpose: str
    shape: str  # what differs from the parameters; empty: nothing
    holds: bool | None
    reason: str
    step: Step


@dataclass(frozen=True)
class Estimate:
    """A value with its 95% interval; None where there are too few runs for one."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Answer:
    sentence: str
    verdict: str
    exit_code: int
    rate: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What a question found: the answer, its part of the document, what limits it."""

    answer: Answer
    parts: Mapping[str, Any] = field(default_factory=dict)  # members of the document
    caveats: tuple[str, ...] = ()

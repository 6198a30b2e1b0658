"""The answers of pragmark-load/1, checked member by member: a figure that is not there, not finite or
of another kind is a ProtocolError, never a guess."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

PROTOCOL = "pragmark-load/1"
PERCENTILE_NAMES = ("p50", "p90", "p99", "p99_9", "max")
FAILURES = ("busy", "error", "timed_out", "not_sent", "wrong_row")
COUNTS = ("intended", "sent", "succeeded")
NUMBERS = ("seconds", "offered_per_second", "achieved_per_second", "answered_per_second",
           "cpu_seconds")
IO_NUMBERS = ("syncs", "wal_bytes", "main_bytes", "read_bytes", "checkpoints", "wal_bytes_max",
              "sync_seconds")
ANTAGONIST_NUMBERS = ("begin_s", "end_s")
MAYBE_NUMBERS = ("steal_percent", "lock_wait_seconds")
WINDOW_NUMBERS = ("t_s", "succeeded", "failed", "wal_bytes", "checkpoints", "syncs")
WINDOW_LATENCIES = ("p50_us", "p99_us", "max_us")


class ProtocolError(Exception):
    """What is wrong with an answer, as the rest of a sentence about the program."""


class ErrorAnswer(Exception):
    """The program says itself that it failed."""

    def __init__(self, message: str, environment: bool) -> None:
        super().__init__(message)
        self.environment = environment  # the machine is at fault, not the program


@dataclass(frozen=True)
class Operation:
    name: str
    share: float
    writes: bool


@dataclass(frozen=True)
class Ready:
    context: Mapping[str, str]
    operations: tuple[Operation, ...]

    @property
    def write_share(self) -> float:
        return sum(each.share for each in self.operations if each.writes)


def decode(line: bytes) -> dict[str, Any]:
    """A whole answer. Raises ErrorAnswer when the program says that it failed."""
    try:
        answer = json.loads(line, parse_constant=_refuse_constant)
    except ValueError as error:
        raise ProtocolError(f"answered something that is no JSON ({error})") from None
    if not isinstance(answer, dict):
        raise ProtocolError("answered JSON that is no object")
    if answer.get("say") == "error":
        raise ErrorAnswer(str(answer.get("message", "no message")),
                          answer.get("environment") is True)
    return answer


def ready(answer: Mapping[str, Any]) -> Ready:
    _expect(answer, "ready")
    if answer.get("protocol") != PROTOCOL:
        raise ProtocolError(f"speaks {answer.get('protocol')!r}, not {PROTOCOL}")
    operations = []
    for row in _field(answer, "operations", list):
        if not isinstance(row, dict):
            raise ProtocolError("listed an operation that is no object")
        operations.append(Operation(_field(row, "name", str), _number(row, "share"),
                                    _field(row, "writes", bool)))
    if not operations:
        raise ProtocolError("has no operations")
    context = _field(answer, "context", dict)
    return Ready({str(key): str(value) for key, value in context.items()}, tuple(operations))


def result(answer: dict[str, Any]) -> dict[str, Any]:
    """The STEP, without the word that says what it is."""
    _expect(answer, "result")
    for key in COUNTS:
        _count(answer, key)
    for key in NUMBERS:
        _number(answer, key)
    for key in MAYBE_NUMBERS:
        if answer.get(key) is not None:
            _number(answer, key)
    for key in ("latency_us", "service_us"):
        _percentiles(_field(answer, key, dict), PERCENTILE_NAMES, key)
    failed = _field(answer, "failed", dict)
    for key in FAILURES:
        _count(failed, key)
    io = _field(answer, "io", dict)
    for key in IO_NUMBERS:
        _number(io, key)
    for key in ("saturated", "wal_limit_exceeded"):
        _field(answer, key, bool)
    for window in _field(answer, "windows", list):
        if not isinstance(window, dict):
            raise ProtocolError("answered a window that is no object")
        for key in WINDOW_NUMBERS:
            _number(window, key)
        _percentiles(window, WINDOW_LATENCIES, "windows")
    for stall in _field(answer, "checkpoint_stalls", list):
        if not isinstance(stall, dict) or not _is_finite(stall.get("ms")):
            raise ProtocolError("answered a checkpoint stall without its ms")
    if answer.get("antagonist") is not None:
        for key in ANTAGONIST_NUMBERS:
            _number(_field(answer, "antagonist", dict), key)
    _check_sums(answer, failed)
    _field(answer, "operations", dict)
    return {key: value for key, value in answer.items() if key != "say"}


def _check_sums(answer: Mapping[str, Any], failed: Mapping[str, int]) -> None:
    """A request is counted once: a program that loses some would look better than it is."""
    if answer["intended"] != answer["sent"] + failed["not_sent"]:
        raise ProtocolError(f"intended {answer['intended']} requests and accounts for "
                            f"{answer['sent'] + failed['not_sent']}")
    ended = answer["succeeded"] + sum(failed[key] for key in ("busy", "error", "timed_out"))
    if answer["sent"] != ended + failed["wrong_row"]:
        raise ProtocolError(f"sent {answer['sent']} requests and accounts for {ended}")
    if answer["seconds"] <= 0:
        raise ProtocolError(f"took {answer['seconds']} seconds for a step")


def _expect(answer: Mapping[str, Any], word: str) -> None:
    if answer.get("say") != word:
        raise ProtocolError(f"said {answer.get('say')!r} where {word!r} is due")


def _percentiles(answer: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in names:
        if name not in answer:
            raise ProtocolError(f"answered {where} without {name}")
        if answer[name] is not None:
            _number(answer, name)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _field(answer: Mapping[str, Any], key: str, kind: type) -> Any:
    if not isinstance(answer.get(key), kind):
        raise ProtocolError(f"answered without {key}, or with one of another kind")
    return answer[key]


def _count(answer: Mapping[str, Any], key: str) -> int:
    value = answer.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ProtocolError(f"answered {key} = {value!r}, which is no count")
    return value


def _is_finite(value: object) -> bool:
    return (isinstance(value, (int, float)) and not isinstance(value, bool)
            and math.isfinite(value))


def _number(answer: Mapping[str, Any], key: str) -> float:
    value = answer.get(key)
    if not _is_finite(value) or value < 0:
        raise ProtocolError(f"answered {key} = {value!r}, which is no number of at least 0")
    return float(value)

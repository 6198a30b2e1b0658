"""The answers of the slice protocol, pragmark-slices/1, checked field by field.

Strict, because a gate that overlooks a wrong answer passes wrong programs: an answer that is not
exactly what was asked for is a ProtocolError, and the client says which arm gave it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

PROTOCOL = "pragmark-slices/1"
IO_COUNTS = ("syncs", "checkpoints", "wal_bytes", "main_bytes")


class ProtocolError(Exception):
    """What is wrong with an answer, as the rest of a sentence about the arm."""


class ErrorAnswer(Exception):
    """The program says itself that it failed."""

    def __init__(self, message: str, environment: bool) -> None:
        super().__init__(message)
        self.environment = environment  # the machine is at fault, not the program


@dataclass(frozen=True)
class Ready:
    threads: Mapping[str, int]  # benchmark -> its threads, in the program's order
    context: Mapping[str, str]


@dataclass(frozen=True)
class Slice:
    """One slice of fixed work."""

    operations: int
    seconds: float
    reads: int
    writes: int
    busy_errors: int
    latency_us_p50: float
    latency_us_p99: float
    io: Mapping[str, int] | None  # None: the program runs without its counting layer


@dataclass(frozen=True)
class Closed:
    """What the program found in the database after all slices."""

    rows: int
    reads: int
    writes: int
    checksum: str


def decode(line: bytes, expected: str) -> dict[str, Any]:
    """The answer `expected`, or the exception that says what came instead."""
    try:
        answer = json.loads(line, parse_constant=_refuse_constant)
    except ValueError as error:
        raise ProtocolError(f"answered something that is no JSON ({error})") from None
    if not isinstance(answer, dict):
        raise ProtocolError("answered JSON that is no object")
    if answer.get("say") == "error":
        raise ErrorAnswer(str(answer.get("message", "no message")), bool(answer.get("environment")))
    if answer.get("say") != expected:
        raise ProtocolError(f"said {answer.get('say')!r} where {expected!r} is due")
    return answer


def ready(answer: Mapping[str, Any]) -> Ready:
    if answer.get("protocol") != PROTOCOL:
        raise ProtocolError(f"speaks {answer.get('protocol')!r}, not {PROTOCOL}")
    rows = _field(answer, "benchmarks", list)
    threads: dict[str, int] = {}
    for row in rows:
        if not isinstance(row, dict):
            raise ProtocolError("listed a benchmark that is no object")
        name = _field(row, "name", str)
        if name in threads:
            raise ProtocolError(f"listed {name} twice")
        threads[name] = _count(row, "threads", least=1)
    if not threads:
        raise ProtocolError("has no benchmarks")
    context = _field(answer, "context", dict)
    return Ready(threads, {str(key): str(value) for key, value in context.items()})


def opened(answer: Mapping[str, Any], asked: int, threads: int) -> int:
    """The operations of a slice: those asked for, rounded up to a multiple of the threads."""
    operations = _count(answer, "operations", least=1)
    expected = -(-asked // threads) * threads
    if operations != expected:
        raise ProtocolError(
            f"opened with {operations} operations a slice where {expected} are due")
    return operations


def slice_answer(answer: Mapping[str, Any], operations: int) -> Slice:
    if (done := _count(answer, "operations")) != operations:
        raise ProtocolError(f"did {done} operations in a slice of {operations}")
    if errors := _count(answer, "errors"):
        raise ErrorAnswer(f"{errors} of {done} operations erred in a slice", environment=False)
    seconds = _number(answer, "seconds")
    if seconds <= 0:
        raise ProtocolError(f"took {seconds} seconds for a slice")
    io = _field(answer, "io", dict) if "io" in answer else None
    return Slice(
        operations, seconds, _count(answer, "reads"), _count(answer, "writes"),
        _count(answer, "busy_errors"), _number(answer, "latency_us_p50"),
        _number(answer, "latency_us_p99"),
        None if io is None else {name: _count(io, name) for name in IO_COUNTS},
    )


def closed(answer: Mapping[str, Any]) -> Closed:
    checksum = _field(answer, "checksum", str)
    if not checksum:
        raise ProtocolError("closed without a checksum")
    return Closed(_count(answer, "rows"), _count(answer, "reads"), _count(answer, "writes"),
                  checksum)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _field(answer: Mapping[str, Any], key: str, kind: type) -> Any:
    if not isinstance(answer.get(key), kind):
        raise ProtocolError(f"answered without {key}, or with one of another kind")
    return answer[key]


def _count(answer: Mapping[str, Any], key: str, least: int = 0) -> int:
    value = answer.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ProtocolError(f"answered {key} = {value!r}, which is no count")
    return value


def _number(answer: Mapping[str, Any], key: str) -> float:
    value = answer.get(key)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise ProtocolError(f"answered {key} = {value!r}, which is no number")
    if value < 0:
        raise ProtocolError(f"answered {key} = {value!r}, which is below zero")
    return float(value)

"""Reads one JSON file that must hold an object, and refuses everything else with one line.

Shared by the programs that are given result files: the report and the gate.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError, one_line

MAX_FILE_BYTES = 256 * 1024 * 1024
LARGEST_INTEGER = 10**300  # larger ones cannot become a float
PIECE_BYTES = 16 * 1024 * 1024  # a file that never ends is noticed before it fills the memory


@dataclass(frozen=True)
class NextSteps:
    """What a refusal tells the user to do."""

    give: str  # when this is not the right file
    again: str  # when the file holds no numbers to use
    refill: str  # when it is empty


@dataclass(frozen=True)
class JsonFile:
    """The bytes as they were, and the object with all its text made printable."""

    data: bytes
    document: dict


def read_object(path: str, steps: NextSteps, subject: str | None = None,
                lines_in: frozenset[str] = frozenset()) -> JsonFile:
    """Raises InputError about `subject`, which is the path unless another name says more. Texts
    under the keys `lines_in` keep their lines; all others become one."""
    about = path if subject is None else subject
    data = _read(path, about, steps)
    return JsonFile(data, _parse(about, data, steps, lines_in))


def _read(path: str, subject: str, steps: NextSteps) -> bytes:
    data = b""
    try:
        with Path(path).open("rb") as file:
            while len(data) <= MAX_FILE_BYTES and (piece := file.read(PIECE_BYTES)):
                data += piece
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        problem = getattr(error, "strerror", None) or str(error)
        raise InputError(subject, problem, steps.give) from None
    if len(data) > MAX_FILE_BYTES:
        raise InputError(subject, f"larger than {MAX_FILE_BYTES >> 20} MiB", steps.give)
    if not data.strip():
        raise InputError(subject, "empty file", steps.refill)
    return data


def _parse(subject: str, data: bytes, steps: NextSteps, lines_in: frozenset[str]) -> dict:
    def refuse(literal: str) -> float:
        raise InputError(subject, f"holds the number {literal}", steps.again)

    def finite(literal: str) -> float:
        number = float(literal)
        return number if math.isfinite(number) else refuse(literal[:30])

    def whole(literal: str) -> int:
        number = int(literal)
        return number if abs(number) <= LARGEST_INTEGER else refuse(f"{literal[:30]}..")

    try:
        document = json.loads(data.decode("utf-8"), parse_constant=refuse, parse_float=finite,
                              parse_int=whole)
    except UnicodeDecodeError:
        raise InputError(subject, "not UTF-8 text, so not JSON", steps.give) from None
    except RecursionError:
        raise InputError(subject, "JSON nested too deeply", steps.give) from None
    except json.JSONDecodeError as error:
        complaint = "truncated JSON" if error.pos >= len(data.rstrip()) else "not valid JSON"
        problem = f"{complaint} (line {error.lineno}: {error.msg})"
        raise InputError(subject, problem, steps.give) from None
    except ValueError:  # an integer of more digits than Python converts
        raise InputError(subject, "holds a number of absurd length", steps.give) from None
    if not isinstance(document, dict):
        problem = "JSON, but not a result (no object at the top)"
        raise InputError(subject, problem, steps.give)
    return _printable(document, lines_in)


def _printable(value: object, lines_in: frozenset[str]) -> object:
    """The same JSON value with all its text, keys too, made one printable line."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, list):
        return [_printable(item, lines_in) for item in value]
    if isinstance(value, dict):
        return {one_line(key): _printable_lines(item) if key in lines_in and isinstance(item, str)
                else _printable(item, lines_in) for key, item in value.items()}
    return value


def _printable_lines(text: str) -> str:
    return "\n".join(one_line(line) for line in text.split("\n"))

"""Reads result files into the model and refuses everything it does not know.

Every refusal is an InputError with one line. A result that passes may still hold benchmarks that
erred: those are results too. All text that leaves this file is one printable line.
"""

from __future__ import annotations

import hashlib
import json
import math
import string
from collections.abc import Sequence
from pathlib import Path

from .errors import InputError, one_line
from .load_bench import bench_run
from .load_verify import VERIFY_SCHEMA, verification
from .model import Inputs

MAX_FILE_BYTES = 256 * 1024 * 1024
PIECE_BYTES = 16 * 1024 * 1024  # a file that never ends is noticed before it fills the memory
MAX_RUNS = len(string.ascii_uppercase)
GIVE_BENCH = "give a file that `pragmark bench --out` wrote"


def load(paths: Sequence[str]) -> Inputs:
    """Loads all files. Raises InputError for the first that cannot be used."""
    runs, verifications = [], []
    for path in paths:
        data = _read(path)
        document = _parse(path, data)
        schema = document.get("schema")
        if schema == VERIFY_SCHEMA:
            verifications.append(verification(path, document))
        elif schema is not None:
            raise InputError(path, f"unknown schema {json.dumps(schema)[:60]}", GIVE_BENCH)
        elif len(runs) == MAX_RUNS:
            raise InputError(path, f"more than {MAX_RUNS} results", "make two reports")
        else:
            letter = string.ascii_uppercase[len(runs)]
            run = bench_run(path, letter, hashlib.sha256(data).hexdigest(), document)
            runs.append(run)
    if not runs:
        raise InputError(paths[0], "no benchmark result among the files", GIVE_BENCH)
    return Inputs(tuple(runs), tuple(verifications))


def _read(path: str) -> bytes:
    data = b""
    try:
        with Path(path).open("rb") as file:
            while len(data) <= MAX_FILE_BYTES and (piece := file.read(PIECE_BYTES)):
                data += piece
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        raise InputError(path, getattr(error, "strerror", None) or str(error), GIVE_BENCH) from None
    if len(data) > MAX_FILE_BYTES:
        raise InputError(path, f"larger than {MAX_FILE_BYTES >> 20} MiB", GIVE_BENCH)
    if not data.strip():
        raise InputError(path, "empty file", "run `pragmark bench --out` again")
    return data


def _parse(path: str, data: bytes) -> dict:
    def refuse(literal: str) -> float:
        raise InputError(path, f"holds the number {literal}", "run `pragmark bench` again")

    def finite(literal: str) -> float:
        number = float(literal)
        return number if math.isfinite(number) else refuse(literal[:30])

    try:
        document = json.loads(data.decode("utf-8"), parse_constant=refuse, parse_float=finite)
    except UnicodeDecodeError:
        raise InputError(path, "not UTF-8 text, so not JSON", GIVE_BENCH) from None
    except RecursionError:
        raise InputError(path, "JSON nested too deeply", GIVE_BENCH) from None
    except json.JSONDecodeError as error:
        complaint = "truncated JSON" if error.pos >= len(data.rstrip()) else "not valid JSON"
        problem = f"{complaint} (line {error.lineno}: {error.msg})"
        raise InputError(path, problem, GIVE_BENCH) from None
    except ValueError:  # an integer of more digits than Python converts
        raise InputError(path, "holds a number of absurd length", GIVE_BENCH) from None
    if not isinstance(document, dict):
        raise InputError(path, "JSON, but not a result (no object at the top)", GIVE_BENCH)
    return _printable(document)


def _printable(value: object) -> object:
    """The same JSON value with all its text, keys too, made one printable line."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    return value

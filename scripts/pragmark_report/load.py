"""Reads result files into the model and refuses everything it does not know.

Every refusal is an InputError with one line. A result that passes may still hold benchmarks that
erred: those are results too. All text that leaves this file is one printable line.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .errors import InputError
from .json_file import NextSteps, read_object
from .load_bench import bench_run
from .load_result import GIVE, Result, result
from .load_verify import VERIFY_SCHEMA, verification
from .model import Inputs

MAX_RUNS = len(string.ascii_uppercase)
SQL_KEYS = frozenset({"sql", "recommended_sql"})  # of tune: statements to paste
GIVE_BENCH = "give a file that `pragmark bench --out` wrote"
STEPS = NextSteps(
    give=GIVE_BENCH,
    again="run `pragmark bench` again",
    refill="run `pragmark bench --out` again",
)


@dataclass(frozen=True)
class Loaded:
    """All files of a command line. ENSURES: at least one result of some kind."""

    inputs: Inputs | None  # of bench and verify; None without a bench result
    results: tuple[Result, ...]  # of the others, in the order of the command line


def load(paths: Sequence[str]) -> Inputs:
    """Loads results of bench and verify. Raises InputError for the first that cannot be used, and
    for results of any other program."""
    loaded = load_all(paths)
    if loaded.inputs is None or loaded.results:
        other = loaded.results[0].source if loaded.results else paths[0]
        raise InputError(other, "no benchmark result", GIVE_BENCH)
    return loaded.inputs


def load_all(paths: Sequence[str]) -> Loaded:
    """Loads all files, each as its schema says. Raises InputError for the first that cannot be
    used, and when there is none."""
    if not paths:
        raise InputError("results", "none was given", GIVE)
    runs, verifications, results = [], [], []
    for path in paths:
        file = read_object(path, STEPS, lines_in=SQL_KEYS)
        document = file.document
        schema = document.get("schema")
        digest = hashlib.sha256(file.data).hexdigest()
        if schema == VERIFY_SCHEMA:
            verifications.append(verification(path, document))
        elif schema is not None:
            found = result(path, "", digest, document)
            alike = [each for each in results if each.question == found.question]
            results.append(replace(found, letter=_letter(path, len(alike))))
        else:
            runs.append(bench_run(path, _letter(path, len(runs)), digest, document))
    if not runs and (verifications or not results):
        raise InputError(paths[0], "no benchmark result among the files", GIVE_BENCH)
    inputs = Inputs(tuple(runs), tuple(verifications)) if runs else None
    return Loaded(inputs, tuple(results))


def _letter(path: str, place: int) -> str:
    if place == MAX_RUNS:
        raise InputError(path, f"more than {MAX_RUNS} results", "make two reports")
    return string.ascii_uppercase[place]

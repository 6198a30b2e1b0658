"""Reads result files into the model and refuses everything it does not know.

Every refusal is an InputError with one line. A result that passes may still hold benchmarks that
erred: those are results too. All text that leaves this file is one printable line.
"""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Sequence

from .errors import InputError
from .json_file import NextSteps, read_object
from .load_bench import bench_run
from .load_verify import VERIFY_SCHEMA, verification
from .model import Inputs

MAX_RUNS = len(string.ascii_uppercase)
GIVE_BENCH = "give a file that `pragmark bench --out` wrote"
STEPS = NextSteps(
    give=GIVE_BENCH,
    again="run `pragmark bench` again",
    refill="run `pragmark bench --out` again",
)


def load(paths: Sequence[str]) -> Inputs:
    """Loads all files. Raises InputError for the first that cannot be used."""
    runs, verifications = [], []
    for path in paths:
        file = read_object(path, STEPS)
        document = file.document
        schema = document.get("schema")
        if schema == VERIFY_SCHEMA:
            verifications.append(verification(path, document))
        elif schema is not None:
            raise InputError(path, f"unknown schema {json.dumps(schema)[:60]}", GIVE_BENCH)
        elif len(runs) == MAX_RUNS:
            raise InputError(path, f"more than {MAX_RUNS} results", "make two reports")
        else:
            letter = string.ascii_uppercase[len(runs)]
            digest = hashlib.sha256(file.data).hexdigest()
            runs.append(bench_run(path, letter, digest, document))
    if not runs:
        raise InputError(paths[0], "no benchmark result among the files", GIVE_BENCH)
    return Inputs(tuple(runs), tuple(verifications))

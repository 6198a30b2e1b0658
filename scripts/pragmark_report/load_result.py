"""Results other than those of bench: capacity, tune, env, crash. Checked against their schema, member by
member, and refused when anything in them is unknown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePath

from . import schema
from .errors import InputError

SCHEMAS = {  # value of "schema" -> kind, file in reports/schema
    "pragmark.capacity/1": ("capacity", "capacity.schema.json"),
    "pragmark.tune/1": ("tune", "tune.schema.json"),
    "pragmark.env/1": ("env", "env.schema.json"),
    "pragmark.crash/1": ("crash", "crash.schema.json"),
}
GIVE = "give a file that `pragmark bench`, `capacity`, `tune`, `env` or `crash` wrote"
NEWER = "report with the pragmark that measured it"


@dataclass(frozen=True)
class Result:
    """One result file, all its text printable. `document` is as its schema says."""

    letter: str  # A, B, ... in the order of the command line
    source: str  # the file's name without its folder
    digest: str
    kind: str  # capacity, tune, env, crash
    question: str  # of a capacity or tune result; otherwise the kind
    document: dict


def is_known(name: object) -> bool:
    """Whether a schema is one of these."""
    return isinstance(name, str) and name in SCHEMAS


def result(path: str, letter: str, digest: str, document: dict) -> Result:
    """Raises InputError when the document is not what its schema says."""
    name = document.get("schema")
    if not is_known(name):
        raise InputError(path, f"unknown schema {json.dumps(name)[:60]}", GIVE)
    kind, file = SCHEMAS[name]
    try:
        rules = schema.of_file(file)
    except OSError as error:
        raise InputError(schema.FOLDER / file, error.strerror,
                         "install pragmark again with its reports/ folder") from None
    if breach := schema.first_breach(document, rules):
        raise InputError(path, f"not a whole result of `pragmark {kind}`: {breach}", NEWER)
    return Result(letter, PurePath(path).name, digest, kind, document.get("question", kind),
                  document)

"""What `pragmark sets` knows of a PRAGMA set: canonical values, durability class, SQL to paste.

It also refuses what SQLite would not understand, with the sentence that all programs give.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from pragmark_report.errors import InputError

from .model import PragmaSet

TIMEOUT_SECONDS = 30
SCHEMA = "pragmark.sets/1"
COMPLAINT = "pragmark sets: "


class SetReader:
    """Asks once for each set."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._known: dict[str, PragmaSet] = {}

    def read(self, name: str) -> PragmaSet:
        if name not in self._known:
            self._known[name] = _parse(self._ask(name, "json"), str(self._program))
        return self._known[name]

    def sql(self, name: str) -> str:
        return self._ask(name, "sql")

    def _ask(self, name: str, form: str) -> str:
        if not name or name.startswith("-") or "," in name:
            raise InputError(f"PRAGMA set {name or '(empty)'}", "it is no name of a set",
                             "`pragmark sets` lists them")
        try:
            done = subprocess.run(
                [str(self._program), name, "--format", form], capture_output=True, text=True,
                timeout=TIMEOUT_SECONDS, check=False, errors="replace")
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError(self._program, f"it cannot be run ({error})",
                             "build it first") from None
        if done.returncode != 0:
            said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
            subject, _, problem = said.removeprefix(COMPLAINT).partition(": ")
            raise InputError(subject, problem or f"exit status {done.returncode}",
                             "`pragmark sets` lists the sets")
        return done.stdout


def _parse(text: str, program: str) -> PragmaSet:
    try:
        document = json.loads(text)
        (one,) = document["sets"]
        if document["schema"] != SCHEMA:
            raise ValueError(document["schema"])
        settings = {each["name"]: each["value"] for each in one["settings"]}
        return PragmaSet(one["name"], one["durability"], settings)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(program, f"its answer is not that of {SCHEMA} ({error})",
                         "use programs of one build") from None

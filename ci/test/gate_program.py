"""The whole program from outside: its exit code, what it says, and what it leaves."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

CI = Path(__file__).resolve().parents[1]
PATH = f"{CI}{os.pathsep}{CI.parent / 'scripts'}"
COMMAND = [sys.executable, "-m", "pragmark_gate"]
# A stand-in for somebody's benchmark: writes what file NAME in its folder holds, with @RATE@ made a
# rate of about $2, different at each start. The noise is 0.1%: no verdict hangs on luck.
STAND_IN = """#!/bin/sh
here=$(dirname "$0")
luck=$(od -An -N2 -tu2 /dev/urandom)
[ ! -x "$here/$1.hook" ] || "$here/$1.hook" || exit $?
awk -v rate="$2" -v luck="$luck" '{ gsub("@RATE@", rate * (1 + luck / 65536 / 1000)); print }' \\
  "$here/$1" >"$3"
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": PATH, "PYTHONDONTWRITEBYTECODE": "1", **more}


def gate(*arguments: object, **options) -> subprocess.CompletedProcess:
    options.setdefault("env", environment())
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([*COMMAND, *map(str, arguments)], stderr=subprocess.PIPE, text=True,
                          check=False, timeout=120, **options)


def runs(pid):
    """Whether the process is there and not only waiting for somebody to read its status."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def row(name: str = "scan/10", **changes: object) -> dict:
    """One repetition as Google Benchmark writes it."""
    made = {
        "name": name, "run_name": name, "run_type": "iteration", "repetitions": 1,
        "repetition_index": 0, "threads": 1, "iterations": 1000, "real_time": 10.0,
        "cpu_time": 10.0, "time_unit": "ns", "items_per_second": "@RATE@"}
    return {**made, **changes}


def document(*rows: dict, **context: object) -> str:
    whole = {"context": {"date": "2026-01-01T10:00:00+00:00", "num_cpus": 2, **context}, "benchmarks": list(rows)}
    return json.dumps(whole, indent=1).replace('"@RATE@"', "@RATE@")


class StandIn:
    """Two sides in a folder. A side's file may be replaced by what a broken program writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "bench"
        self.program.write_text(STAND_IN, encoding="utf-8")
        self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR)
        for side in ("baseline", "candidate"):
            self.writes(side, document(row(), row("find/10")))

    def writes(self, side: str, text: str) -> None:
        (self.folder / side).write_text(text, encoding="utf-8")

    def does(self, side: str, script: str) -> None:
        """Before it writes."""
        hook = self.folder / f"{side}.hook"
        hook.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        hook.chmod(0o755)

    def arguments(self, candidate_rate: int = 100_000) -> list[str]:
        return [
            "--baseline", f"{self.program} baseline 100000 {{out}}",
            "--candidate", f"{self.program} candidate {candidate_rate} {{out}}",
            "--budget", "60s", "--instructions", "off", "--seed", "7"]

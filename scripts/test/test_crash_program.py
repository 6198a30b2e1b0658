"""`pragmark crash` from outside: exit codes, the result and its schema, findings that replay."""

from __future__ import annotations

import json
import shlex
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from test_programs import BIN, assert_one_line, run

SCHEMA = Path(__file__).resolve().parents[2] / "reports" / "schema" / "crash.schema.json"
SMALL = ("--images", "400", "--workloads", "transfers", "--transactions", "20")
COUNTS = ("images", "distinct", "inconsistent", "corrupt", "unopenable", "with_loss", "max_lost")


def crash(*arguments: str, code: int = 0) -> dict:
    result = run("crash", *arguments, "--format", "json")
    assert result.returncode == code, result.stderr
    return json.loads(result.stdout)


def test_the_result_has_what_its_schema_requires():
    result = crash("--pragmas", "production,durable", *SMALL)
    schema = json.loads(SCHEMA.read_text())
    assert result["schema"] == schema["properties"]["schema"]["const"]
    for key in schema["required"]:
        assert key in result
    for each in result["sets"]:
        for key in schema["properties"]["sets"]["items"]["required"]:
            assert key in each
        for counts in each["workloads"][0]["models"]:
            for key in schema["$defs"]["counts"]["required"]:
                assert key in counts
    classes = [(each["set"], each["measured"], each["holds"]) for each in result["sets"]]
    assert classes == [("production", "process-safe", True), ("durable", "power-safe", True)]


def test_the_same_seed_gives_the_same_counts_and_findings():
    def seen(seed: str):
        each = crash("--pragmas", "default+synchronous=OFF", "--seed", seed, *SMALL)["sets"][0]
        return ([[counts[key] for key in COUNTS] for counts in each["workloads"][0]["models"]],
                [finding["finding"] for finding in each["findings"]])

    assert seen("3") == seen("3")
    assert seen("3") != seen("4")


def test_a_control_is_found_and_its_command_replays_it(tmp_path):
    result = crash("--pragmas", "durable", "--sabotage", "swallow-syncs", *SMALL, code=1)
    finding = result["sets"][0]["findings"][0]
    program, command, *arguments = shlex.split(finding["command"])
    assert (program, command) == ("pragmark", "crash")
    again = crash(*arguments, "--keep", str(tmp_path), code=1)
    replayed = again["sets"][0]["findings"]
    assert [each["finding"] for each in replayed] == [finding["finding"]]
    with sqlite3.connect(Path(replayed[0]["kept"]) / "app.db") as database:
        assert database.execute("PRAGMA page_size").fetchone() == (4096,)


def test_kill_rounds_leave_nothing_behind(tmp_path):
    result = crash("--pragmas", "production", "--images", "0", "--kill-rounds", "3",
                   "--strategy", "group-commit", "--dir", str(tmp_path))
    kills = result["sets"][0]["kills"]
    assert (kills["rounds"], kills["lost"], kills["damaged_rounds"]) == (3, 0, 0)
    assert kills["acknowledged"] >= 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments, words", [
    (["--models", "kill"], ["kill", "process-kill"]),
    (["--workloads", "bank"], ["bank", "transfers"]),
    (["--pragmas", "production+synchronous=FLUL"], ["FLUL"]),
    (["--replay", "nonsense"], ["nonsense", "DIGEST"]),
    (["--images", "0"], ["--kill-rounds"]),
    (["--matrix", "--pragmas", "default"], ["--matrix"]),
    (["--sabotage", "fire"], ["fire", "swallow-syncs"]),
    (["--out", "no/such/file"], ["no/such"]),
])
def test_a_wrong_command_line_is_bad_usage(tmp_path, arguments, words):
    result = run("crash", *arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, *words)


def test_an_interrupt_ends_it_without_a_result(tmp_path):
    out = tmp_path / "crash.json"
    program = subprocess.Popen(
        [BIN / "pragmark-crash", "--matrix", "--out", out], stderr=subprocess.PIPE, text=True)
    assert program.stderr.readline().startswith("pragmark crash: ")  # it has begun
    program.send_signal(signal.SIGINT)
    assert program.wait(timeout=60) == 3
    assert list(tmp_path.iterdir()) == []

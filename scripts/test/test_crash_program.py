"""`pragmark crash` from outside: exit codes, the result and its schema, findings that replay."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest
from pragmark_report import load_result

from test_programs import BIN, assert_one_line, run

SMALL = ("--images", "400", "--workloads", "transfers", "--transactions", "20",
         "--rate-slices", "0")
COUNTS = ("images", "distinct", "inconsistent", "corrupt", "unopenable", "with_loss", "max_lost")


def crash(*arguments: str, code: int = 0) -> dict:
    result = run("crash", *arguments, "--format", "json")
    assert result.returncode == code, result.stderr
    return json.loads(result.stdout)


def test_the_result_keeps_its_schema(tmp_path):
    result = crash("--pragmas", "production,durable", *SMALL[:-2], "--rate-slices", "1",
                   "--dir", str(tmp_path))
    load_result.result("crash.json", "A", "", result)  # raises for any breach
    classes = [(each["set"], each["measured"], each["holds"]) for each in result["sets"]]
    assert classes == [("production", "process-safe", True), ("durable", "power-safe", True)]
    production, durable = (each["exposure"] for each in result["sets"])
    assert production["bounded"] and production["transactions"] > 10
    assert durable["transactions"] == 0
    assert all(len(each["commits_per_second"]["slices"]) == 1 for each in result["sets"])
    assert result["context"]["environment_grade"] in "ABCDF"
    assert "crash --pragmas production,durable" in result["command"]
    assert list(tmp_path.iterdir()) == []


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
    stale = None
    for _ in range(2):  # what lies there from an earlier look is no part of the image
        again = crash(*arguments, "--keep", str(tmp_path), code=1)
        kept = Path(again["sets"][0]["findings"][0]["kept"])
        assert stale is None or not stale.exists()
        stale = kept / "app.db-shm"
        stale.write_bytes(b"stale")
    replayed = again["sets"][0]["findings"]
    assert [each["finding"] for each in replayed] == [finding["finding"]]
    stale.unlink()
    with sqlite3.connect(kept / "app.db") as database:
        assert database.execute("PRAGMA page_size").fetchone() == (4096,)


def test_kill_rounds_leave_nothing_behind(tmp_path):
    result = crash("--pragmas", "production", "--images", "0", "--kill-rounds", "2",
                   "--strategies", "group-commit,per-thread", "--dir", str(tmp_path), code=3)
    found = result["sets"][0]
    assert (found["measured"], found["holds"]) == (None, None)  # no power cut was tried
    kills = found["kills"]
    assert [each["strategy"] for each in kills] == ["group-commit", "per-thread"]
    for each in kills:
        assert (each["rounds"], each["lost"], each["damaged_rounds"]) == (2, 0, 0)
        assert each["acknowledged"] >= 2
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def loop_devices():
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        pytest.skip("a power cut of a real ext4 needs root and loop devices")


def power_cuts(directory, *arguments: str, code: int) -> dict:
    result = crash("--images", "0", "--power-rounds", "3", "--strategies", "per-thread",
                   "--dir", str(directory), *arguments, code=code)
    assert list(directory.iterdir()) == []
    return result["sets"][0]["power_cuts"][0]


@pytest.mark.usefixtures("loop_devices")
def test_a_power_cut_that_cannot_be_is_told_before_anything_runs(tmp_path):
    without_mkfs = {**os.environ, "PATH": str(tmp_path)}
    result = subprocess.run([BIN / "pragmark-crash", "--power-rounds", "1", "--dir", tmp_path],
                            capture_output=True, text=True, check=False, timeout=60,
                            env=without_mkfs)
    assert (result.returncode, result.stdout) == (3, "")
    assert_one_line(result, "mkfs.ext4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("loop_devices")
def test_a_power_cut_of_a_real_filesystem_takes_what_no_sync_covers(tmp_path):
    assert power_cuts(tmp_path, "--pragmas", "durable", code=3)["lost"] == 0
    relaxed = power_cuts(tmp_path, "--pragmas", "production", code=3)
    assert relaxed["rounds_with_loss"] >= 1 and relaxed["damaged_rounds"] == 0
    assert 1 <= relaxed["most_lost"] <= relaxed["lost"] <= relaxed["acknowledged"]
    mounted = Path("/proc/mounts").read_text(encoding="utf-8")
    assert str(tmp_path) not in mounted


@pytest.mark.usefixtures("loop_devices")
@pytest.mark.parametrize("sabotage", ["swallow-syncs", "acknowledge-early"])
def test_a_control_is_found_by_a_power_cut_of_a_real_filesystem(tmp_path, sabotage):
    cut = power_cuts(tmp_path, "--pragmas", "durable", "--sabotage", sabotage, code=1)
    assert cut["rounds_with_loss"] >= 1


def test_a_child_that_ends_by_itself_is_no_killed_process(tmp_path):
    limited = subprocess.run(
        ["bash", "-c", 'ulimit -f 200; exec "$0" "$@"', BIN / "pragmark-crash", "--images", "0",
         "--kill-rounds", "3", "--strategies", "per-thread", "--dir", tmp_path],
        capture_output=True, text=True, check=False, timeout=60)
    assert (limited.returncode, limited.stdout) == (3, "")
    assert "ended by itself" in limited.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments, words", [
    (["--models", "kill"], ["kill", "process-kill"]),
    (["--workloads", "bank"], ["bank", "transfers"]),
    (["--pragmas", "production+synchronous=FLUL"], ["FLUL"]),
    (["--replay", "nonsense"], ["nonsense", "DIGEST"]),
    (["--images", "0"], ["--kill-rounds"]),
    (["--workloads", "store-fast"], ["fast", "group-commit"]),
    (["--pragmas", "default+locking_mode=EXCLUSIVE", "--workloads", "connections"],
     ["connections", "EXCLUSIVE"]),
    (["--kill-rounds", "1", "--strategies", "fast"], ["fast", "group-commit"]),
    (["--matrix", "--pragmas", "default"], ["--matrix"]),
    (["--sabotage", "fire"], ["fire", "swallow-syncs"]),
    (["--out", "no/such/file"], ["no/such"]),
    (["--replay", ""], ["--replay", "empty"]),
    (["--replay", "transfers/subset-torn@5:~0", "--images", "5"], ["--replay", "--images"]),
    (["--replay", "transfers/subset-torn@5:~0", "--kill-rounds", "5"], ["--replay", "rounds"]),
    (["--seed", "-1"], ["--seed"]),
    (["--pragmas", "default+locking_mode=EXCLUSIVE", "--kill-rounds", "1"], ["EXCLUSIVE"]),
])
def test_a_wrong_command_line_is_bad_usage(tmp_path, arguments, words):
    result = run("crash", *arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, *words)


def test_a_missing_directory_is_told_before_anything_runs(tmp_path):
    result = run("crash", "--dir", "no/such", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (3, "")
    assert_one_line(result, "no/such")


@pytest.mark.parametrize("arguments", [
    ("--matrix",), ("--pragmas", "production", "--images", "0", "--kill-rounds", "100000"),
    ("--pragmas", "production", "--images", "8", "--workloads", "transfers",
     "--rate-slices", "10000"),
])
def test_an_interrupt_ends_it_without_a_result(tmp_path, arguments):
    interrupted(tmp_path, arguments)


@pytest.mark.usefixtures("loop_devices")
def test_an_interrupted_power_cut_leaves_no_mount(tmp_path):
    interrupted(tmp_path, ("--images", "0", "--power-rounds", "100000"))
    attached = [path.read_text(encoding="utf-8") for path
                in Path("/sys/block").glob("loop*/loop/backing_file")]
    assert not [path for path in attached if str(tmp_path) in path]


def interrupted(tmp_path, arguments):
    """Runs the program until it is at work, and interrupts it."""
    out = tmp_path / "crash.json"
    program = subprocess.Popen([BIN / "pragmark-crash", *arguments, "--out", out, "--dir", tmp_path],
                               stderr=subprocess.PIPE, text=True)
    said = program.stderr.readline()
    while not any(word in said for word in ("transfers", "kill -9", "power cut", "commits/s")):
        said = program.stderr.readline()
    program.send_signal(signal.SIGINT)
    assert program.wait(timeout=60) == 3
    assert list(tmp_path.iterdir()) == []

"""`pragmark tune` as a program: exit codes, one line for what is wrong, nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pragmark_drive.steal import UNKNOWN_STEAL

SCRIPTS = Path(__file__).resolve().parents[1]
MANY_ROWS = "30000"
LONGEST_SECONDS = 120  # a hang of ours is noticed then
VARY = ("--vary", "page_size=1024,16384", "--vary", "application_id=1")


@pytest.fixture(name="place")
def place_fixture(tmp_path):
    """A folder with both stand-ins, and one for the disk under test."""
    for name in ("pragmark-bench", "pragmark-sets"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        fake = Path(__file__).parent / "fake_tune_bench.py"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{fake}" {name} "$@"\n')
        program.chmod(0o755)
    (tmp_path / "disk").mkdir()
    return tmp_path


def start(place, *words, fault="", budget="6s", seed="1"):
    """Many rows unless told: then one process serves all blocks, and a test takes seconds less."""
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "PRAGMARK_FAKE_FAULT": fault,
                   "PRAGMARK_FAKE_LOG": str(place / "pids")}
    return subprocess.Popen(
        [sys.executable, "-m", "pragmark_tune", "--bench", str(place / "bin" / "pragmark-bench"),
         "--dir", str(place / "disk"), "--budget", budget, "--seed", seed,
         *(() if "--state" in words else ("--rows", MANY_ROWS)), *words],
        env=environment, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(place, *words, **more):
    process = start(place, *words, **more)
    out, err = process.communicate(timeout=LONGEST_SECONDS)
    return process.returncode, out, err


def complaint(err: str) -> str:
    """The last line; before it there may be progress."""
    lines = [line for line in err.splitlines() if line.startswith("pragmark tune: ")]
    assert len(lines) == 1, err
    assert "Traceback" not in err
    return lines[0]


def left_behind(place) -> list[str]:
    pids = [int(line) for line in (place / "pids").read_text().split()]
    alive = [str(pid) for pid in pids if Path(f"/proc/{pid}").exists()]
    return alive + [str(path) for path in (*place.glob(".pragmark*"), *(place / "disk").iterdir())]


def test_a_run_from_options_to_file(place):
    status, out, err = run(place, *VARY, "--out", "r.json", "--rows", "1000", budget="10s")
    assert status == 0, err
    assert "page_size=1024" in out and "PRAGMA page_size = 1024;" in out
    made = json.loads((place / "r.json").read_text())
    assert made["schema"] == "pragmark.tune/1"
    assert made["answer"]["recommended_set"] == "production+page_size=1024"
    by_what = {each["what"]: each["verdict"] for each in made["effects"]}
    assert by_what == {"page_size=1024": "better", "page_size=16384": "worse",
                       "application_id=1": "none"}
    assert float(made["context"]["steal_percent"]) >= 0
    assert UNKNOWN_STEAL not in made["context"]["environment_reasons"]
    assert left_behind(place) == []


def test_json_goes_to_stdout(place):
    status, out, _ = run(place, *VARY, "--format", "json")
    assert status == 0
    assert json.loads(out)["question"] == "tune"


def test_a_list_measures_nothing(place):
    status, out, _ = run(place, *VARY, "--list")
    assert status == 0
    assert "production+page_size=16384" in out
    assert not (place / "pids").exists()


@pytest.mark.parametrize("words, says", [
    (["--vary", "foo=1"], "foo is no PRAGMA"),
    (["--vary", ""], "no setting with its values"),
    (["--vary", "cache_size="], "no setting with its values"),
    (["--vary", "application_id=1+synchronous=OFF"], "begins another change"),
    (["--base", "nope"], "unknown PRAGMA set nope"),
    (["--base", ""], "no name of a set"),
    (["--dir", "/nowhere"], "--dir /nowhere: it is no directory"),
    (["--out", "/nowhere/r.json"], "cannot be written"),
    (["--bench", "/nowhere/pragmark-bench"], "no such program"),
    (["--state", "larger-than-cache", "--rows", "5"], "says how many rows"),
    (["--levers", "--sqlite-bench", "/nowhere/b"], "no such program"),
])
def test_bad_input_is_one_line_and_exit_2(place, words, says):
    status, out, err = run(place, *words)
    assert (status, out) == (2, "")
    assert says in complaint(err)


def test_a_space_too_large_for_the_budget_says_how_long_it_would_take(place):
    status, _, err = run(place, "--vary", "cache_size=" + ",".join(map(str, range(1, 25))),
                         budget="5s", fault="")
    assert status == 2
    assert "blocks, about" in complaint(err) and "raise --budget" in complaint(err)
    assert left_behind(place) == []


@pytest.mark.parametrize("fault, exit_status, says", [
    ("refuse:page_size=1024", 2, "page_size=1024 (mixed): it failed: page_size: asked 512"),
    ("die:page_size=1024", 2, "ended with exit status 9 without an answer"),
    ("debug", 2, "its build type is Debug"),
    ("full:page_size=1024", 3, "No space left"),
])
def test_what_fails_in_the_bench_is_told_with_its_name(place, fault, exit_status, says):
    status, out, err = run(place, *VARY, "--out", "r.json", fault=fault)
    assert (status, out) == (exit_status, "")
    assert says in complaint(err)
    assert left_behind(place) == []
    assert not (place / "r.json").exists()


@pytest.mark.parametrize("state, says", [
    ("aged", "no way to age"),
])
def test_a_state_that_cannot_be_made_is_skipped_aloud(place, state, says):
    status, out, err = run(place, *VARY, "--state", state, "--out", "r.json")
    assert status == 3, err
    assert says in out
    made = json.loads((place / "r.json").read_text())
    assert made["answer"]["status"] == "skipped"
    assert says in made["skipped"][0]["reason"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("fault", ["", "hang:page_size=1024"])
def test_an_interrupt_leaves_nothing(place, number, fault):
    (place / "r.json").write_text("the result before")
    process = start(place, *VARY, "--out", "r.json", fault=fault, budget="600s")
    while not (place / "pids").exists():  # until it is at work
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(number)
    out, err = process.communicate(timeout=LONGEST_SECONDS)
    assert (process.returncode, out) == (3, "")
    assert complaint(err) == "pragmark tune: interrupted; nothing was written"
    assert left_behind(place) == []
    assert (place / "r.json").read_text() == "the result before"

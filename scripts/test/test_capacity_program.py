"""The program from outside: bad input, a load program that misbehaves, Ctrl-C, files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pragmark_capacity import options

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parent
DEADLINE_SECONDS = 60


@pytest.fixture(name="fake")
def fake_fixture(tmp_path):
    """fake(faults..) -> path of a program that stands in for pragmark-load."""

    def make(*faults: str) -> str:
        path = tmp_path / "fake-load"
        given = " ".join(f"--fault={each}" for each in faults)
        path.write_text(f'#!/bin/sh\nexec {sys.executable} {HERE / "fake_load.py"} {given} '
                        f'--log={tmp_path / "log"} "$@"\n')
        path.chmod(0o755)
        return str(path)

    return make


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "pragmark_capacity", *words]


def run(*words: str, **more) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    return subprocess.run(command(*words), capture_output=True, text=True, check=False,
                          timeout=DEADLINE_SECONDS, env=environment, **more)


BAD = [
    (["--slo", "p101=10ms"], "no request lies above p101"),
    (["--slo", "p100=10ms"], "no request lies above p100"),
    (["--slo", "p98=10ms"], "p98 is not measured"),
    (["--slo", "p99=0ms"], "nothing is answered within 0ms"),
    (["--slo", "p99=-5ms"], "nothing is answered within -5ms"),
    (["--slo", "p99=901s"], "is answered within 901s; give a time above 0 and up to 15 minutes"),
    (["--slo", "p99=10"], "is no objective"),
    (["--slo", "fast"], "is no objective"),
    (["--slo", "p99=nanms"], "is no objective"),
    ([], "nothing to look for"),
    (["--rate", "0"], "is no rate"),
    (["--rate", "-1"], "is no rate"),
    (["--rate", "inf"], "is no rate"),
    (["--rate", "1e99"], "is no rate"),
    (["--claim", "0"], "is no rate"),
    (["--claim", "60k"], "is no rate"),
    (["--claim", "5", "--rate", "5"], "--rate means nothing with --claim"),
    (["--curve", "--rate", "5"], "--rate means nothing with --curve"),
    (["--curve", "--forecast"], "two questions"),
    (["--claim", "0.0001"], "is no rate"),
    (["--claim", "10"], "--step 2s has 20 requests at 10 requests/s, too few for p99; give --step 20s"),
    (["--soak", "10s", "--rate", "5"], "--soak 10s has 50 requests"),
    (["--soak", "9s"], "--soak 9s is too short to show a trend"),
    (["--soak", "25h"], "--soak 90000s is too long"),
    (["--soak", "0s"], "is no time"),
    (["--soak", "10"], "is no time"),
    (["--with", "gremlins"], "is no antagonist"),
    (["--with", "backup,backup"], "names one twice"),
    (["--slo", "p99=10ms", "--mix", "read"], "is no share of a mix"),
    (["--slo", "p99=10ms", "--mix", "read=0"], "is no share of a mix"),
    (["--slo", "p99=10ms", "--mix", "read=1,read=2"], "twice in the mix"),
    (["--slo", "p99=10ms", "--wal-limit", "0"], "is no size"),
    (["--slo", "p99=10ms", "--wal-limit", "lots"], "is no size"),
    (["--slo", "p99=10ms", "--errors", "-1"], "is no whole number"),
    (["--slo", "p99=10ms", "--threads", "0"], "is no whole number"),
    (["--slo", "p99=10ms", "--rows", "many"], "is no whole number"),
    (["--slo", "p99=10ms", "--monthly-cost", "0"], "is no cost"),
    (["--slo", "p99=10ms", "--step", "0.01s"], "too short"),
    (["--slo", "p99=10ms", "--step", "61m"], "--step 3660s is too long"),
    (["--with", "backup", "--step", "301s"], "--step 301s is too long"),
    (["--slo", "p99=10ms", "--budget", "2s"], "less than the 25 steps take that it needs; give 63s"),
    (["--curve", "--budget", "40s"], "less than the 17 steps take that it needs; give 43s"),
    (["--curve", "--monthly-cost", "5"], "--monthly-cost means nothing with --curve"),
    (["--with", "backup", "--monthly-cost", "5"], "--monthly-cost means nothing with --with"),
    (["--slo", "p99=10ms", "--format", "xml"], "is no format"),
    (["--slo", "p99=10ms", "--seed", "x"], "is no whole number"),
    (["--slo", "p99=10ms", "--pragmas", "--dir"], "expected one argument"),
    (["--slo", "p99=10ms", "--strategy", ""], "is no value"),
    (["--slow", "p99=10ms"], "unrecognized arguments"),
]


@pytest.mark.parametrize("words, said", BAD, ids=[" ".join(row[0]) or "nothing" for row in BAD])
def test_bad_words_are_refused_in_one_line(words, said, capsys):
    with pytest.raises(SystemExit) as end:
        options.parse(words)
    shown = capsys.readouterr()
    assert end.value.code == 2
    assert said in shown.err and shown.err.count("\n") == 1 and shown.out == ""


def test_a_result_is_written_whole_and_told(fake, tmp_path):
    out = tmp_path / "r.json"
    done = run("--rate", "2000", "--load", fake(), "--dir", str(tmp_path), "--out", str(out),
               "--seed", "1")
    assert done.returncode == 0, done.stderr
    made = json.loads(out.read_text())
    assert made["schema"] == "pragmark.capacity/1"
    assert done.stdout.splitlines()[0] == made["answer"]["sentence"]
    as_json = run("--rate", "2000", "--load", fake(), "--dir", str(tmp_path), "--format", "json",
                  "--seed", "1")
    assert json.loads(as_json.stdout)["steps"] == made["steps"]


@pytest.mark.parametrize("fault, status, said", [
    ("usage", 2, "no operation `nope`"),
    ("protocol", 3, "speaks 'pragmark-load/9'"),
    ("full", 3, "database or disk is full"),
    ("wrong", 1, "5 rows are missing"),
    ("kill", 3, "killed by signal 9"),
    ("nan", 3, "no JSON"),
    ("lost", 3, "intended 4000 requests and accounts for"),
    ("bare", 3, "latency_us without p99"),
    ("word", 3, "said 'outcome' where 'result' is due"),
])
def test_a_load_program_that_fails_leaves_no_result(fake, tmp_path, fault, status, said):
    out = tmp_path / "r.json"
    done = run("--rate", "2000", "--load", fake(fault), "--dir", str(tmp_path), "--out", str(out))
    told = [line for line in done.stderr.splitlines() if not line.startswith("step ")]
    assert done.returncode == status, done.stderr
    assert len(told) == 1 and said in told[0]
    assert done.stdout == "" and not out.exists()


@pytest.mark.parametrize("words, said", [
    (["--dir", "/nonexistent"], "--dir /nonexistent: it is no directory"),
    (["--load", "/nonexistent/load"], "--load /nonexistent/load: no such program"),
    (["--out", "/nonexistent/r.json"], "--out /nonexistent/r.json: cannot be written"),
])
def test_places_are_checked_before_anything_is_measured(fake, tmp_path, words, said):
    done = run("--rate", "2000", "--load", fake(), *words)
    assert done.returncode == 2
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_leaves_nothing(fake, tmp_path, number):
    out, log = tmp_path / "r.json", tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    process = subprocess.Popen(
        command("--rate", "2000", "--load", fake("hang"), "--dir", str(tmp_path), "--out", str(out)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    while not log.exists() or log.read_text().count("\n") < 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    shown, told = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 3
    assert told.splitlines()[-1] == "pragmark capacity: interrupted; nothing was written"
    assert shown == "" and not out.exists()
    load = json.loads(log.read_text().splitlines()[0])["pid"]
    with pytest.raises(ProcessLookupError):
        os.kill(load, 0)


def test_help_shows_examples():
    done = run("--help")
    assert done.returncode == 0 and "pragmark capacity --claim 60000" in done.stdout

"""`pragmark-load` from outside: the protocol, exit codes, one line on stderr, nothing left behind.

No test looks at how fast anything was. The programs lie in $PRAGMARK_BIN, by default in build/bin.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
from pathlib import Path

import pytest
from test_bench_processes import wait_for
from test_bench_program import BIN, CONTEXT, load

SMALL = ["--rows", "50", "--threads", "3"]
ENDLESS_S = 10_000  # longer than anyone waits
PERCENTILES = {"p50", "p90", "p99", "p99_9", "max"}
STEP = {
    "rate", "arrivals", "seconds", "intended", "sent", "succeeded", "failed", "first_error",
    "offered_per_second", "achieved_per_second", "answered_per_second", "latency_us", "service_us",
    "scheduler_us", "operations", "io", "cpu_seconds", "lock_wait_seconds", "peak_memory_bytes",
    "steal_percent", "windows", "checkpoint_stalls", "wal_limit_exceeded", "saturated",
    "antagonist", "answers",
}
IO = {"syncs", "wal_syncs", "main_syncs", "wal_bytes", "main_bytes", "read_bytes", "checkpoints",
      "wal_bytes_max", "sync_seconds", "wal_sync_seconds", "main_sync_seconds"}


def run(directory: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    program = BIN / "pragmark-load"
    assert program.exists(), f"{program} is not there: build first, or set PRAGMARK_BIN"
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([program, "--dir", str(directory), *arguments], capture_output=True,
                          text=True, timeout=300, check=False, **options)


def assert_refused(result: subprocess.CompletedProcess, code: int, *words: str) -> None:
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.startswith("pragmark load: ")]
    assert len(lines) == 1, result.stderr
    for word in words:
        assert word in lines[0]


class Talk:
    """A program that works on command and the line to it."""

    def __init__(self, directory: Path, *arguments: str, **options):
        self.process = subprocess.Popen(
            [BIN / "pragmark-load", "--dir", directory, *SMALL, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, **options)
        self.ready = self.line()

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait(timeout=60)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def line(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def answer(self) -> dict:
        """The first line that is no progress."""
        while (line := self.line())["say"] == "progress":
            assert line.keys() == {"say", "elapsed_s", "completed"}
        return line

    def say(self, **values) -> None:
        step = {"say": "step", "rate": 200, "duration_s": 0.3, "timeout_ms": 60_000}
        self.process.stdin.write(json.dumps({**step, **values}) + "\n")
        self.process.stdin.flush()

    def ask(self, **values) -> dict:
        self.say(**values)
        return self.answer()

    def at_work(self) -> None:
        """Waits until a step runs."""
        assert self.line()["say"] == "progress"

    def end(self) -> tuple[int, str, str]:
        """Exit code and the rest of what it says, after the end of the input."""
        stdout, stderr = self.process.communicate(timeout=60)
        return self.process.returncode, stdout, stderr


def test_ready_says_what_will_be_asked_and_on_what_it_runs(tmp_path):
    with Talk(tmp_path, "--mix", "read=3,search=1", "--keys", "zipf") as talk:
        assert talk.ready["say"] == "ready"
        assert talk.ready["protocol"] == "pragmark-load/1"
        assert talk.ready["threads"] == 3
        assert talk.ready["operations"] == [
            {"name": "read", "share": 0.75, "writes": False},
            {"name": "search", "share": 0.25, "writes": False}]
        context = talk.ready["context"]
        assert CONTEXT <= context.keys()
        assert all(isinstance(value, str) for value in context.values())
        assert context["mix"] == "read=75,search=25" and context["keys"] == "zipf:0.99"
        assert talk.end()[:2] == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_steps_follow_one_another_each_on_a_fresh_database(tmp_path):
    with Talk(tmp_path, "--mix", "read=1,write=1") as talk:
        results = [talk.ask(arrivals=kind, seed=5) for kind in ("constant", "poisson", "constant")]
        for result in results:
            assert result.keys() == STEP | {"say"}
            assert result["io"].keys() == IO
            assert result["failed"].keys() == {"busy", "error", "timed_out", "not_sent",
                                               "wrong_row"}
            for latencies in (result, *result["operations"].values()):
                assert latencies["latency_us"].keys() == PERCENTILES
                assert latencies["service_us"].keys() == PERCENTILES
            assert result["intended"] == result["sent"] == result["succeeded"]
            assert result["answers"]["rows_expected"] == result["answers"]["rows_found"]
            writes = result["operations"]["write"]["succeeded"]
            assert result["answers"]["rows_found"] == 50 + writes
        assert results[0]["intended"] == results[2]["intended"] == 60
        assert results[0]["operations"]["write"]["succeeded"] == (
            results[2]["operations"]["write"]["succeeded"])
        assert talk.end()[:2] == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_closed_step_has_no_rate(tmp_path):
    with Talk(tmp_path) as talk:
        result = talk.ask(rate=None, arrivals="closed")
        assert result["rate"] is None and result["saturated"] is False
        assert result["intended"] == result["sent"] > 0


def test_rate_beyond_the_machine_ends_and_says_so(tmp_path):
    with Talk(tmp_path) as talk:
        result = talk.ask(rate=1e9, timeout_ms=50)
        assert result["saturated"] is True
        assert result["intended"] == pytest.approx(3e8)
        assert result["failed"]["not_sent"] > 1e8


def test_antagonist_is_told_of(tmp_path):
    with Talk(tmp_path) as talk:
        result = talk.ask(duration_s=1, antagonist={"kind": "bulk-writer", "start_s": 0.1,
                                                    "duration_s": 0.5})
        assert result["antagonist"]["kind"] == "bulk-writer"
        assert result["antagonist"]["topics"] >= 1000
        assert result["answers"]["rows_found"] >= 1050


@pytest.mark.parametrize("line, word", [
    ("hello", "pragmark-load/1"), ('{"say":"slice"}', "slice"), ('{"say":"step"}', "duration_s"),
    ('{"say":"step","duration_s":1}', "rate"),
    ('{"say":"step","duration_s":1,"rate":1e99}', "rate"),
    ('{"say":"step","duration_s":1,"rate":1,"antagonist":{"kind":"cat"}}', "long-reader"),
    ('{"say":"step","duration_s":86400,"rate":1,"window_ms":1}', "windows")])
def test_request_that_makes_no_sense_ends_it(tmp_path, line, word):
    with Talk(tmp_path) as talk:
        talk.process.stdin.write(line + "\n")
        talk.process.stdin.flush()
        answer = talk.answer()
        assert answer["say"] == "error" and answer["environment"] is False
        assert word in answer["message"]
        assert talk.end()[:2] == (2, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("working", [True, False])
def test_interrupt_leaves_nothing(tmp_path, number, working):
    with Talk(tmp_path) as talk:
        if working:
            talk.say(duration_s=ENDLESS_S, window_ms=10_000,
                     antagonist={"kind": "backup", "start_s": 0, "duration_s": ENDLESS_S})
            talk.at_work()
        os.killpg(talk.process.pid, number)  # as a terminal does
        assert talk.answer() == {"say": "error", "message": "interrupted", "environment": True}
        code, _, stderr = talk.end()
    assert code == 3
    assert stderr.splitlines()[-1].startswith("pragmark load: interrupted")
    assert list(tmp_path.iterdir()) == []


def test_program_ends_when_nobody_reads_its_answers(tmp_path):
    with Talk(tmp_path) as talk:
        talk.say(duration_s=ENDLESS_S, window_ms=10_000)
        talk.at_work()
        for stream in (talk.process.stdin, talk.process.stdout):
            stream.close()
        assert talk.process.wait(timeout=60) == 0
    assert list(tmp_path.iterdir()) == []


def limit_file_size() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))


def test_disk_that_takes_no_more_is_the_environments_fault(tmp_path):
    with Talk(tmp_path, "--mix", "write=1", preexec_fn=limit_file_size) as talk:
        answer = talk.ask(duration_s=ENDLESS_S, window_ms=10_000)
        assert answer["say"] == "error" and answer["environment"] is True
        code, _, _ = talk.end()
    assert code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments, words", [
    (["--rate", "0"], ["--rate 0"]), (["--rate", "-1"], ["--rate -1"]),
    (["--rate", "nan"], ["--rate"]), (["--rate", "fast"], ["--rate"]),
    (["--rate", "1", "--arrivals", "closed"], ["no rate"]),
    (["--rate", "1", "--arrivals", "weekly"], ["weekly", "poisson"]),
    (["--arrivals", "poisson"], ["rate is missing"]),
    (["--rate", "1", "--duration", "0"], ["--duration 0"]),
    (["--rate", "1", "--duration", "inf"], ["--duration inf"]),
    (["--rate", "1", "--timeout", "-1"], ["--timeout"]),
    (["--rate", "1", "--with", "cat"], ["cat", "vacuum"]),
    (["--rate", "1", "--mix", "reed=1"], ["reed", "read"]),
    (["--rate", "1", "--mix", "read=0"], ["above 0"]),
    (["--rate", "1", "--keys", "zipf:nan"], ["zipf:nan"]),
    (["--rate", "1", "--threads", "0"], ["--threads 0"]),
    (["--rate", "1", "--threads", "9999"], ["--threads 9999"]),
    (["--rate", "1", "--rows", "0"], ["--rows 0"]),
    (["--rate", "1", "--cpus", "9999"], ["--cpus 9999"]),
    (["--rate", "1", "--sync-delay-us", "-1"], ["--sync-delay-us"]),
    (["--rate", "1", "--strategy", "raw"], ["raw", "baseline"]),
    (["--rate", "1", "--strategy", "per-thead"], ["per-thead"]),
    (["--rate", "1", "--pragmas", "prodution"], ["prodution"]),
    (["--rate", "1", "--out", "/nowhere/r.json"], ["/nowhere/r.json"]),
    (["--duration", "5"], ["--duration", "--rate"]),
    (["--format", "json"], ["--format", "--rate"]),
    (["--raet", "5"], ["--raet", "--help"])])
def test_bad_input_is_one_line_that_names_it(tmp_path, arguments, words):
    assert_refused(run(tmp_path, *arguments), 2, *words)
    assert list(tmp_path.iterdir()) == []


def test_directory_that_is_not_there_is_the_environments_fault(tmp_path):
    assert_refused(run(tmp_path / "nowhere", "--rate", "1"), 3, "nowhere")


def test_one_load_for_people(tmp_path):
    out = tmp_path / "r.json"
    result = run(tmp_path, *SMALL, "--rate", "200", "--duration", "0.3", "--warmup", "0",
                 "--timeout", "60000", "--out", str(out))
    assert result.returncode == 0, result.stderr
    assert "200.0/s offered at even intervals" in result.stdout
    assert "60 requests intended, 60 sent, 60 in time" in result.stdout
    document = load(out)
    assert document["schema"] == "pragmark.load/1"
    assert document["step"].keys() == STEP
    assert CONTEXT <= document["context"].keys()
    assert list(tmp_path.iterdir()) == [out]


def test_format_json_prints_the_document(tmp_path):
    result = run(tmp_path, *SMALL, "--arrivals", "closed", "--duration", "0.1", "--format", "json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["step"]["arrivals"] == "closed"


def test_interrupt_of_one_load_writes_no_result(tmp_path):
    out = tmp_path / "r.json"
    process = subprocess.Popen(
        [BIN / "pragmark-load", "--dir", tmp_path, *SMALL, "--rate", "10", "--duration", "9999",
         "--out", out], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: any(tmp_path.glob("*/*/store.db-wal")))
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3 and stdout == ""
    assert stderr.splitlines()[-1].startswith("pragmark load: interrupted")
    assert list(tmp_path.iterdir()) == []


def test_operations_are_listed(tmp_path):
    names = [line.split()[0] for line in run(tmp_path, "--list-operations").stdout.splitlines()]
    assert {"read", "write", "search", "history", "posts", "insert_document"} <= set(names)


def test_help_shows_examples(tmp_path):
    stdout = run(tmp_path, "--help").stdout
    assert "pragmark load --rate" in stdout and "pragmark-load/1" in stdout

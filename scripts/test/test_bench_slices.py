"""`pragmark-bench --slices`: work on command, as `pragmark gate` gives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from test_bench_processes import wait_for
from test_bench_program import BIN, CONTEXT, assert_refused, limit_file_size, run

MATRIX = ["--workload", "sequential_write,mixed", "--strategy", "per-thread", "--threads", "2",
          "--rows", "50", "--slices"]
ENDLESS = 1_000_000_000  # operations: more than anyone waits for


class Talk:
    """A program in slice mode and the line to it."""

    def __init__(self, directory: Path, *arguments: str, **options):
        self.process = subprocess.Popen(
            [BIN / "pragmark-bench", "--dir", directory, *MATRIX, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, **options)
        self.ready = self.answer()

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait(timeout=60)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def answer(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def say(self, word: str, **values) -> None:
        self.process.stdin.write(json.dumps({"say": word, **values}) + "\n")
        self.process.stdin.flush()

    def ask(self, word: str, **values) -> dict:
        self.say(word, **values)
        return self.answer()

    def open(self, place: int, operations: int, slices: int = 3, busy_loop_ns: float = 0) -> dict:
        return self.ask("open", benchmark=self.ready["benchmarks"][place]["name"],
                        operations=operations, slices=slices, busy_loop_ns=busy_loop_ns)

    def end(self) -> tuple[int, str, str]:
        """Exit code and the rest of what it says, after the end of the input."""
        stdout, stderr = self.process.communicate(timeout=60)
        return self.process.returncode, stdout, stderr


def at_work(directory: Path) -> None:
    wait_for(lambda: any(wal.stat().st_size for wal in directory.glob("*/*/store.db-wal")))


def test_ready_says_what_can_be_opened(tmp_path):
    # A duration is part of many a command, and does not change the names.
    with Talk(tmp_path, "--ops", "7", "--repetitions", "2") as talk:
        assert talk.ready["say"] == "ready"
        assert talk.ready["protocol"] == "pragmark-slices/1"
        assert [each["name"] for each in talk.ready["benchmarks"]] == [
            "sequential_write/production/per-thread/rows:50/payload:small/real_time/threads:1",
            "mixed/production/per-thread/rows:50/payload:small/reads:50/real_time/threads:2"]
        assert [each["threads"] for each in talk.ready["benchmarks"]] == [1, 2]
        assert CONTEXT <= talk.ready["context"].keys()
        assert all(isinstance(value, str) for value in talk.ready["context"].values())


def test_two_programs_that_take_turns_do_the_same_work(tmp_path):
    with Talk(tmp_path) as one, Talk(tmp_path, "--counting-vfs", "off") as other:
        for place, writes in enumerate((27, 15)):
            for talk, busy_loop_ns in ((one, 0), (other, 2000.5)):
                opened = talk.open(place, 9 + place, busy_loop_ns=busy_loop_ns)
                assert opened == {"say": "opened", "operations": 9 + place}
            for _ in range(3):
                slices = [one.ask("slice"), other.ask("slice")]
                for each in slices:
                    assert each["operations"] == each["reads"] + each["writes"] == 9 + place
                    assert each["errors"] == each["busy_errors"] == 0
                assert slices[0]["reads"] == slices[1]["reads"]
                assert ("io" in slices[0], "io" in slices[1]) == (True, False)
            closed = [one.ask("close"), other.ask("close")]
            assert closed[0] == closed[1]
            assert closed[0]["writes"] == writes and closed[0]["rows"] == 50 + writes
        assert one.end()[:2] == (0, "") and other.end()[:2] == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("working", [True, False])
def test_interrupt_leaves_no_scratch(tmp_path, number, working):
    with Talk(tmp_path) as talk:
        talk.open(0, ENDLESS)
        if working:
            talk.say("slice")
            at_work(tmp_path)
        os.killpg(talk.process.pid, number)  # as a terminal does
        assert talk.answer() == {"say": "error", "message": "interrupted", "environment": True}
        code, _, stderr = talk.end()
    assert code == 3
    assert stderr.splitlines()[-1].startswith("pragmark bench: interrupted")
    assert list(tmp_path.iterdir()) == []


def test_program_ends_when_nobody_reads_its_answers(tmp_path):
    with Talk(tmp_path) as talk:
        talk.open(0, ENDLESS)
        talk.say("slice")
        at_work(tmp_path)
        for stream in (talk.process.stdin, talk.process.stdout):
            stream.close()
        assert talk.process.wait(timeout=60) == 0
        assert talk.process.stderr.read() == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("request_line", [
    "hello", '{"say":"slice"}', '{"say":"open"}',
    '{"say":"open","benchmark":"mixed","operations":1,"slices":1,"busy_loop_ns":0}',
    '{"say":"open","benchmark":"mixed","operations":0,"slices":1,"busy_loop_ns":0}'])
def test_request_that_makes_no_sense_ends_it(tmp_path, request_line):
    with Talk(tmp_path) as talk:
        talk.process.stdin.write(request_line + "\n")
        talk.process.stdin.flush()
        answer = talk.answer()
        assert answer["say"] == "error" and answer["environment"] is False
        assert talk.end()[:2] == (2, "")
    assert list(tmp_path.iterdir()) == []


def test_set_that_is_not_in_effect_is_an_error(tmp_path):
    with Talk(tmp_path, "--pragmas", "production+locking_mode=EXCLUSIVE+busy_timeout=10") as talk:
        answer = talk.open(1, 10)
        assert "database is locked" in answer["message"] and answer["environment"] is False
        assert talk.end()[0] == 1
    assert list(tmp_path.iterdir()) == []


def test_disk_that_takes_no_more_is_the_environments_fault(tmp_path):
    with Talk(tmp_path, preexec_fn=limit_file_size) as talk:
        assert talk.open(0, ENDLESS)["say"] == "opened"
        answer = talk.ask("slice")
        assert "disk" in answer["message"] and answer["environment"] is True
        assert talk.end()[0] == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments, word", [
    (["--out", "r.json"], "--out"), (["--format", "json"], "--format"), (["--list"], "--list"),
    (["--require-target"], "--require-target"), (["--target", "9"], "--target"),
    (["--processes", "2"], "--processes"),
    (["--strategy", "python-original"], "python-original")])
def test_what_does_not_go_with_slices_is_refused(tmp_path, arguments, word):
    assert_refused(run(tmp_path, "--slices", *arguments), 2, "--slices", word)
    assert list(tmp_path.iterdir()) == []


def test_help_names_it(tmp_path):
    assert "--slices" in run(tmp_path, "--help").stdout

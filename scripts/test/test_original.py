"""scripts/original.py as `pragmark bench` uses it: through its standard input and output."""

from __future__ import annotations

import copy
import importlib.util
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "original.py"
TOPICS = ("CREATE TABLE topics (id TEXT PRIMARY KEY, title TEXT, created_at INTEGER, "
          "updated_at INTEGER)")
SETTINGS = [
    {"name": "busy_timeout", "sql": "PRAGMA busy_timeout = 5000;", "accepted": ["5000"]},
    {"name": "journal_mode", "sql": "PRAGMA journal_mode = WAL;", "accepted": ["WAL"]},
    {"name": "synchronous", "sql": "PRAGMA synchronous = NORMAL;", "accepted": ["NORMAL", "1"]},
]


def load_module():
    spec = importlib.util.spec_from_file_location("original", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["original"] = module
    spec.loader.exec_module(module)
    return module


class Worker:
    """The process, and the benchmark's side of the conversation."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, SCRIPT], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def say(self, line: dict) -> None:
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def open(self, task: dict) -> None:
        self.say(task)
        answer = self.answer()
        assert answer["say"] == "ready", answer

    def go(self) -> dict:
        self.say({"say": "go"})
        assert self.answer() == {"say": "done"}
        return self.answer()

    def end(self) -> int:
        """Ends the input; nothing more may be said, on either stream."""
        stdout, stderr = self.process.communicate(timeout=60)
        assert (stdout, stderr) == ("", "")
        return self.process.returncode


@pytest.fixture(name="worker")
def worker_fixture():
    worker = Worker()
    yield worker
    worker.process.kill()
    worker.process.communicate()


@pytest.fixture(name="task")
def task_fixture(tmp_path):
    """Two threads: the first reads, writes and reads; the second writes twice."""
    database = tmp_path / "a store?#.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(TOPICS)
        connection.execute("INSERT INTO topics VALUES ('a', 'first', 1, 1), ('b', 'other', 2, 2)")
        connection.commit()
    return {"say": "open", "protocol": "pragmark-worker/1", "database": str(database),
            "threads": 2, "in_flight": 1, "operations": 3,
            "script": {"settings": copy.deepcopy(SETTINGS),
                       "read_sql": "SELECT id, title FROM topics WHERE id = ?1",
                       "write_sql": "INSERT INTO topics VALUES (?1, ?2, ?3, ?4)",
                       "requests_file": requests(tmp_path, [["a"], [0, "c", 3, 3], ["b"]],
                                                 [[1, "d", 4, 4], ["a"], [0, "e", 5, 5]])}}


def requests(folder: Path, *threads: list) -> str:
    lines = [{"topics": [["one"], ["two"]]}]
    for number, made in enumerate(threads):
        lines += [{"thread": number}, *made]
    path = folder / "requests.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def rows_of(task: dict) -> list:
    with closing(sqlite3.connect(task["database"])) as connection:
        return connection.execute("SELECT * FROM topics ORDER BY id").fetchall()


def test_makes_the_requests_it_is_given(worker, task):
    worker.say(task)
    assert worker.answer() == {"say": "ready", "protocol": "pragmark-worker/1",
                               "sqlite_version": sqlite3.sqlite_version}
    result = worker.go()
    counts = {"attempted": 6, "reads": 3, "writes": 3, "wrong_rows": 0, "busy_errors": 0,
              "errors": 0}
    assert {key: result[key] for key in counts} == counts
    assert sum(count for _, count in result["latencies"]["buckets"]) == 6
    assert result["latencies"]["max_ns"] > 0
    assert "failure" not in result
    assert worker.end() == 0
    assert rows_of(task) == [("a", "first", 1, 1), ("b", "other", 2, 2), ("c", "one", 3, 3),
                             ("d", "two", 4, 4), ("e", "one", 5, 5)]


def test_goes_on_where_it_was(worker, task):
    task["operations"] = 1
    worker.open(task)
    writes = [worker.go()["writes"] for _ in range(3)]
    assert writes == [1, 1, 1]
    spent = worker.go()
    assert spent["attempted"] == 0 and "0 are left" in spent["failure"]["message"]


def test_answer_of_another_row_is_counted(worker, task):
    task["script"]["read_sql"] = "SELECT 'b', title FROM topics WHERE id = ?1"
    worker.open(task)
    result = worker.go()
    assert (result["reads"], result["wrong_rows"]) == (1, 2)


def test_row_that_is_missing_is_counted(worker, task, tmp_path):
    requests(tmp_path, [["a"], ["nobody"], ["b"]], [["a"], ["a"], ["a"]])
    worker.open(task)
    result = worker.go()
    assert (result["reads"], result["wrong_rows"]) == (5, 1)


def test_locked_database_is_busy_and_no_failure(worker, task):
    task["script"]["settings"] = [
        {"name": "busy_timeout", "sql": "PRAGMA busy_timeout = 1;", "accepted": ["1"]}]
    worker.open(task)
    with closing(sqlite3.connect(task["database"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = worker.go()
    assert (result["reads"], result["writes"], result["busy_errors"]) == (3, 0, 3)
    assert "failure" not in result
    assert len(rows_of(task)) == 2


def test_journal_taken_for_a_dead_writers_is_busy_and_no_failure(worker, task, tmp_path):
    task["script"]["settings"] = []
    requests(tmp_path, [["a"]] * 3, [["b"]] * 3)
    journal = Path(task["database"] + "-journal")
    with closing(sqlite3.connect(task["database"], isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("PRAGMA synchronous = OFF")  # or its header is complete only after a sync
        other.execute("BEGIN")
        other.execute("DELETE FROM topics")
        left_by_it = journal.read_bytes()
        other.execute("ROLLBACK")
    worker.open(task)
    journal.write_bytes(left_by_it)
    result = worker.go()
    assert (result["reads"], result["busy_errors"], result["errors"]) == (0, 6, 0)
    assert "failure" not in result
    assert len(rows_of(task)) == 2


def test_failed_request_is_told_in_one_line(worker, task, tmp_path):
    requests(tmp_path, [[0, "a", 1, 1]] * 3, [["a"], ["a"], ["a"]])
    worker.open(task)
    result = worker.go()
    assert result["errors"] == 1 and result["writes"] == 0
    assert "UNIQUE constraint failed" in result["failure"]["message"]
    assert "\n" not in result["failure"]["message"]
    if sys.version_info >= (3, 11):
        assert result["failure"]["extended_code"] == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY


@pytest.mark.parametrize(("change", "words"), [
    ({"protocol": "pragmark-worker/2"}, "pragmark-worker/1"),
    ({"in_flight": 2}, "one request in flight"),
    ({"database": "/nonexistent/store.db"}, "unable to open"),
])
def test_task_that_it_cannot_do_is_refused(worker, task, change, words):
    worker.say({**task, **change})
    said = worker.answer()
    assert said["say"] == "error" and words in said["failure"]["message"]
    assert worker.end() == 1


def test_setting_that_is_not_in_effect_is_refused(worker, task):
    task["script"]["settings"][2]["sql"] = "PRAGMA synchronous = FLUL;"
    task["script"]["settings"][2]["accepted"] = ["OFF", "0"]
    worker.say(task)
    assert "apply synchronous: asked OFF" in worker.answer()["failure"]["message"]


def test_end_of_the_input_stops_what_is_running(worker, task, tmp_path):
    task["operations"] = 200_000
    requests(tmp_path, [["a"]] * 200_000, [["b"]] * 200_000)
    worker.open(task)
    worker.say({"say": "go"})
    worker.process.stdin.close()
    worker.process.stdin = None  # closed; communicate() would flush it
    assert json.loads(worker.process.stdout.readline()) == {"say": "done"}
    assert json.loads(worker.process.stdout.readline())["attempted"] < 400_000
    assert worker.process.wait(timeout=60) == 0


def test_buckets_are_those_of_the_histogram():
    bucket_of = load_module().bucket_of
    lines = (ROOT / "bench" / "test" / "latency_buckets.txt").read_text().splitlines()[1:]
    pairs = [tuple(map(int, line.split())) for line in lines]
    assert len(pairs) == 49
    assert [bucket_of(ticks) for ticks, _ in pairs] == [bucket for _, bucket in pairs]


def test_says_which_sqlite_it_runs():
    said = subprocess.run([sys.executable, SCRIPT, "--version"], capture_output=True, text=True,
                          check=True)
    assert said.stdout.split()[0] == sqlite3.sqlite_version

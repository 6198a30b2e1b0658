"""`pragmark-bench` with worker processes: ours and the original design in Python."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from test_bench_program import BIN, assert_refused, load, repetitions, run

LONG = ["--workload", "mixed", "--rows", "50", "--threads", "2", "--repetitions", "1"]
# More than anyone waits for; the requests of the second are written down before it starts.
RUNS = [["--strategy", "per-thread", "--processes", "3", "--ops", "900000000"],
        ["--strategy", "python-original", "--ops", "300000"]]


def start(directory: Path, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen([BIN / "pragmark-bench", "--dir", directory, *LONG, *arguments],
                            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            start_new_session=True)


def children(process: subprocess.Popen) -> list[int]:
    return [int(pid) for thread in Path(f"/proc/{process.pid}/task").iterdir()
            for pid in (thread / "children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def wait_for(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def at_work(directory: Path, process: subprocess.Popen) -> list[int]:
    """The workers, once rows are being written."""
    wait_for(lambda: any(wal.stat().st_size for wal in directory.glob("*/*/store.db-wal")))
    workers = children(process)
    assert workers
    return workers


@pytest.fixture(name="result", scope="module")
def result_fixture(tmp_path_factory):
    """Ours in threads and in processes, and the original in Python, in one run."""
    directory = tmp_path_factory.mktemp("processes")
    out = directory / "r.json"
    done = run(directory, "--strategy", "python-original,open-per-op", "--processes", "1,2",
               "--workload", "mixed,sequential_write,concurrent_read", "--threads", "3", "--rows",
               "50", "--ops", "60", "--repetitions", "2", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert list(directory.iterdir()) == [out]
    return load(out)


def test_every_process_makes_its_share(result):
    rows = repetitions(result)
    assert len(rows) == 2 * 2 * (2 + 1 + 2)  # the sequential one has one process
    for row in rows:
        clients = 1 if row["name"].startswith("sequential") else 3
        assert row["threads"] == clients
        assert row["operations"] == 60 and row["errors"] == 0 and row["busy_errors"] == 0
        assert row["iterations"] == (30 if "/processes:2/" in row["name"] else 60)
        if row["name"].startswith("mixed"):
            assert row["reads_per_second"] == pytest.approx(row["writes_per_second"])
        # What was not counted is not reported as none.
        python = "/python-original/" in row["name"]
        assert ("checkpoints" in row) != python
        assert ("harness_ns_per_op" in row) != python


def test_context_says_which_python_ran(result):
    context = result["context"]
    assert context["python_sqlite_version"].count(".") == 2
    assert context["python_version"].startswith("3.")


def test_original_in_python_is_not_among_the_defaults(tmp_path):
    assert "python-original" not in run(tmp_path, "--list").stdout
    done = run(tmp_path, "--strategy", "per-thread", "--workload", "mixed", "--ops", "1",
               "--repetitions", "1", "--rows", "5", "--format", "json")
    assert not any(key.startswith("python") for key in json.loads(done.stdout)["context"])


@pytest.mark.parametrize("interpreter", ["/nonexistent/python", "/bin/false", "/bin/true"])
def test_python_that_does_not_run_is_named_before_anything_is_measured(tmp_path, interpreter):
    refused = run(tmp_path, "--strategy", "python-original,per-thread",
                  env={**os.environ, "PRAGMARK_PYTHON": interpreter})
    assert_refused(refused, 2, interpreter, "PRAGMARK_PYTHON")
    assert list(tmp_path.iterdir()) == []


def test_another_sqlite_in_python_is_warned_about(tmp_path):
    fake = tmp_path / "python"
    fake.write_text('#!/bin/sh\nif [ "$2" = --version ]; then echo 3.1.2 3.8; '
                    'else exec /usr/bin/env python3 "$@"; fi\n')
    fake.chmod(0o755)
    done = run(tmp_path, "--strategy", "python-original", "--workload", "sequential_read", "--ops",
               "2", "--repetitions", "1", "--rows", "5",
               env={**os.environ, "PRAGMARK_PYTHON": str(fake)})
    assert done.returncode == 0, done.stderr
    assert "warning: Python runs SQLite 3.1.2" in done.stderr


@pytest.mark.parametrize("arguments", RUNS)
def test_interrupt_of_all_leaves_no_scratch_and_no_process(tmp_path, arguments):
    with start(tmp_path, *arguments) as process:
        workers = at_work(tmp_path, process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3 and stdout == ""
    assert stderr.splitlines()[-1].startswith("pragmark bench: interrupted")
    assert list(tmp_path.iterdir()) == []
    assert not any(alive(pid) for pid in workers)


@pytest.mark.parametrize("arguments", RUNS)
def test_killed_worker_is_an_error_row_that_names_it(tmp_path, arguments):
    with start(tmp_path, *arguments) as process:
        workers = at_work(tmp_path, process)
        os.kill(workers[-1], signal.SIGKILL)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"(process {workers[-1]}) was killed by signal 9 (SIGKILL)" in stderr
    assert "ERROR" in stdout
    assert list(tmp_path.iterdir()) == []
    assert not any(alive(pid) for pid in workers)


@pytest.mark.parametrize("arguments", RUNS)
def test_workers_end_when_the_benchmark_is_killed(tmp_path, arguments):
    with start(tmp_path, *arguments) as process:
        workers = at_work(tmp_path, process)
        process.kill()
        process.communicate(timeout=60)
    wait_for(lambda: not any(alive(pid) for pid in workers))

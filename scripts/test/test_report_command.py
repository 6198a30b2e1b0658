"""The command: exit codes, one line on stderr, nothing left behind."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import error_row, rows_of, verify_document
from pragmark_report import outdir
from pragmark_report.errors import InputError

SCRIPTS = Path(__file__).resolve().parents[1]
FILES = {"report.html", "report.md", "throughput.svg", "throughput.png", "latency.svg",
         "latency.png", "levers.svg", "levers.png"}


def run(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pragmark_report", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False,
                          **options)


def names(folder):
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def assert_refused(finished, said, folder):
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert said in finished.stderr
    assert not folder.exists()


def test_a_good_result_gives_the_whole_report(small, write, tmp_path):
    out = tmp_path / "deep" / "out"
    finished = run(write(small), write(verify_document(), "v.json"), "--out", out)
    assert finished.returncode == 0
    assert names(out) == FILES
    assert "production  per-thread" in finished.stdout
    assert "\x1b" not in finished.stdout
    assert finished.stderr == f"pragmark report: wrote {out}/report.html\n"


def test_json_on_stdout(small, write, tmp_path):
    finished = run(write(small), "--out", tmp_path / "out", "--format", "json")
    assert json.loads(finished.stdout)["schema"] == "pragmark.report/2"


def test_a_benchmark_that_erred_gives_a_report_and_a_warning(small, write, tmp_path):
    broken = rows_of(small, "production/per-thread")[0]
    small["benchmarks"][small["benchmarks"].index(broken)] = error_row(broken, "rows are missing")
    finished = run(write(small), "--out", tmp_path / "out")
    assert finished.returncode == 0
    assert "rows are missing" in finished.stdout
    assert "warning: 1 of the configurations erred" in finished.stderr


@pytest.mark.parametrize(
    "target, few, status", [(100, False, 0), (10**6, False, 1), (100, True, 3)]
)
def test_a_required_target_decides_the_status(small, write, tmp_path, target, few, status):
    if few:
        small["benchmarks"] = [r for r in small["benchmarks"] if r["repetition_index"] < 5]
    finished = run(write(small), "--out", tmp_path / "out", "--require-target", "--target", target)
    assert finished.returncode == status
    assert names(tmp_path / "out") == FILES


@pytest.mark.parametrize(
    "text, said", [("hello", "not valid JSON"), ('{"schema": "x"}', "unknown schema"),
                   ('{"context": {', "truncated JSON")]
)
def test_bad_input_is_one_line_and_no_folder(write, tmp_path, text, said):
    assert_refused(run(write(text), "--out", tmp_path / "out"), said, tmp_path / "out")


def test_one_bad_file_among_good_ones_is_refused(small, write, tmp_path):
    finished = run(write(small), write("", "empty.json"), "--out", tmp_path / "out")
    assert_refused(finished, "empty.json: empty file", tmp_path / "out")


def test_a_path_with_a_line_break_is_still_one_line(tmp_path):
    finished = run("no\nsuch\x1bfile", "--out", tmp_path / "out")
    assert_refused(finished, "no such\ufffdfile: No such file", tmp_path / "out")


@pytest.mark.parametrize(
    "arguments",
    [[], ["r.json"], ["--out", "d"], ["r.json", "--out", "d", "--target", "0"],
     ["r.json", "--out", "d", "--target", "nan"], ["r.json", "--out", "d", "--target", "fast"],
     ["r.json", "--out", "d", "--format", "xml"], ["r.json", "--out", "d", "--no-such-flag"]],
)
def test_bad_usage_is_one_line(arguments, tmp_path):
    finished = run(*arguments, cwd=tmp_path)
    assert finished.returncode == 2
    assert finished.stderr.count("\n") == 1 and "--help" in finished.stderr


def test_help_shows_an_example():
    finished = run("--help")
    assert finished.returncode == 0
    assert "pragmark report results.json" in finished.stdout


def test_a_folder_that_cannot_be_made_is_refused(small, write, tmp_path):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "out", "/proc/no-such-folder/out"):
        finished = run(write(small), "--out", out)
        assert finished.returncode == 2
        assert finished.stderr.count("\n") == 1 and "cannot be written" in finished.stderr


def test_a_write_that_fails_leaves_nothing_behind(small, write, tmp_path):
    out = tmp_path / "out"

    def limit_file_size():
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    finished = run(write(small), "--out", out, preexec_fn=limit_file_size)
    assert_refused(finished, "cannot be written", out)


def test_an_earlier_report_survives_a_write_that_fails(tmp_path, monkeypatch):
    outdir.write_files(tmp_path, {"report.html": b"old"})

    def fail(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(InputError, match="No space left on device"):
        outdir.write_files(tmp_path, {"report.html": b"new"})
    assert names(tmp_path) == {"report.html"}
    assert (tmp_path / "report.html").read_bytes() == b"old"


def test_an_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(path, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupt)
    with pytest.raises(KeyboardInterrupt):
        outdir.write_files(tmp_path / "a" / "b", {"report.html": b"new"})
    assert names(tmp_path) == set()


def test_other_files_of_the_folder_stay(tmp_path):
    (tmp_path / "results.json").write_text("{}")
    outdir.write_files(tmp_path, {"report.md": b"x"})
    assert names(tmp_path) == {"results.json", "report.md"}


def open_when_read(fifo):
    """Opens the writing end as soon as the program has opened the reading one."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < deadline, "the program never read its input"
            time.sleep(0.01)


def end_by_signal(process, number):
    """stderr of a process that is sent a signal. One that comes just before a blocking read waits
    for the read to end, in every Python program; then a second one ends it."""
    for _ in range(10):
        process.send_signal(number)
        try:
            return process.communicate(timeout=5)[1]
        except subprocess.TimeoutExpired:
            pass
    raise AssertionError("no signal ends it")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_traceback(tmp_path, number):
    os.mkfifo(tmp_path / "slow.json")  # holds the program while it loads
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-B", "-m", "pragmark_report", str(tmp_path / "slow.json"), "--out",
               str(tmp_path / "out")]
    # A shell starts background jobs with SIGINT ignored, which the program would inherit.
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: signal.signal(number, signal.SIG_DFL)) as process:
        writer = open_when_read(tmp_path / "slow.json")
        said = end_by_signal(process, number)
        os.close(writer)
    assert process.returncode == 3
    assert said == "pragmark report: interrupted; nothing was left behind\n"
    assert names(tmp_path) == {"slow.json"}


def test_a_reader_that_leaves_early_is_no_error(small, write, tmp_path):
    read_end, write_end = os.pipe()
    os.close(read_end)
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-B", "-m", "pragmark_report", write(small), "--out",
               str(tmp_path / "out")]
    finished = subprocess.run(command, env=environment, stdout=write_end, stderr=subprocess.PIPE,
                              text=True, check=False)
    os.close(write_end)
    assert finished.returncode == 0
    assert "Broken" not in finished.stderr


def test_a_full_stdout_is_an_error(small, write, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-B", "-m", "pragmark_report", write(small), "--out",
               str(tmp_path / "out")]
    with open("/dev/full", "w", encoding="utf-8") as full:
        finished = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False)
    assert finished.returncode == 2
    assert finished.stderr.count("\n") == 1 and "stdout: No space left" in finished.stderr

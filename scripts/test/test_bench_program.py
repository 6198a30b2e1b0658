"""`pragmark-bench` from outside: results, exit codes, one line on stderr, nothing left behind.

No test looks at how fast anything was. The programs lie in $PRAGMARK_BIN, by default in build/bin.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1]
BIN = Path(os.environ.get("PRAGMARK_BIN", SCRIPTS.parent / "build" / "bin"))
COMPARE = Path("/usr/share/benchmark/compare.py")
CONTEXT = {
    "pragmark_version", "pragmark_build_type", "sqlite_version", "sqlite_source_id",
    "sqlite_compile_options", "filesystem", "block_device", "fdatasync_us_p50", "cpu_model",
    "memory_bytes", "virtualization", "kernel", "steal_percent", "seed", "command", "preset",
    "environment_grade", "environment_reasons",
    "filesystem_warning", "counting_vfs", "counting_vfs_cost_percent", "pragma_set:production",
}
LATENCIES = {"latency_us_p50", "latency_us_p90", "latency_us_p99", "latency_us_p99_9",
             "latency_us_max"}
WORKLOADS = ["sequential_read", "sequential_write", "concurrent_read", "mixed"]
QUICK = ["--ops", "40", "--threads", "4", "--rows", "50", "--repetitions", "1"]
# Every connection wants the file for itself, so the second one of a thread cannot be opened.
ERRS = "production+locking_mode=EXCLUSIVE+busy_timeout=10"


def run(directory: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    program = BIN / "pragmark-bench"
    assert program.exists(), f"{program} is not there: build first, or set PRAGMARK_BIN"
    return subprocess.run([program, "--dir", str(directory), *arguments], capture_output=True,
                          text=True, timeout=300, check=False, **options)


def load(path: Path) -> dict:
    """The result, read as strictly as any consumer may."""

    def refuse(word: str):
        raise ValueError(f"{word} is not JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def repetitions(document: dict) -> list[dict]:
    return [row for row in document["benchmarks"] if row["run_type"] == "iteration"]


def assert_refused(result: subprocess.CompletedProcess, code: int, *words: str) -> None:
    """One line that says what is wrong, after at most the line that says what was to be done."""
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.startswith("pragmark bench: ")]
    assert len(lines) == 1, result.stderr
    for word in words:
        assert word in lines[0]


@pytest.fixture(name="original", scope="module")
def original_fixture(tmp_path_factory):
    """The original's four workloads, through two strategies, twice."""
    directory = tmp_path_factory.mktemp("original")
    paths = [directory / "a.json", directory / "b.json"]
    for path in paths:
        result = run(directory, "--preset", "original", "--pragmas", "production", "--strategy",
                     "per-thread,single-writer", "--repetitions", "2", "--out", str(path))
        assert result.returncode == 0, result.stderr
    assert sorted(directory.iterdir()) == paths
    return paths


def test_original_is_what_the_original_ran(original):
    rows = repetitions(load(original[0]))
    assert len(rows) == 4 * 2 * 2
    for row in rows:
        workload, pragma_set, _, initial_rows, payload = row["name"].split("/")[:5]
        assert pragma_set == "production" and initial_rows == "rows:1000"
        assert payload == "payload:small"
        assert row["threads"] == (10 if workload in {"concurrent_read", "mixed"} else 1)
        assert row["operations"] == row["iterations"] == 1000
        assert row["label"] == "process-safe"
    for row in rows:
        if row["name"].startswith("mixed"):
            assert row["reads_per_second"] == pytest.approx(row["writes_per_second"])


def test_rows_hold_the_counters_of_the_design(original):
    for row in repetitions(load(original[0])):
        assert LATENCIES | {"items_per_second", "busy_errors", "errors", "operations",
                            "checkpoints", "wal_bytes_max"} <= row.keys()
        writes = not row["name"].startswith(("sequential_read", "concurrent_read"))
        assert ("syncs_per_write" in row) == writes
        assert ("writes_per_second" in row) == writes
        assert row["errors"] == 0
        for key, value in row.items():
            assert not isinstance(value, float) or math.isfinite(value), key
        # Rates are per second of wall time: requests = rate * time per request * requests.
        per_second = {"ns": 1e9, "us": 1e6, "ms": 1e3, "s": 1}[row["time_unit"]]
        assert row["items_per_second"] * row["real_time"] / per_second == pytest.approx(1)


def test_context_says_what_ran_where(original):
    context = load(original[0])["context"]
    assert CONTEXT <= context.keys()
    assert all(isinstance(context[key], str) for key in CONTEXT)
    assert "journal_mode=WAL" in context["pragma_set:production"].split("; ")
    assert context["preset"] == "original"
    assert context["counting_vfs"] == "on"
    assert context["command"].startswith("pragmark bench --dir ")
    assert context["command"].endswith(f"--repetitions 2 --out {original[0]}")
    assert float(context["steal_percent"]) >= 0
    assert float(context["fdatasync_us_p50"]) > 0
    assert context["environment_grade"] in "ABCDF"
    assert bool(context["environment_reasons"]) == (context["environment_grade"] != "A")


def test_google_benchmarks_compare_reads_it(original):
    compared = subprocess.run([sys.executable, COMPARE, "benchmarks", *map(str, original)],
                              capture_output=True, text=True, timeout=120, check=False)
    assert compared.returncode == 0, compared.stderr
    assert "mixed/production/per-thread" in compared.stdout


def test_report_reads_it(original, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONDONTWRITEBYTECODE": "1"}
    if load(original[0])["context"]["pragmark_build_type"] != "Release":
        pytest.skip("the report refuses results of other builds than Release")
    reported = subprocess.run(
        [sys.executable, "-m", "pragmark_report", str(original[0]), "--out", str(tmp_path / "d")],
        env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert reported.returncode == 0, reported.stderr
    assert (tmp_path / "d" / "report.html").exists()


def test_summary_shows_every_configuration(tmp_path):
    result = run(tmp_path, "--strategy", "per-thread", *QUICK)
    assert result.returncode == 0, result.stderr
    for workload in WORKLOADS:
        assert f"\n{workload} " in result.stdout
    assert "process-safe" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_json_goes_to_stdout_when_asked(tmp_path):
    result = run(tmp_path, "--workload", "mixed", "--format", "json", *QUICK)
    assert result.returncode == 0, result.stderr
    assert {row["name"].split("/")[2] for row in json.loads(result.stdout)["benchmarks"]} >= {
        "open-per-op", "per-thread", "single-writer", "group-commit"}


def test_layer_can_be_left_out_and_its_cost_is_measured(tmp_path):
    quick = ["--workload", "sequential_write", "--strategy", "per-thread", "--min-time", "0.01",
             "--repetitions", "1", "--rows", "50"]
    out = tmp_path / "r.json"
    assert run(tmp_path, *quick, "--counting-vfs", "off", "--out", str(out)).returncode == 0
    document = load(out)
    assert document["context"]["counting_vfs"] == "off"
    assert document["context"]["counting_vfs_cost_percent"] == "not measured"
    assert "syncs_per_write" not in document["benchmarks"][0]
    result = run(tmp_path, *quick, "--out", str(out))
    assert "counting layer costs, in percent: write " in result.stderr
    assert load(out)["context"]["counting_vfs_cost_percent"].endswith("] n=9")


def test_aggregates_hold_nothing_that_json_cannot(tmp_path):
    out = tmp_path / "r.json"
    result = run(tmp_path, "--workload", "mixed", "--strategy", "per-thread", "--ops", "40",
                 "--rows", "50", "--repetitions", "3", "--out", str(out))
    assert result.returncode == 0, result.stderr
    document = load(out)
    assert {row.get("aggregate_name") for row in document["benchmarks"]} == {
        None, "mean", "median", "stddev", "cv"}
    (cv,) = (row for row in document["benchmarks"] if row.get("aggregate_name") == "cv")
    assert "busy_errors" not in cv  # 0 / 0


def test_list_prints_the_names_of_the_result(tmp_path):
    listed = run(tmp_path, "--list", *QUICK)
    assert listed.returncode == 0 and listed.stderr == ""
    out = tmp_path / "r.json"
    assert run(tmp_path, "--out", str(out), *QUICK).returncode == 0
    names = [row["name"] for row in repetitions(load(out))]
    assert sorted(listed.stdout.splitlines()) == sorted(names)


def test_filter_passes_through(tmp_path):
    listed = run(tmp_path, "--list", "--benchmark_filter=^mixed.*threads:2$", "--threads", "1,2",
                 "--strategy", "per-thread")
    assert listed.stdout.splitlines() == [
        "mixed/production/per-thread/rows:1000/payload:small/reads:50/real_time/threads:2"]


# From here on: what goes wrong.


def test_erred_benchmark_is_an_error_row_and_exit_1(tmp_path):
    out = tmp_path / "r.json"
    result = run(tmp_path, "--pragmas", f"production,{ERRS}", "--strategy", "per-thread",
                 "--workload", "mixed", "--out", str(out), *QUICK)
    assert result.returncode == 1
    assert "1 of 2 benchmarks failed, the first: mixed/production+locking_mode" in result.stderr
    assert "ERROR" in result.stdout and "database is locked" in result.stdout
    good, bad = sorted(repetitions(load(out)), key=lambda row: "EXCLUSIVE" in row["name"])
    assert "error_occurred" not in good and good["items_per_second"] > 0
    assert bad["error_occurred"] is True and "database is locked" in bad["error_message"]
    assert "items_per_second" not in bad
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(("arguments", "words"), [
    (["--strategy", "pool"], ["unknown strategy pool", "open-per-op, per-thread"]),
    (["--workload", "sequental"], ["unknown workload sequental", "sequential_read"]),
    (["--pragmas", "fastest"], ["fastest"]),
    (["--pragmas", "production+synchronous=FLUL"], ["FLUL"]),
    (["--threads", "0"], ["--threads", "1"]),
    (["--threads", "-3"], ["--threads"]),
    (["--threads", "1000000"], ["--threads", "1024"]),
    (["--threads", "two"], ["--threads"]),
    (["--rows", "0"], ["--rows"]),
    (["--ops", "0"], ["--ops"]),
    (["--ops", "10", "--min-time", "1"], ["--min-time", "--ops"]),
    (["--preset", "original", "--rows", "10"], ["--preset", "--rows"]),
    (["--preset", "other"], ["--preset", "original"]),
    (["--payload", "big"], ["payload big", "small, article"]),
    (["--reads", "101"], ["--reads"]),
    (["--counting-vfs", "maybe"], ["--counting-vfs"]),
    (["--format", "xml"], ["--format"]),
    (["--no-such-option"], ["--no-such-option"]),
    (["--benchmark_filter=nothing_like_it"], ["matches no benchmark", "--list"]),
    (["--benchmark_out=x.json"], ["--benchmark_out", "use --out"]),
    (["--benchmark_format=json"], ["--benchmark_format", "use --format"]),
    (["--benchmark_no_such=1"], ["--benchmark_no_such"]),
    (["--out", "/nonexistent/r.json"], ["/nonexistent"]),
    (["--out", "/"], ["directory"]),
    (["--out", "/proc/r.json"], ["/proc/r.json", "may be written to"]),
])
def test_bad_usage_is_exit_2_and_one_line(tmp_path, arguments, words):
    assert_refused(run(tmp_path, *arguments), 2, *words)
    assert list(tmp_path.iterdir()) == []


def test_directory_that_is_not_there_is_exit_3(tmp_path):
    assert_refused(run(tmp_path / "missing", *QUICK), 3, "missing")
    file = tmp_path / "file"
    file.write_text("")
    assert_refused(run(file, *QUICK), 3, "file")


def limit_file_size() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_full_disk_is_exit_3_and_leaves_nothing(tmp_path):
    out = tmp_path / "r.json"
    result = run(tmp_path, "--strategy", "per-thread", "--rows", "5000", "--ops", "10", "--out",
                 str(out), preexec_fn=limit_file_size)
    assert_refused(result, 3, "template.db")
    assert list(tmp_path.iterdir()) == []


def at_work(directory: Path) -> bool:
    try:
        return any(directory.glob("*/*/store.db"))
    except FileNotFoundError:  # a scratch directory went while it was looked into
        return False


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_leaves_no_result_and_no_scratch(tmp_path, signal_number):
    out = tmp_path / "r.json"
    with subprocess.Popen([BIN / "pragmark-bench", "--dir", tmp_path, "--out", out, "--min-time",
                           "60", "--counting-vfs", "off"],
                          stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not at_work(tmp_path):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal_number)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3
    assert stdout == ""
    assert stderr.splitlines()[-1].startswith("pragmark bench: interrupted")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("target", "count", "code"), [
    ("0.001", "6", 0),
    ("1e12", "6", 1),
    ("0.001", "2", 3),  # too few repetitions to know
])
def test_required_target_decides_the_exit_code(tmp_path, target, count, code):
    result = run(tmp_path, "--strategy", "per-thread", "--ops", "40", "--rows", "50",
                 "--repetitions", count, "--target", target, "--require-target")
    assert result.returncode == code, result.stderr


def test_missed_target_is_no_failure_unless_required(tmp_path):
    assert run(tmp_path, "--strategy", "per-thread", "--target", "1e12", *QUICK).returncode == 0


def test_help_shows_an_example(tmp_path):
    result = run(tmp_path, "--help")
    assert result.returncode == 0
    assert "pragmark bench --preset original" in result.stdout
    assert "the sequential ones always have one" in " ".join(result.stdout.split())


@pytest.mark.parametrize("flag", [
    "--benchmark_context=sqlite_version=9.9", "--benchmark_enable_random_interleaving=false",
    "--benchmark_min_warmup_time=1", "--benchmark_time_unit=xx"])
def test_flags_that_would_spoil_the_result_are_refused(tmp_path, flag):
    result = run(tmp_path, flag, *QUICK)
    assert result.returncode == 2, result.stdout
    assert "benchmark_" in result.stderr


def test_environment_of_google_benchmark_is_not_heard(tmp_path):
    stray = tmp_path / "stray.json"
    variables = {"BENCHMARK_OUT": str(stray), "BENCHMARK_LIST_TESTS": "true",
                 "BENCHMARK_REPORT_AGGREGATES_ONLY": "true", "BENCHMARK_FILTER": "none"}
    result = run(tmp_path, "--strategy", "per-thread", "--workload", "mixed", *QUICK,
                 env={**os.environ, **variables})
    assert result.returncode == 0, result.stderr
    assert not stray.exists()


@pytest.mark.parametrize("arguments", [("--min-time", "nan"), ("--target", "nan"),
                                       ("--target", "inf"), ("--target", "0"), ("--seed", "-1")])
def test_numbers_that_are_none_are_refused(tmp_path, arguments):
    assert_refused(run(tmp_path, *arguments), 2, arguments[0])


def test_two_sets_of_one_name_are_refused(tmp_path):
    for folder, value in (("a", "OFF"), ("b", "FULL")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.sql").write_text(f"PRAGMA synchronous = {value};")
    result = run(tmp_path, "--pragmas", f"{tmp_path}/a/x.sql,{tmp_path}/b/x.sql", "--list")
    assert_refused(result, 2, "b/x.sql")


def test_a_target_is_not_reached_while_requests_fail(tmp_path):
    result = run(tmp_path, "--workload", "mixed", "--strategy", "per-thread", "--threads", "8",
                 "--pragmas", "production+busy_timeout=0", "--ops", "4000", "--repetitions", "6",
                 "--target", "1", "--require-target")
    assert "undecided" in result.stdout
    assert result.returncode == 3


def test_a_reader_that_leaves_early_leaves_no_scratch(tmp_path):
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as gone:
        subprocess.run([BIN / "pragmark-bench", "--dir", tmp_path, *QUICK], stderr=gone,
                       stdout=subprocess.DEVNULL, check=False)
    assert list(tmp_path.iterdir()) == []

"""`pragmark-verify` and `pragmark-sets` from outside: exit codes, one line on stderr, nothing left.

The programs lie in $PRAGMARK_BIN, by default in build/bin.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

BIN = Path(os.environ.get("PRAGMARK_BIN", Path(__file__).resolve().parents[2] / "build" / "bin"))
SETTINGS = ["journal_mode", "busy_timeout", "synchronous", "cache_size", "foreign_keys",
            "temp_store"]
CONNECTIONS = ["schema-creation", "read-write", "read-only", "in-memory"]


def run(name: str, *arguments: str, **options) -> subprocess.CompletedProcess:
    program = BIN / f"pragmark-{name}"
    assert program.exists(), f"{program} is not there: build first, or set PRAGMARK_BIN"
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
                          check=False, **options)


def verify(directory: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    return run("verify", "--dir", str(directory), *arguments, **options)


def assert_one_line(result: subprocess.CompletedProcess, *words: str) -> None:
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


def without_warnings(stderr: str) -> str:
    """The disk under test may be one that the program warns about."""
    return "".join(line for line in stderr.splitlines(True) if ": warning: " not in line)


def test_production_passes_as_json(tmp_path):
    result = verify(tmp_path, "--pragmas", "production", "--format", "json")
    assert (result.returncode, without_warnings(result.stderr)) == (0, "")
    report = json.loads(result.stdout)
    assert report["schema"] == "pragmark.verify/1"
    assert report["verdict"] == "pass"
    assert report["pragma_set"]["name"] == "production"
    assert report["sqlite"]["version"] and report["sqlite"]["source_id"]
    assert report["environment"]["directory"] == str(tmp_path)
    assert report["environment"]["environment_grade"] in "ABCDF"
    assert isinstance(report["environment"]["environment_reasons"], str)
    assert report["stages"] == ["values", "behaviour", "library"]
    read_back = [c for c in report["checks"] if c["id"] == "V001"]
    assert ([(c["connection"], c["setting"]) for c in read_back]
            == [(connection, setting) for connection in CONNECTIONS for setting in SETTINGS])
    assert list(tmp_path.iterdir()) == []


def test_production_passes_as_text_without_colour_in_a_pipe(tmp_path):
    result = verify(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.rstrip().splitlines()[-1].startswith("verdict: pass (")
    assert "\x1b" not in result.stdout


def test_junit_parses_and_counts(tmp_path):
    result = verify(tmp_path, "--format", "junit")
    assert result.returncode == 0
    suite = ElementTree.fromstring(result.stdout).find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases) > len(SETTINGS) * len(CONNECTIONS)
    assert suite.get("failures") == suite.get("errors") == "0"
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(names) == len(set(names))


def test_junit_parses_whatever_the_names_are(tmp_path):
    directory = tmp_path / os.fsdecode(b"<&\"'\x01\x1b latin-1 \xe9>")
    directory.mkdir()
    script = directory / "set & <more>.sql"
    script.write_text("PRAGMA synchronous = NORMAL;\n", encoding="utf-8")
    result = verify(directory, "--pragmas", str(script), "--format", "junit", errors="strict")
    assert result.returncode == 0, result.stderr
    ElementTree.fromstring(result.stdout)
    json.loads(verify(directory, "--pragmas", str(script), "--format", "json").stdout)


@pytest.mark.parametrize("pragma_set, words", [
    ("production+synchronous=FLUL", ["synchronous=FLUL", "NORMAL", "FULL"]),
    ("production+sychronous=1", ["sychronous", "synchronous"]),
    ("production+cache_size=64MB", ["cache_size=64MB", "64"]),
    ("production+foreign_keys=enable", ["foreign_keys=enable", "OFF"]),
    ("production+page_size=5000", ["page_size=5000"]),
    ("prodction", ["prodction", "production"]),
    ("no/such.sql", ["no/such.sql"]),
    ("", []),
])
def test_a_wrong_set_is_bad_usage(tmp_path, pragma_set, words):
    result = verify(tmp_path, "--pragmas", pragma_set)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, "pragmark verify: ", *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments, words", [
    (["--frobnicate"], ["--frobnicate", "--help"]),
    (["extra"], ["extra", "--help"]),
    (["--format", "xml"], ["xml", "json"]),
    (["--pragmas"], ["--pragmas", "--help"]),
    (["--stage", "durable"], ["durable", "durability"]),
    (["--stage", "values,nonsense"], ["nonsense", "values"]),
    (["--out", "."], ["--out .", "directory"]),
    (["--out", "no/such/file"], ["no/such"]),
])
def test_a_wrong_command_line_is_bad_usage(tmp_path, arguments, words):
    result = verify(tmp_path, *arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, "pragmark verify: ", *words)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_used_is_the_environment(tmp_path):
    a_file = tmp_path / "file"
    a_file.write_text("x", encoding="utf-8")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    unwritable = Path("/proc") if os.geteuid() == 0 else locked  # root may write to `locked`
    for directory in (tmp_path / "missing", a_file, unwritable):
        result = verify(directory)
        assert (result.returncode, result.stdout) == (3, "")
        assert_one_line(result, "pragmark verify: ", str(directory), "--dir")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "locked"]


def limit_files(size_bytes: int):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


@pytest.mark.parametrize("size_bytes", [0, 8192, 100_000])
def test_a_full_disk_is_the_environment(tmp_path, size_bytes):
    result = verify(tmp_path, preexec_fn=limit_files(size_bytes))
    assert (result.returncode, result.stdout) == (3, "")
    assert_one_line(result, "pragmark verify: ", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_cannot_be_written_is_no_success(tmp_path):
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = subprocess.run([BIN / "pragmark-verify", "--dir", tmp_path], stdout=full,
                                stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert result.returncode == 3
    assert_one_line(result, "stdout", "No space left")


def test_out_appears_whole_and_replaces_the_old_one(tmp_path):
    out = tmp_path / "verify.json"
    out.write_text("old", encoding="utf-8")
    result = verify(tmp_path, "--format", "json", "--out", str(out))
    assert (result.returncode, result.stdout) == (0, "")
    assert json.loads(out.read_text(encoding="utf-8"))["verdict"] == "pass"
    assert list(tmp_path.iterdir()) == [out]


def test_out_keeps_the_old_one_when_the_run_fails(tmp_path):
    out = tmp_path / "verify.json"
    out.write_text("old", encoding="utf-8")
    verify(tmp_path / "missing", "--format", "json", "--out", str(out))
    assert out.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [out]


# All settings read back as claimed, and the store's own reader is locked out.
LOCKED_OUT = "production+locking_mode=EXCLUSIVE+busy_timeout=0"


def test_a_claim_that_does_not_hold_exits_1(tmp_path):
    result = verify(tmp_path, "--pragmas", LOCKED_OUT)
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.rstrip().splitlines()[-1].startswith("verdict: fail (")
    assert "at stake" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_told_on_stderr_when_the_table_is_not_shown(tmp_path):
    result = verify(tmp_path, "--pragmas", LOCKED_OUT, "--format", "junit")
    assert result.returncode == 1
    line = without_warnings(result.stderr)
    assert line.count("\n") == 1 and LOCKED_OUT in line and "fail" in line
    suite = ElementTree.fromstring(result.stdout).find("testsuite")
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) > 0


def library_checks(directory: Path, *arguments: str) -> tuple[int, dict[str, dict]]:
    result = verify(directory, "--stage", "library", "--format", "json", *arguments)
    checks = json.loads(result.stdout)["checks"]
    return result.returncode, {check["id"]: check for check in checks}


def test_a_bug_of_the_library_is_a_warning_and_fails_when_strict(tmp_path):
    """More mapped memory than SQLite's own limit: a warning on every library."""
    asked = "production+mmap_size=30000000000"
    code, checks = library_checks(tmp_path, "--pragmas", asked)
    assert code == 0
    verdict = checks["B005"]["verdict"]
    affected = checks["B005"]["observed"].startswith("affected")
    assert verdict == ("warning" if affected else "pass")
    result = verify(tmp_path, "--stage", "library", "--pragmas", asked, "--format", "json")
    assert "warning: B002 MAX_MMAP_SIZE" in result.stderr
    code, checks = library_checks(tmp_path, "--pragmas", asked, "--strict")
    assert code == 1
    assert checks["B005"]["verdict"] == ("fail" if affected else "pass")
    assert "warning" not in [check["verdict"] for check in checks.values()]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_behind(tmp_path, signal_number):
    """The signal comes as soon as the scratch directory is seen."""
    with subprocess.Popen([BIN / "pragmark-verify", "--dir", tmp_path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        while not any(tmp_path.iterdir()) and process.poll() is None:
            pass
        process.send_signal(signal_number)
        stdout, stderr = process.communicate(timeout=120)
    assert list(tmp_path.iterdir()) == []
    # On a fast disk the run may have been over by then.
    if process.returncode != 0:
        assert (process.returncode, stdout) == (3, "")
        assert stderr.count("\n") == 1 and "interrupted" in stderr


@pytest.mark.parametrize("name", ["verify", "sets"])
def test_help_shows_an_example_and_version_a_number(name):
    shown = run(name, "--help")
    assert shown.returncode == 0 and f"\n  pragmark {name} " in shown.stdout
    version = run(name, "--version")
    assert version.returncode == 0 and version.stdout.strip().count(".") == 2


def test_sets_lists_name_source_and_settings():
    listed = json.loads(run("sets", "--format", "json").stdout)
    assert listed["schema"] == "pragmark.sets/1"
    names = [one["name"] for one in listed["sets"]]
    assert names == sorted(names) and {"default", "durable", "production"} <= set(names)
    overview = run("sets").stdout
    for one in listed["sets"]:
        assert one["source"] and one["settings"]
        assert f"\n{one['name']} " in overview and one["description"] in overview
    # One line for each, a heading and how to go on.
    assert len(overview.splitlines()) <= len(names) + 5
    text = run("sets", "better-sqlite3").stdout
    one = next(one for one in listed["sets"] if one["name"] == "better-sqlite3")
    assert one["source"] in text and all(note in text for note in one["notes"])
    assert {"option": "DEFAULT_WAL_SYNCHRONOUS=1", "setting": "synchronous"} in one["driver_options"]
    assert "(the driver's DEFAULT_WAL_SYNCHRONOUS=1)" in text


def test_sets_compares_two():
    text = run("sets", "--diff", "rails-8", "better-sqlite3")
    assert text.returncode == 0
    assert "by the driver's build option DEFAULT_WAL_SYNCHRONOUS=1" in text.stdout
    result = run("sets", "--diff", "production", "production+synchronous=FULL", "--format", "json")
    diff = json.loads(result.stdout)
    assert diff["schema"] == "pragmark.sets-diff/1"
    assert [one["name"] for one in diff["settings"] if not one["same"]] == ["synchronous"]
    assert (diff["a"]["durability"], diff["b"]["durability"]) == ("process-safe", "power-safe")


def test_a_framework_set_is_a_set_everywhere(tmp_path):
    result = verify(tmp_path, "--pragmas", "rails-8+cache_size=-2000", "--format", "json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["pragma_set"]["name"] == "rails-8+cache_size=-2000"


def test_sets_writes_sql_that_sqlite_takes_and_pragmark_reads(tmp_path):
    result = run("sets", "production+synchronous=FULL", "--format", "sql")
    assert result.returncode == 0
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    connection.executescript(result.stdout)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    script = tmp_path / "set.sql"
    script.write_text(result.stdout, encoding="utf-8")
    again = json.loads(run("sets", str(script), "--format", "json").stdout)["sets"][0]["settings"]
    assert {"synchronous": "FULL", "journal_mode": "WAL"}.items() <= {
        one["name"]: one["value"] for one in again}.items()


@pytest.mark.parametrize("arguments, words", [
    (["nosuch"], ["nosuch", "production"]),
    (["--format", "sql"], ["--format sql", "production"]),
    (["production", "durable"], ["durable", "--help"]),
    (["--diff", "production"], ["--diff", "--help"]),
    (["--diff", "production", "nosuch"], ["nosuch"]),
    (["durable", "--diff", "production", "default"], ["--diff", "--help"]),
    (["--diff", "production", "default", "--format", "sql"], ["--diff", "json"]),
])
def test_sets_refuses_bad_usage(arguments, words):
    result = run("sets", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, "pragmark sets: ", *words)

"""`pragmark-lint` from outside: exit codes, formats, one line on stderr, nothing written.

The program lies in $PRAGMARK_BIN, by default in build/bin.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("PRAGMARK_BIN", ROOT / "build" / "bin"))
DATA = ROOT / "verify" / "test" / "lint_data"
MISTAKE = "PRAGMA foreign_key = ON;\n"


def lint(*arguments: str | Path, **options) -> subprocess.CompletedProcess:
    program = BIN / "pragmark-lint"
    assert program.exists(), f"{program} is not there: build first, or set PRAGMARK_BIN"
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
                          check=False, **options)


def checksums(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def test_findings_exit_1_and_a_clean_tree_0():
    before = checksums(DATA)
    found = lint(DATA / "mistakes")
    assert (found.returncode, found.stderr) == (1, "")
    assert "you wrote foreign_key=ON, SQLite heard nothing" in found.stdout
    clean = lint(DATA / "clean")
    assert (clean.returncode, clean.stderr) == (0, "")
    assert clean.stdout.startswith("0 errors, 0 warnings in ")
    assert checksums(DATA) == before


def test_json_and_sarif_hold_the_same_findings(tmp_path):
    out = tmp_path / "lint.sarif"
    listed = json.loads(lint(DATA, "--format", "json").stdout)
    assert listed["schema"] == "pragmark.lint/1"
    assert lint(DATA, "--format", "sarif", "--out", out).returncode == 1
    results = json.loads(out.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert ([(one["rule"], one["line"]) for one in listed["findings"]]
            == [(one["ruleId"], one["locations"][0]["physicalLocation"]["region"]["startLine"])
                for one in results])


def test_exclude_takes_globs_again_and_again(tmp_path):
    for name in ["a.sql", "b_test.sql", "old/c.sql"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MISTAKE, encoding="utf-8")
    result = lint(tmp_path, "--exclude", "*_test.sql", "--exclude", "old", "--format", "json")
    found = json.loads(result.stdout)["findings"]
    assert [Path(one["path"]).name for one in found] == ["a.sql"]


@pytest.mark.parametrize("arguments, words", [
    ([], ["PATH", "pragmark lint ."]),
    (["missing"], ["missing", "no such file"]),
    ([".", "--format", "xml"], ["--format", "--help"]),
    ([".", "--out", "."], ["--out", "directory"]),
])
def test_bad_usage_exits_2_with_one_line(tmp_path, arguments, words):
    result = lint(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("pragmark lint: ") and result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def test_what_cannot_be_read_is_no_clean_result(tmp_path):
    pipe = tmp_path / "pipe.sql"
    os.mkfifo(pipe)
    result = lint(pipe)
    assert result.returncode == 3
    assert "pipe.sql: cannot be read" in result.stderr
    # In a folder it is not looked at: it is no file.
    assert lint(tmp_path).returncode == 0


def test_no_scratch_folder_is_the_environment(tmp_path):
    result = lint(tmp_path, env={**os.environ, "TMPDIR": str(tmp_path / "missing")})
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1 and "TMPDIR" in result.stderr


def test_nothing_is_left_in_the_scratch_folder(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert lint(DATA, env={**os.environ, "TMPDIR": str(scratch)}).returncode == 1
    assert list(scratch.iterdir()) == []


def test_help_shows_an_example_and_rules_lists_them():
    assert "\n  pragmark lint " in lint("--help").stdout
    rules = lint("--rules").stdout
    listed = json.loads(lint(DATA, "--format", "json").stdout)["findings"]
    for rule in {one["rule"] for one in listed}:
        assert f"{rule} " in rules

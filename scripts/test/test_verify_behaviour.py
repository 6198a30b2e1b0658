"""Stage `behaviour` of `pragmark verify`, and its self-test, from outside."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest

from test_programs import assert_one_line, verify

BAD = {"fail", "ineffective", "misread"}


def behaviour(directory, pragma_set: str) -> dict[str, dict]:
    """The results by setting."""
    result = verify(directory, "--pragmas", pragma_set, "--stage", "behaviour", "--format", "json")
    report = json.loads(result.stdout)
    assert report["stages"] == ["behaviour"]
    assert list(directory.iterdir()) == []
    return {check["setting"]: check for check in report["checks"]}


def test_every_pass_of_production_has_its_evidence(tmp_path):
    checks = behaviour(tmp_path, "production")
    assert {check["verdict"] for check in checks.values()} <= {"pass", "skipped"}
    for check in checks.values():
        if check["verdict"] == "pass":
            assert check["observed"]
    assert checks["synchronous"]["observed"] == "0 syncs in 20 commits, 2 in a checkpoint: NORMAL"
    assert checks["busy_timeout"]["observed"].split("; ")[1].startswith("gave up after 5000 ms")
    assert checks["wal_autocheckpoint"]["claimed"] == "1000 (by default)"
    assert checks["two processes"]["scope"] == ""


@pytest.mark.parametrize("timeout_ms", [60_000, 2_147_483_647])
def test_a_timeout_of_minutes_is_not_waited_for(tmp_path, timeout_ms):
    """verify() gives up after two minutes: two such waits would not pass."""
    checks = behaviour(tmp_path, f"production+busy_timeout={timeout_ms}")
    assert checks["busy_timeout"]["verdict"] == "pass"


def test_the_self_test_catches_every_control(tmp_path):
    result = verify(tmp_path, "--self-test", "--format", "json")
    assert (result.returncode, result.stderr) == (0, "")
    report = json.loads(result.stdout)
    assert (report["schema"], report["holds"]) == ("pragmark.verify-self-test/1", True)
    ids = [check["id"] for check in report["checks"]]
    assert len(ids) == len(set(ids))
    every_stage = json.loads(verify(tmp_path, "--format", "json").stdout)
    assert {check["id"] for check in every_stage["checks"]} <= set(ids)
    for check in report["checks"]:
        assert check["control_caught"] == check["right_passes"] in ("yes", "not possible here")
        if check["control_caught"] == "yes":
            assert {control["verdict"] for control in check["controls"]} <= BAD | {"warning"}
            assert {right["verdict"] for right in check["right"]} == {"pass"}
    assert list(tmp_path.iterdir()) == []


def test_the_self_test_lists_every_check_as_text(tmp_path):
    result = verify(tmp_path, "--self-test")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert lines[-1].startswith("self-test: pass (")
    checks = int(lines[-1].split("(")[1].split()[0])
    assert sum(line.startswith("  control caught: ") for line in lines) == checks


@pytest.mark.parametrize("arguments, words", [
    (["--format", "junit"], ["--self-test", "junit"]),
    (["--pragmas", "production"], ["--self-test", "--pragmas"]),
    (["--stage", "values"], ["--self-test", "--stage"]),
])
def test_the_self_test_has_no_set_no_stage_and_no_junit(tmp_path, arguments, words):
    result = verify(tmp_path, "--self-test", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert_one_line(result, *words)


def test_junit_names_every_behaviour_once(tmp_path):
    result = verify(tmp_path, "--stage", "behaviour", "--format", "junit")
    cases = ElementTree.fromstring(result.stdout).findall("testsuite/testcase")
    names = [case.get("name") for case in cases]
    assert len(names) == len(set(names)) >= 9

"""tune_study.py goes on with a study of the same options alone, and leaves nothing beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tune_study

SAMPLE = Path(__file__).parent / "samples" / "tune.json"


@pytest.fixture(name="study")
def study_fixture(tmp_path):
    """Runs a study of a program that prints a sample and leaves a mark for each run."""
    program = tmp_path / "pragmark"
    program.write_text(f"#!/bin/sh\necho run >> '{tmp_path}/marks'\ncat '{SAMPLE}'\n")
    program.chmod(0o755)
    out = tmp_path / "out" / "study.json"
    out.parent.mkdir()

    def run(*words):
        return tune_study.main(["--program", str(program), "--out", str(out), *words])

    run.out, run.marks = out, tmp_path / "marks"
    return run


def test_an_interrupted_study_goes_on(study):
    assert study("--runs", "1") == 0
    assert study("--runs", "3") == 0
    assert study.marks.read_text().count("run") == 3
    made = json.loads(study.out.read_text())
    assert [each["seed"] for each in made["runs"]] == [1, 2, 3]
    assert list(study.out.parent.iterdir()) == [study.out]


@pytest.mark.parametrize("words", [("--seed", "2"), ("--budget", "60s"), ("--workload", "mixed")])
def test_a_study_of_other_options_is_not_gone_on_with(study, words, capsys):
    assert study("--runs", "1") == 0
    before = study.out.read_bytes()
    assert study("--runs", "2", *words) == 2
    assert "its runs had other options" in capsys.readouterr().err
    assert study.out.read_bytes() == before


@pytest.mark.parametrize("text", [
    "", "{", "[]", '{"runs": []}', '{"schema": "pragmark.tune_study/1"}',
    '{"schema": "pragmark.tune_study/1", "options": {}, "runs": [1]}'])
def test_a_damaged_study_is_refused(study, text, capsys):
    study.out.write_text(text)
    assert study("--runs", "1") == 2
    said = capsys.readouterr().err
    assert "no study to go on with" in said and said.count("\n") == 1
    assert not study.marks.exists()


def test_no_runs_are_no_study(study):
    with pytest.raises(SystemExit) as ended:
        study("--runs", "0")
    assert ended.value.code == 2

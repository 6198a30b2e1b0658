"""Which runner a plan gets. Nothing is started here."""

from __future__ import annotations

import pytest
from pragmark_gate.model import Pairing
from pragmark_gate.runner import Plan
from pragmark_gate.runners import runner_for
from pragmark_report.errors import InputError


@pytest.fixture(autouse=True)
def programs(tmp_path, monkeypatch):
    for name in ("pragmark-bench", "theirs"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\nexit 9\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


@pytest.mark.parametrize(("baseline", "candidate", "asked", "pairing"), [
    ("pragmark-bench", "pragmark-bench --rows 5", None, Pairing.SLICES),
    ("pragmark-bench", "pragmark-bench", Pairing.PROCESSES, Pairing.PROCESSES),
    ("theirs {out}", "pragmark-bench", None, Pairing.PROCESSES),
    ("theirs {out}", "theirs {out} -x", None, Pairing.PROCESSES),
])
def test_the_runner_follows_from_the_commands(baseline, candidate, asked, pairing):
    runner = runner_for(Plan(baseline, candidate, pairing=asked))
    assert runner.pairing is pairing
    runner.close()


def test_whole_processes_cannot_be_slowed_down():
    with pytest.raises(InputError, match="^--plant: only slices of pragmark bench"):
        runner_for(Plan("theirs {out}", "theirs {out}", planted=0.05))


@pytest.mark.parametrize(("baseline", "candidate", "blamed"), [
    ("absent", "pragmark-bench", "--baseline: absent"),
    ("pragmark-bench", "theirs", "--candidate: the command has no {out}"),
])
def test_a_command_that_cannot_be_used(baseline, candidate, blamed):
    with pytest.raises(InputError) as refused:
        runner_for(Plan(baseline, candidate))
    assert str(refused.value).startswith(blamed)


def test_whole_processes_have_no_rounds():
    with pytest.raises(InputError, match="^--rounds: only slices of pragmark bench"):
        runner_for(Plan("theirs {out}", "theirs {out}", rounds=8))

"""The load program's process: how it is ended."""

from __future__ import annotations

import sys
import time

import pytest
from pragmark_capacity import engine
from pragmark_drive import start
from pragmark_report.errors import InputError

DEADLINE_SECONDS = 30.0
# Catches one signal, as pragmark-load does, and takes longer to remove its scratch than a grace.
SLOW_TO_END = """
import pathlib, signal, sys, time
place = pathlib.Path(sys.argv[1])

def end(number, frame):
    signal.signal(number, signal.SIG_DFL)
    time.sleep(0.5)
    (place / "scratch").unlink()
    sys.exit(3)

signal.signal(signal.SIGTERM, end)
(place / "scratch").touch()
time.sleep(600)
"""


def test_a_program_that_is_slow_to_remove_its_scratch_is_asked_once(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "END_GRACE_SECONDS", 0.05)
    load = engine.LoadProgram([sys.executable, "-c", SLOW_TO_END, str(tmp_path)])
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (tmp_path / "scratch").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    load.close()
    assert list(tmp_path.iterdir()) == []
    load.close()


def test_a_program_that_does_not_end_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "REMOVAL_SECONDS", 0.1)
    load = engine.LoadProgram([sys.executable, "-c", SLOW_TO_END, str(tmp_path)])
    load.close()


def test_a_clone_at_the_root_is_no_stack_trace(monkeypatch):
    monkeypatch.setattr(engine, "__file__", "/clone/scripts/pragmark_capacity/engine.py")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(InputError, match="pragmark-load: it is not found"):
        engine.find_load("")

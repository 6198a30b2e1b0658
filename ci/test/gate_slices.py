"""The fake slice server as both arms of a runner, and what it was asked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from pragmark_drive import start
from pragmark_gate.command import Command
from pragmark_gate.model import Phase
from pragmark_gate.runner import Plan
from pragmark_gate.slices import SliceRunner
from pragmark_report.errors import InputError

SERVER = Path(__file__).with_name("fake_slices.py")
READ = "sequential_read/production/per-thread/rows:1000/payload:small/real_time/threads:1"
MIXED = "mixed/production/per-thread/rows:1000/payload:small/reads:50/real_time/threads:4"
ROUNDS = 4
ONLY_LAUNCHES = f"--fault=only:{1 + ROUNDS}"  # a trial asks for another number of slices
PLAN = Plan("base", "cand", rounds=ROUNDS, slice_seconds=0.02, timeout_seconds=20.0)


def command(side, *options):
    words = (sys.executable, "-S", str(SERVER), f"--tag={side}", *options)
    return Command(f"--{side}", " ".join(words), words, is_bench=True)


@pytest.fixture(autouse=True)
def short_grace(monkeypatch):
    """What hangs on purpose is not waited for."""
    monkeypatch.setattr(start, "END_GRACE_SECONDS", 0.2)


@pytest.fixture
def make_runner():
    """Runners that are closed, and whose children are all gone, at the end."""
    runners = []

    def make(baseline=(), candidate=(), plan=PLAN):
        runners.append(SliceRunner(plan, command("baseline", *baseline),
                                   command("candidate", *candidate)))
        return runners[-1]

    yield make
    for runner in runners:
        runner.close()
    assert children() == []


def children():
    mine = f"/proc/{os.getpid()}/task"
    return [pid for task in os.listdir(mine)
            for pid in Path(mine, task, "children").read_text().split()]


def launch(runner, name=READ, phase=Phase.MAIN, seed=5, index=3):
    runner.benchmarks()
    (made,) = runner.launch([name], phase, index, seed)
    return made


def requests(log, say=None):
    entries = [json.loads(line) for line in Path(log).read_text().splitlines()]
    return [entry for entry in entries if say is None or entry["say"] == say]


def refused(runner, **options):
    with pytest.raises(InputError) as caught:
        launch(runner, **options)
    return str(caught.value)

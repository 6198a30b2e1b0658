"""Whole runs of `pragmark tune` inside a test, on the stand-ins of tune_fakes.py."""

from __future__ import annotations

import json

from pragmark_drive.progress import Silent
from pragmark_report import schema
from pragmark_tune import document, levers, options, run, text
from tune_fakes import FakeProcesses, FakeSets


def run_tune(
    *words: str, processes: FakeProcesses | None = None, budget: str = "120s", seed: int = 1
):
    """A whole `pragmark tune` on the stand-ins."""
    given = options.parse([*words, "--budget", budget, "--seed", str(seed)])
    processes = processes or FakeProcesses(seed)
    sets = FakeSets()
    tools = run.Tools(sets, processes, processes.clock, Silent())
    if given.levers:
        way = levers.build(sets, with_python=True, with_logging=True, other_program="SQLite 3.53.0")
        return run.trace_levers(given, 1000, run.Asked(way.experiment, way=way), tools)
    return run.tune(given, given.rows or 1000, run.asked_tune(given, sets), tools)


def checked(result):
    """The document, which must be valid; the text must have a line for everything."""
    made = json.loads(document.dumps(result))
    assert schema.first_breach(made, schema.of_file("tune.schema.json")) is None
    assert text.render(result)
    return made

"""Whole questions against the fake load program, in-process and with a clock that only steps move."""

from __future__ import annotations

import json
from pathlib import Path

import fake_load
from pragmark_capacity import document, options, program
from pragmark_capacity.lab import Lab

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "reports" / "schema" / "capacity.schema.json").read_text())
CORES = 2


def ask(*words: str, seed: int = 7, **behaviour: object) -> dict:
    """The document of a question. `behaviour` is the fake machine's."""
    asked = options.parse([*words, "--seed", str(seed)])
    clock = fake_load.Clock()
    started = []

    def launch(command: list[str]) -> fake_load.FakeLoad:
        started.append(fake_load.FakeLoad(command[1:], clock, **behaviour))
        return started[-1]

    lab = Lab(["fake"], asked.shape, asked.budget_seconds, clock=clock, launch=launch)
    try:
        ready = lab.ready()
        outcome = program.answer(asked, lab)
    finally:
        lab.close()
    assert all(each.closed for each in started)
    return document.make(asked, ready, lab.steps, outcome)


def purposes(made: dict) -> list[str]:
    return [each["purpose"] for each in made["steps"]]

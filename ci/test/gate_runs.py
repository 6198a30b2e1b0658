"""Invented launches on an invented clock, for tests of whole runs."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass, field

from pragmark_gate import session
from pragmark_gate.model import Launch, Pairing, Phase, Verdict
from pragmark_gate.names import PairedName
from pragmark_drive.progress import Silent
from pragmark_gate.runner import Plan

NAMES = ("read", "write", "mixed", "scan")
PLAN = Plan("base", "cand", seed=3, cpu=0, instructions=False)
NOISE = 0.01


class Clock:
    """Only launches make time pass."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@dataclass
class FakeRunner:
    """Launches that take a second and differ by `effects` (name -> effect, by phase if a dict)."""

    clock: Clock
    effects: dict = field(default_factory=dict)
    names: tuple = NAMES
    pairing: Pairing = Pairing.SLICES
    noise: float = NOISE
    noisy: str = ""  # the one benchmark that cannot be decided
    seconds: float = 1.0
    slower_later: float = 1.0  # factor of the time that a launch takes after the warm-up
    fail_at: int | None = None
    failure: BaseException | None = None
    calls: list = field(default_factory=list)
    closed: int = 0

    def benchmarks(self):
        return self.names

    def pairs(self):
        return tuple(PairedName(name, f"{name}-ours", f"{name}-theirs") for name in self.names)

    def contexts(self):
        return {"arm": "A"}, {"arm": "B"}

    def notes(self):
        return ("A note of the runner.",)

    def close(self):
        self.closed += 1

    def launch(self, names, phase, index, seed):
        self.calls.append((tuple(names), phase, index, seed))
        if index == self.fail_at:
            raise self.failure
        self.clock.seconds += self.seconds * (self.slower_later if index >= 0 else 1.0)
        source = random.Random(f"{seed} {phase}")
        return [self.one(name, phase, index + place, source) for place, name in enumerate(names)]

    def one(self, name, phase, index, source):
        effect = self.effects.get(name, 0.0)
        if isinstance(effect, dict):
            effect = effect.get(phase, 0.0)
        elif phase is Phase.NULL:
            effect = 0.0
        noise = source.gauss(0.0, 1.0 if name == self.noisy else self.noise)
        rate = 1000.0 * math.exp(effect + noise)
        return Launch(name, phase, index, "ABBA", (1000.0,), (rate,), seconds=self.seconds)

    def count(self, *phases):
        """Launches of each benchmark in these phases, without the warm-up."""
        return Counter(name for names, phase, index, _ in self.calls for name in names
                       if phase in phases and index >= 0)


class FakeCompanion:
    def __init__(self):
        self.asked = []

    def io_counts(self, launches):
        self.asked.append(("io", len(launches)))
        return []

    def instructions(self, plan, benchmarks, deadline):
        self.asked.append(("instructions", tuple(benchmarks), deadline))
        return []


def run(effects=None, plan=PLAN, **options):
    clock = Clock()
    runner = FakeRunner(clock, effects or {}, **options)
    companion = FakeCompanion()
    tools = session.Tools(lambda plan: runner, companion, Silent(), clock)
    try:
        return session.run(plan, tools), runner, companion
    finally:
        assert runner.closed == 1


def verdicts(result):
    return {each.benchmark: each.verdict for each in result.judgements}


def only(name, verdict, others=Verdict.PASSED):
    return {each: verdict if each == name else others for each in NAMES}

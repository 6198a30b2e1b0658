"""Makes launches in waves, keeps them all, and knows what they cost and when to stop.

A launch once made is never dropped. The only reason to stop early is the end of the time, which
looks at the clock and not at what was measured.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from pragmark_drive.progress import Progress

from . import design
from .model import Launch, Pairing, Phase
from .runner import Plan, Runner

RECENT = 8  # launches from which the cost of the next one is told


class Launcher:
    def __init__(
        self, plan: Plan, runner: Runner, progress: Progress,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.launches: list[Launch] = []
        self._plan = plan
        self._runner = runner
        self._progress = progress
        self._clock = clock
        self._started = clock()
        self._index = 0
        self._costs: dict[tuple[str, ...], list[float]] = {}

    @property
    def spent_seconds(self) -> float:
        return self._clock() - self._started

    def warm_up(self, names: Sequence[str]) -> None:
        """One launch of each that no verdict sees: it fills caches and tells what launches cost."""
        self._progress.show(f"warming up {len(names)} benchmarks")
        for group in self._groups(names):
            self._timed(group, Phase.MAIN, -1, design.launch_seed(self._plan.seed, -1))

    def wave_seconds(self, names: Sequence[str]) -> float:
        """The mean of what recent launches took. REQUIRES: each was launched once."""
        return sum(self._expected(group) for group in self._groups(names))

    def waves(
        self, names: Sequence[str], phase: Phase, count: int, until_seconds: float,
        null_every: int | None = None,
    ) -> bool:
        """`count` waves with their null launches. False: the time ended before them.

        A launch is started only when it should be over by `until_seconds` of the run.
        `null_every` takes the place of the rule's; 0 makes no null launches beside the waves.
        """
        every = self._plan.rule.null_every if null_every is None else null_every
        together = self._runner.pairing is Pairing.PROCESSES
        source = random.Random(f"{phase.value} of {self._plan.seed}")
        plan = design.waves(names, phase, count, every, source, together)
        for number, steps in enumerate(plan, start=1):
            self._progress.show(f"{phase.value}: wave {number} of {count}, "
                                f"{len(names)} benchmarks, "
                                f"{self.spent_seconds:.0f} of {until_seconds:.0f} s")
            for group, step_phase in self._calls(steps):
                if self.spent_seconds + self._expected(group) > until_seconds:
                    return False
                self.launches += self._launch(group, step_phase)
        return True

    def effects(self, name: str, *phases: Phase) -> list[float]:
        return [launch.effect(self._plan.metric) for launch in self.launches
                if launch.benchmark == name and launch.phase in phases]

    def _launch(self, group: tuple[str, ...], phase: Phase) -> list[Launch]:
        made = self._timed(group, phase, self._index,
                           design.launch_seed(self._plan.seed, self._index))
        self._index += len(made)
        return made

    def _timed(self, group: tuple[str, ...], phase: Phase, index: int, seed: int) -> list[Launch]:
        started = self._clock()
        made = self._runner.launch(group, phase, index, seed)
        self._costs.setdefault(self._key(group), []).append(self._clock() - started)
        return made

    def _groups(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        """What one call launches: a pair of whole processes measures all benchmarks at once."""
        if not names:
            return []
        if self._runner.pairing is Pairing.PROCESSES:
            return [tuple(names)]
        return [(name,) for name in names]

    def _calls(self, steps: Sequence[design.Step]) -> list[tuple[tuple[str, ...], Phase]]:
        """The steps of a wave as calls of the runner, in their drawn order."""
        if self._runner.pairing is Pairing.SLICES:
            return [((step.benchmark,), step.phase) for step in steps]
        phases = dict.fromkeys(step.phase for step in steps)
        return [(tuple(step.benchmark for step in steps if step.phase is phase), phase)
                for phase in phases]

    def _key(self, group: tuple[str, ...]) -> tuple[str, ...]:
        """A pair of processes costs the same whatever is taken from it."""
        return () if self._runner.pairing is Pairing.PROCESSES else group

    def _expected(self, group: tuple[str, ...]) -> float:
        recent = self._costs[self._key(group)][-RECENT:]
        return sum(recent) / len(recent)

"""Where steps are run: programs for each shape, the record of every step, and the budget.

`lab.step()` is the only way to a figure, so that the result holds every step that was offered.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from pragmark_drive.progress import Progress, Silent

from . import protocol
from .engine import LoadProgram
from .model import Objective, Recorded, Request, Shape, warm_up

LARGEST_SEED = 2**53 - 1  # exact in JSON, whoever reads it
FIRST_OVERHEAD_SECONDS = 1.0  # of a step besides its own time, until one was measured


class Program(Protocol):
    def ready(self, rows: int) -> protocol.Ready: ...
    def step(self, request: Request) -> dict[str, Any]: ...
    def close(self) -> None: ...


class Lab:
    """REQUIRES: the caller closes it."""

    def __init__(
        self, load: Sequence[str], shape: Shape, budget_seconds: float, *,
        progress: Progress | None = None, clock: Callable[[], float] = time.monotonic,
        launch: Callable[[Sequence[str]], Program] = LoadProgram,
    ) -> None:
        self.shape = shape
        self.steps: list[Recorded] = []
        self._load = list(load)
        self._progress = progress or Silent()
        self._clock = clock
        self._launch = launch
        self._programs: dict[Shape, Program] = {}
        self._ready: dict[Shape, protocol.Ready] = {}
        self._seeds = random.Random(shape.seed)
        self._end = clock() + budget_seconds
        self._overhead = FIRST_OVERHEAD_SECONDS

    def ready(self, shape: Shape | None = None) -> protocol.Ready:
        return self._open(shape or self.shape)[1]

    def remaining_seconds(self) -> float:
        return self._end - self._clock()

    def cost_seconds(self, step_seconds: float) -> float:
        """What such a step takes from the budget, as far as the steps so far tell."""
        return step_seconds + warm_up(step_seconds) + self._overhead

    def extend(self, seconds: float) -> None:
        """For what has a length of its own, as a soak: it is not the search's budget."""
        self._end += seconds

    def step(
        self, request: Request, purpose: str, objective: Objective | None = None, *,
        shape: Shape | None = None, differs: str = "",
    ) -> Recorded:
        """Runs one step on a fresh database; without an objective nothing is held against it."""
        program, _ = self._open(shape or self.shape)
        seeded = replace(request, seed=self._seeds.randint(0, LARGEST_SEED))
        self._progress.show(self._told(seeded, purpose))
        begun = self._clock()
        step = program.step(seeded)
        spent = self._clock() - begun - seeded.seconds - seeded.warmup_seconds
        self._overhead = max(0.05, 0.7 * self._overhead + 0.3 * max(0.0, spent))
        reason = objective.reason(step) if objective else ""
        recorded = Recorded(len(self.steps), purpose, differs,
                            reason == "" if objective else None, reason, step)
        self.steps.append(recorded)
        return recorded

    def close(self) -> None:
        self._progress.end()
        while self._programs:
            self._programs.popitem()[1].close()

    def _open(self, shape: Shape) -> tuple[Program, protocol.Ready]:
        if shape not in self._programs:
            self._programs[shape] = self._launch([*self._load, *shape.words()])
            self._ready[shape] = self._programs[shape].ready(shape.rows)
        return self._programs[shape], self._ready[shape]

    def _told(self, request: Request, purpose: str) -> str:
        offered = ("as fast as it goes" if request.rate is None
                   else f"{request.rate:,.0f} requests/s")
        left = max(0.0, self.remaining_seconds())
        return f"step {len(self.steps) + 1} ({purpose}): {offered}; {left:.0f} s left"

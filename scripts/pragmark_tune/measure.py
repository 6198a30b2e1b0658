"""A pilot, then blocks, until the time that the plan gives them is used up.

Knows the hosts by what it asks of them (visit, renew, add), so that tests hand it others; the clock
is handed in too.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pragmark_drive.progress import Progress
from pragmark_report.errors import EnvironmentRefusal, InputError

from .model import CONCURRENT, Block, Cell, Objective, Phase, Value
from .plan import MOST_BLOCKS, Cost, Plan, order, padding_bytes

PILOT_SECONDS = 0.02  # a trial that takes less says little about an operation
MOST_OPERATIONS = 10_000_000
GROWTH = 8
TRIALS = 3  # the fastest counts: what else the machine did is no cost of the configuration
# So few operations must be timed: of fewer the p99 is the maximum.
LEAST_OPERATIONS = {Objective.THROUGHPUT: 40, Objective.P99: 400}


class Host(Protocol):
    def visit(self, cell: Cell, operations: int) -> Value: ...

    def renew(self, padding_bytes: int) -> None: ...


@dataclass(frozen=True)
class Pilot:
    """What visits cost, and which configurations cannot be measured."""

    costs: Mapping[tuple[str, str], Cost]
    errors: Mapping[str, str]  # configuration -> why


class Measure:
    """Makes blocks. `fresh`: each has processes of its own."""

    def __init__(
        self, host: Host, *, seed: int, threads: int, objective: Objective, fresh: bool,
        clock: Callable[[], float], progress: Progress,
    ) -> None:
        self._host = host
        self._seed = seed
        self._threads = threads
        self._least = LEAST_OPERATIONS[objective]
        self._fresh = fresh
        self._clock = clock
        self._progress = progress
        self._started = clock()

    def elapsed_seconds(self) -> float:
        return self._clock() - self._started

    def pilot(self, cells: Sequence[Cell], *, errors_stop: bool, shown: str = "pilot") -> Pilot:
        """Finds how many operations fill a slice.

        `errors_stop`: a configuration that fails ends the run (it was asked for by name), else it
        is left out.
        """
        costs: dict[tuple[str, str], Cost] = {}
        errors: dict[str, str] = {}
        for place, cell in enumerate(cells):
            self._progress.show(f"{shown}: {place + 1} of {len(cells)}, {cell.configuration.label} "
                                f"({cell.workload})")
            if cell.configuration.id in errors:
                continue
            try:
                costs[cell.key] = self._cost(cell)
            except EnvironmentRefusal:  # a full disk is no fault of the configuration
                raise
            except InputError as error:
                if errors_stop:
                    raise
                errors[cell.configuration.id] = str(error)
        return Pilot(costs, errors)

    def _cost(self, cell: Cell) -> Cost:
        operations = self.clients(cell)
        value = self._visit(cell, operations)
        while value.seconds < PILOT_SECONDS and operations < MOST_OPERATIONS:
            operations *= GROWTH
            value = self._visit(cell, operations)
        trials = []
        for _ in range(TRIALS):
            begun = self._clock()
            value = self._visit(cell, operations)
            took = self._clock() - begun
            trials.append((value.seconds / value.operations, took - 2 * value.seconds))
        overhead = statistics.median(each for _, each in trials)
        return Cost(max(0.0, overhead), min(trials)[0], self._least)

    def blocks(
        self, cells: Sequence[Cell], costs: Mapping[tuple[str, str], Cost], plan: Plan,
        phase: Phase, first: int, least: int, most: int = MOST_BLOCKS,
    ) -> list[Block]:
        """At least `least`, and more as long as they fit in the plan's time."""
        made: list[Block] = []
        begun = self._clock()
        while len(made) < most:
            used = self._clock() - begun
            block_seconds = used / len(made) if made else plan.block_seconds
            if len(made) >= least and used + block_seconds > plan.main_seconds:
                break
            expected = max(least, min(most, int(plan.main_seconds / max(block_seconds, 1e-9))))
            self._progress.show(
                f"{phase.value} block {len(made) + 1} of about {expected}, about "
                f"{_told(block_seconds * (expected - len(made)))} left")
            made.append(self._block(cells, costs, plan, phase, first + len(made)))
        return made

    def _block(
        self, cells: Sequence[Cell], costs: Mapping[tuple[str, str], Cost], plan: Plan,
        phase: Phase, index: int,
    ) -> Block:
        if self._fresh:
            self._host.renew(padding_bytes(self._seed, phase.value, index))
        values = []
        for cell in order(cells, self._seed, phase.value, index):
            count = plan.sizes.operations(cell, costs[cell.key], plan.slice_seconds,
                                          self.clients(cell))
            values.append(self._visit(cell, count))
        return Block(index, phase, tuple(values))

    def _visit(self, cell: Cell, operations: int) -> Value:
        value = self._host.visit(cell, operations)
        if value.throughput_per_second <= 0 or value.p99_us <= 0:
            raise InputError(f"{cell.configuration.label} ({cell.workload})",
                             "no request succeeded", "see what `pragmark bench` says of it")
        return value

    def clients(self, cell: Cell) -> int:
        return self._threads if cell.workload in CONCURRENT else 1


def _told(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"

"""What a budget allows: blocks, the length of a slice, when there is not enough. Pure, seeded."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pragmark_report.errors import InputError
from pragmark_report.exact_tests import least_signed

from .model import CONFIDENCE, Cell

MAIN_SHARE = 0.68  # of what is left after the pilot; the rest confirms
WANTED_BLOCKS = 40
MOST_BLOCKS = 400
LEAST_SLICE_SECONDS, LONGEST_SLICE_SECONDS = 0.03, 0.3
CONFIRMATION_BLOCKS = 16  # at least
MOST_CONFIRMATION_BLOCKS = 120
MOST_PADDING_BYTES = 4096  # a page: it moves the stack through every alignment
SLICES_OF_A_VISIT = 2  # one warms up, one is timed
SAME_WORK = 8  # times slower or faster, and still the same number of operations


@dataclass(frozen=True)
class Cost:
    """Of visiting one cell, from the pilot."""

    overhead_seconds: float  # opening, proving, checking
    seconds_per_operation: float
    least_operations: int

    def visit_seconds(self, operations: float) -> float:
        return (self.overhead_seconds
                + SLICES_OF_A_VISIT * operations * self.seconds_per_operation)


@dataclass(frozen=True)
class Sizes:
    """How many operations a slice has: as many in all configurations of a workload that are anything
    like as fast.

    A rate depends on how much is done at once (checkpoints, threads that start), so what was to do
    the same must do as much. Were each sized by its own pilot, the luck of that one trial would be
    in every block, as an effect of the setting. Only what is SAME_WORK times slower or faster than
    the typical configuration does less or more, in steps so coarse that luck does not reach them.
    """

    seconds_per_operation: Mapping[str, float]  # workload -> that of the typical configuration
    least_operations: int

    def operations(self, cell: Cell, cost: Cost, slice_seconds: float, clients: int) -> int:
        typical = self.seconds_per_operation[cell.workload]
        steps = round(math.log(cost.seconds_per_operation / typical) / math.log(SAME_WORK**2))
        wanted = slice_seconds / (typical * float(SAME_WORK) ** (2 * steps))
        return max(1, round(max(wanted, self.least_operations) / clients)) * clients


def sizes(cells: Sequence[Cell], costs: Mapping[tuple[str, str], Cost]) -> Sizes:
    by_workload: dict[str, list[float]] = {}
    for cell in cells:
        cost = costs[cell.key]
        by_workload.setdefault(cell.workload, []).append(cost.seconds_per_operation)
    typical = {workload: statistics.median_low(each) for workload, each in by_workload.items()}
    return Sizes(typical, max(cost.least_operations for cost in costs.values()))


@dataclass(frozen=True)
class Plan:
    sizes: Sizes
    slice_seconds: float
    least_blocks: int
    main_seconds: float
    block_seconds: float


def corrected(family: int) -> float:
    """The confidence of each interval, by Bonferroni."""
    return 1.0 - (1.0 - CONFIDENCE) / max(1, family)


def least_blocks(family: int) -> int:
    """Fewer have no interval of the corrected confidence."""
    return least_signed(corrected(family))


def make_plan(
    cells: Sequence[Cell], costs: Mapping[tuple[str, str], Cost], clients: Callable[[Cell], int],
    *, family: int, seconds_left: float, budget_seconds: float, block_overhead_seconds: float,
    confirms: bool,
) -> Plan:
    """Raises InputError when the budget does not hold the least experiment."""
    share = MAIN_SHARE if confirms else 1.0
    main_seconds = seconds_left * share
    needed = least_blocks(family)
    sized = sizes(cells, costs)

    def block_seconds(slice_seconds: float) -> float:
        return block_overhead_seconds + sum(
            costs[cell.key].visit_seconds(
                sized.operations(cell, costs[cell.key], slice_seconds, clients(cell)))
            for cell in cells)

    shortest = block_seconds(LEAST_SLICE_SECONDS)
    if shortest * needed > main_seconds:
        wanted = budget_seconds - seconds_left + shortest * needed * 1.2 / share
        raise InputError(
            f"--budget {budget_seconds:g}s",
            f"{len(cells)} visits a block with {family} comparisons need at least {needed} "
            f"blocks, about {_told(wanted)} in all",
            "raise --budget, or vary less")
    # Where a visit costs much whatever it times, timing for as long as that makes the most of it.
    fixed = block_overhead_seconds + sum(costs[cell.key].overhead_seconds for cell in cells)
    visits = SLICES_OF_A_VISIT * len(cells)
    wanted = (main_seconds / max(WANTED_BLOCKS, needed) - fixed) / visits
    slice_seconds = max(wanted, fixed / visits, LEAST_SLICE_SECONDS)
    slice_seconds = min(slice_seconds, LONGEST_SLICE_SECONDS)
    while (slice_seconds > LEAST_SLICE_SECONDS
           and block_seconds(slice_seconds) * needed > main_seconds):
        slice_seconds = max(LEAST_SLICE_SECONDS, slice_seconds * 0.8)
    return Plan(sized, slice_seconds, needed, main_seconds, block_seconds(slice_seconds))


def _told(seconds: float) -> str:
    return f"{seconds:.0f}s" if seconds < 100 else f"{seconds / 60:.1f}m"


def order(cells: Sequence[Cell], seed: int, phase: str, block: int) -> list[Cell]:
    """A pass in random order; the same for the same seed, phase and block."""
    shuffled = list(cells)
    random.Random(f"{phase} block {block} of {seed}").shuffle(shuffled)
    return shuffled


def padding_bytes(seed: int, phase: str, block: int) -> int:
    return random.Random(f"padding of {phase} block {block} of {seed}").randint(
        0, MOST_PADDING_BYTES)

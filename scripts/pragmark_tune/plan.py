"""What a budget allows: blocks, the length of a slice, when there is not enough. Pure, seeded."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class Cost:
    """Of visiting one cell, from the pilot."""

    overhead_seconds: float  # opening, proving, checking
    seconds_per_operation: float
    least_operations: int

    def visit_seconds(self, slice_seconds: float) -> float:
        timed = max(slice_seconds, self.least_operations * self.seconds_per_operation)
        return self.overhead_seconds + SLICES_OF_A_VISIT * timed

    def operations(self, slice_seconds: float, threads: int) -> int:
        wanted = max(slice_seconds / self.seconds_per_operation, self.least_operations)
        return max(1, round(wanted / threads)) * threads


@dataclass(frozen=True)
class Plan:
    slice_seconds: float
    least_blocks: int
    main_seconds: float
    block_seconds: float

    @property
    def expected_blocks(self) -> int:
        return max(self.least_blocks, min(MOST_BLOCKS, int(self.main_seconds / self.block_seconds)))


def corrected(family: int) -> float:
    """The confidence of each interval, by Bonferroni."""
    return 1.0 - (1.0 - CONFIDENCE) / max(1, family)


def least_blocks(family: int) -> int:
    """Fewer have no interval of the corrected confidence."""
    return least_signed(corrected(family))


def make_plan(
    costs: Sequence[Cost], family: int, seconds_left: float, budget_seconds: float,
    block_overhead_seconds: float, confirms: bool,
) -> Plan:
    """Raises InputError when the budget does not hold the least experiment."""
    share = MAIN_SHARE if confirms else 1.0
    main_seconds = seconds_left * share
    needed = least_blocks(family)

    def block_seconds(slice_seconds: float) -> float:
        visits = sum(each.visit_seconds(slice_seconds) for each in costs)
        return visits + block_overhead_seconds

    shortest = block_seconds(LEAST_SLICE_SECONDS)
    if shortest * needed > main_seconds:
        wanted = budget_seconds - seconds_left + shortest * needed * 1.2 / share
        raise InputError(
            f"--budget {budget_seconds:g}s",
            f"{len(costs)} configurations with {family} comparisons need at least {needed} "
            f"blocks, about {_told(wanted)} in all",
            "raise --budget, or vary less")
    # Where a visit costs much whatever it times, timing for as long as that makes the most of it.
    fixed = block_seconds(0.0)
    visits = SLICES_OF_A_VISIT * len(costs)
    wanted = (main_seconds / max(WANTED_BLOCKS, needed) - fixed) / visits
    slice_seconds = max(wanted, fixed / visits, LEAST_SLICE_SECONDS)
    slice_seconds = min(slice_seconds, LONGEST_SLICE_SECONDS)
    while (slice_seconds > LEAST_SLICE_SECONDS
           and block_seconds(slice_seconds) * needed > main_seconds):
        slice_seconds = max(LEAST_SLICE_SECONDS, slice_seconds * 0.8)
    return Plan(slice_seconds, needed, main_seconds, block_seconds(slice_seconds))


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


def costs_of(cells: Sequence[Cell], known: Mapping[tuple[str, str], Cost]) -> list[Cost]:
    return [known[cell.key] for cell in cells]

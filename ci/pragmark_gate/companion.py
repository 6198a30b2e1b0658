"""The counts that ride along with a run: I/O in its launches, instructions beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .model import CountComparison, Launch
from .runner import Plan


class Companion(Protocol):
    def io_counts(self, launches: Sequence[Launch]) -> list[CountComparison]:
        """From what the launches counted anyway."""

    def instructions(
        self, plan: Plan, benchmarks: Sequence[str], deadline: float
    ) -> list[CountComparison]:
        """From runs of its own, over by `deadline` on the monotonic clock."""


class DeterministicCompanion:
    """Both kinds; imported only when a run needs them."""

    def io_counts(self, launches: Sequence[Launch]) -> list[CountComparison]:
        from .counts import count_comparisons

        return count_comparisons(launches)

    def instructions(
        self, plan: Plan, benchmarks: Sequence[str], deadline: float
    ) -> list[CountComparison]:
        from .instructions import measure

        return measure(plan, benchmarks, deadline)

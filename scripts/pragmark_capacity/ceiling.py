"""How fast the threads go without a schedule: where every search begins."""

from __future__ import annotations

import numpy as np

from pragmark_report.stats import median_interval

from .lab import Lab
from .model import Estimate, Request

RUNS = 2  # it only has to be of the right order: the search looks beyond it


def estimate(values: list[float]) -> Estimate:
    """The median with its order-statistic interval. REQUIRES: there is a value."""
    interval = median_interval(values)
    return Estimate(float(np.median(values)), interval.low if interval else None,
                    interval.high if interval else None, len(values))


def maybe_estimate(values: list[float | None]) -> Estimate | None:
    there = [value for value in values if value is not None]
    return estimate(there) if there else None


def measure(lab: Lab, step_seconds: float, runs: int = RUNS) -> Estimate:
    answered = [lab.step(Request(None, step_seconds), "ceiling").step["answered_per_second"]
                for _ in range(runs)]
    return estimate(answered)

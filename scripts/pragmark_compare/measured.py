"""Samples of both sides into medians, intervals and ratios; contexts into differences."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from pragmark_report import compute, stats

from .model import Difference, Line, Measured

# What changes figures without any change of the code: told first, and marked.
WEIGHS = ("sqlite_version", "sqlite_source_id", "sqlite_compile_options", "filesystem",
          "cpu_model", "num_cpus")
MAX_PAIRS = 1_000_000  # of values in one ratio; two samples of 1,000


def measured(values: Sequence[float]) -> Measured:
    """REQUIRES: at least one value."""
    return Measured(float(statistics.median(values)), stats.median_interval(values), len(values))


def line(group: str, name: str, a: Sequence[float], b: Sequence[float]) -> Line | None:
    """None when a side has no value, or one that has no logarithm."""
    if not a or not b or min(*a, *b) <= 0 or len(a) * len(b) > MAX_PAIRS:
        return None
    return Line(group, name, measured(a), measured(b), stats.ratio(b, a))


def differences(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[Difference, ...]:
    """What the contexts do not say alike, the weighty first."""
    found = [Difference(key, a.get(key, ""), b.get(key, ""), _weighs(key))
             for key in compute.differing([a, b])]
    return tuple(sorted(found, key=lambda each: (not each.weighs, _place(each.key))))


def _weighs(key: str) -> bool:
    return key in WEIGHS or key.startswith("pragma_set:")


def _place(key: str) -> tuple[int, str]:
    return (WEIGHS.index(key) if key in WEIGHS else len(WEIGHS), key)

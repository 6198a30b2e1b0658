"""Does a series rise or fall? Pure.

Mann and Kendall's test (Mann 1945) asks nothing of the noise but that its values could have come in
any order. Windows of a soak cannot: a checkpoint spans several. So the test is on medians of blocks,
long against what ties neighbours together. The size is Theil and Sen's slope with Sen's interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats as scipy_stats

BLOCKS = 20
LEAST_BLOCKS = 6  # with fewer the exact test cannot come below 1%
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Trend:
    begin: float  # of the fitted line
    end: float
    change_share: float  # (end - begin) / median
    low: float | None
    high: float | None
    p: float


def blocks(values: Sequence[float], count: int = BLOCKS) -> np.ndarray:
    """Medians of `count` blocks of nearly the same length; fewer when there are fewer values."""
    parts = np.array_split(np.asarray(values, dtype=float), min(count, len(values)))
    return np.array([np.median(part) for part in parts])


def find(values: Sequence[float]) -> Trend:
    """REQUIRES: there is a value."""
    series = blocks(values)
    middle = float(np.median(series))
    if series.size < LEAST_BLOCKS or np.ptp(series) == 0.0:
        return Trend(middle, middle, 0.0, None, None, 1.0)
    place = np.arange(series.size, dtype=float)
    p = float(scipy_stats.kendalltau(place, series).pvalue)
    slope, intercept, low, high = scipy_stats.theilslopes(series, place, CONFIDENCE)
    length = series.size - 1.0
    scale = abs(middle) if middle else float(np.max(np.abs(series)))
    return Trend(float(intercept), float(intercept + slope * length),
                 float(slope * length / scale), float(low * length / scale),
                 float(high * length / scale), p)

"""The edge: the highest rate at which steps hold the objective. Pure; nothing here runs a step.

A step either holds or does not, and near the edge chance decides which. So the edge is not bisected,
which one unlucky step would send astray for good, but estimated from all steps, as a threshold is
in psychophysics: a fall of P(hold) over ln(rate),

    P(hold at r) = (1 - lapse) / (1 + exp((ln r - half) / spread)) + FALSE_HOLD,

with its parameters on a grid and a posterior over them (Watson and Pelli, QUEST, 1983; Kontsevich
and Tyler, Vision Research 39, 1999). `lapse` is the share of steps that fail at any rate because
the machine stalled: without it one stall far below the edge would drag the estimate down. The next
rate is the one after which the edge is expected to be known best.

The edge is where 9 steps of 10 hold that no lapse hits. Its interval is the posterior's. It knows of
no drift: what a machine does for minutes, all steps of a run have in common.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .model import Estimate

HALF_POINTS = 320
SPREADS = np.geomspace(0.01, 0.3, 7)
LIKELY_SPREAD, SPREAD_SIGMA = 0.05, 1.0  # prior of ln(spread)
LAPSES = np.array([0.01, 0.05, 0.12, 0.25])
LAPSE_PRIOR = np.array([0.4, 0.35, 0.17, 0.08])
FALSE_HOLD = 0.005
EDGE_LOGIT = math.log(9.0)  # 9 of 10 hold
BEYOND_CEILING = 1.5  # an open loop with idle threads may do a little more than a closed one
CANDIDATES = 48
INTERVAL = (0.025, 0.975)
FIT_POINTS = 60
BELOW_THE_EDGE = (1.0, 0.95, 0.90)


@dataclass(frozen=True)
class Quantiles:
    low: float
    middle: float
    high: float

    def estimate(self, n: int) -> Estimate:
        return Estimate(self.middle, self.low, self.high, n)


class Edge:
    """What the steps so far say about the edge.

    REQUIRES: 0 < lowest < ceiling.
    """

    def __init__(self, lowest: float, ceiling: float) -> None:
        self._half = np.linspace(math.log(lowest * 0.8), math.log(ceiling * BEYOND_CEILING),
                                 HALF_POINTS)
        half, spread, lapse = np.meshgrid(self._half, SPREADS, LAPSES, indexing="ij")
        self._grid = (half.ravel(), spread.ravel(), lapse.ravel())
        self._edges = self._grid[0] - EDGE_LOGIT * self._grid[1]
        prior = np.exp(-0.5 * (np.log(SPREADS / LIKELY_SPREAD) / SPREAD_SIGMA) ** 2)
        weights = np.ones_like(half) * prior[None, :, None] * LAPSE_PRIOR[None, None, :]
        self._weights = weights.ravel() / weights.sum()
        self.steps = 0

    def saw(self, rate: float, holds: bool) -> None:
        """One step more."""
        p_hold = self._p_hold(math.log(rate))
        weights = self._weights * (p_hold if holds else 1.0 - p_hold)
        self._weights = weights / weights.sum()
        self.steps += 1

    def next_rate(self) -> float:
        """The rate whose outcome is expected to leave the least variance of the edge."""
        low, high = self._quantile(self._grid[0], 0.01), self._quantile(self._grid[0], 0.99)
        margin = 0.02 + 0.1 * (high - low)
        candidates = np.linspace(low - margin, high + margin, CANDIDATES)
        left = [self._expected_variance(each) for each in candidates]
        return float(math.exp(candidates[int(np.argmin(left))]))

    def edge(self) -> Quantiles:
        return self._quantiles(self._edges)

    def half(self) -> Quantiles:
        """Where half of the steps hold."""
        return self._quantiles(self._grid[0])

    def spread(self) -> float:
        return float(self._weights @ self._grid[1])

    def lapse(self) -> float:
        return float(self._weights @ self._grid[2])

    def relative_width(self) -> float:
        """Of the edge's interval: 0.1 is 10% from end to end."""
        edge = self.edge()
        return edge.high / edge.low - 1.0

    def fit(self) -> list[dict[str, float]]:
        """P(hold) over the rates that matter, with the band in which it lies."""
        low, high = self._quantile(self._grid[0], 0.01), self._quantile(self._grid[0], 0.99)
        room = max(0.1, 6.0 * self.spread())
        points = []
        for each in np.linspace(low - room, high + room, FIT_POINTS):
            p_hold = self._p_hold(float(each))
            points.append({"rate": math.exp(float(each)), "p_hold": float(self._weights @ p_hold),
                           "low": self._quantile(p_hold, INTERVAL[0]),
                           "high": self._quantile(p_hold, INTERVAL[1])})
        return points

    def _p_hold(self, log_rate: float) -> np.ndarray:
        half, spread, lapse = self._grid
        fall = 1.0 / (1.0 + np.exp(np.clip((log_rate - half) / spread, -50.0, 50.0)))
        return FALSE_HOLD + (1.0 - FALSE_HOLD - lapse) * fall

    def _expected_variance(self, log_rate: float) -> float:
        p_hold = self._p_hold(log_rate)
        total = 0.0
        for likelihood in (p_hold, 1.0 - p_hold):
            weights = self._weights * likelihood
            chance = float(weights.sum())
            mean = float(weights @ self._edges) / chance
            total += float(weights @ (self._edges - mean) ** 2)  # chance x variance
        return total

    def _quantiles(self, values: np.ndarray) -> Quantiles:
        low, middle, high = (math.exp(self._quantile(values, p))
                             for p in (INTERVAL[0], 0.5, INTERVAL[1]))
        return Quantiles(low, middle, high)

    def _quantile(self, values: np.ndarray, p: float) -> float:
        order = np.argsort(values)
        reached = np.searchsorted(np.cumsum(self._weights[order]), p)
        return float(values[order[min(reached, order.size - 1)]])


def lowest_rate(ceiling: float, enough_requests: int, step_seconds: float) -> float:
    """Where the search begins: a step there has enough requests for the percentile to mean
    something, and is far from what the machine can do."""
    return min(max(ceiling / 1000.0, enough_requests / step_seconds), ceiling / 2.0)


def confirmation_rates(edge: Quantiles) -> Sequence[float]:
    """Where longer steps are tried, from the top: the edge, then a little below it. The steps of a
    search are many, those of a confirmation few: they may correct it, not start it anew."""
    return tuple(edge.middle * below for below in BELOW_THE_EDGE)

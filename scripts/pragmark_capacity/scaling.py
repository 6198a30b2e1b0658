"""The Universal Scalability Law over threads. Pure.

X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)): sigma is the serial share, kappa the cost of
keeping each other's data coherent (Gunther, Guerrilla Capacity Planning, Springer 2007, ch. 4-6).
It describes threads on the cores that are here; it does not know how many there are, so it is not
what the forecast of other numbers of cores rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from .model import Estimate

RESAMPLES = 200
LEAST_RUNS = 6  # of each number of threads, for an interval
PARAMETERS = ("lambda", "sigma", "kappa")
FIT_POINTS = 40
INTERVAL = (2.5, 97.5)
SIGMA_MOST, KAPPA_MOST = 1.0, 1.0
LEAST_POINTS = 3  # as many as there are parameters


@dataclass(frozen=True)
class Scaling:
    parameters: Mapping[str, Estimate]
    best_threads: float | None  # None: it rises on
    fit: tuple[Mapping[str, float | None], ...]


def law(threads: np.ndarray, one: float, sigma: float, kappa: float) -> np.ndarray:
    return one * threads / (1.0 + sigma * (threads - 1.0) + kappa * threads * (threads - 1.0))


def fit_once(threads: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Least squares of the relative errors, as noise grows with the rate.

    REQUIRES: rates above 0, at least LEAST_POINTS different numbers of threads.
    """
    start = np.array([rates[np.argmin(threads)] / threads.min(), 0.1, 0.001])

    def errors(parameters: np.ndarray) -> np.ndarray:
        return law(threads, *parameters) / rates - 1.0

    found = optimize.least_squares(
        errors, start, bounds=([1e-9, 0.0, 0.0], [np.inf, SIGMA_MOST, KAPPA_MOST]),
        x_scale=np.array([start[0], 0.1, 0.01]))
    return found.x


def fit(rates: Mapping[int, Sequence[float]], seed: int) -> Scaling | None:
    """Threads -> throughput of each run. Intervals by resampling the runs of each number of threads.
    None with too few numbers of threads; no intervals with too few runs."""
    if len(rates) < LEAST_POINTS or any(value <= 0 for each in rates.values() for value in each):
        return None
    threads = np.concatenate([np.full(len(each), float(n)) for n, each in rates.items()])
    values = np.concatenate([np.asarray(each, dtype=float) for each in rates.values()])
    best = fit_once(threads, values)
    places = np.linspace(1.0, 1.5 * threads.max(), FIT_POINTS)
    middle = law(places, *best)
    if min(map(len, rates.values())) < LEAST_RUNS:
        parameters = {name: Estimate(float(each), None, None, values.size)
                      for name, each in zip(PARAMETERS, best)}
        points = tuple({"threads": float(n), "throughput": float(x), "low": None, "high": None}
                       for n, x in zip(places, middle))
    else:
        drawn = _resampled(threads, rates, seed)
        low, high = np.percentile(drawn, INTERVAL, axis=0)
        parameters = {name: Estimate(float(best[i]), float(min(low[i], best[i])),
                                     float(max(high[i], best[i])), values.size)
                      for i, name in enumerate(PARAMETERS)}
        band = np.percentile([law(places, *each) for each in drawn], INTERVAL, axis=0)
        points = tuple({"threads": float(n), "throughput": float(x), "low": float(min(lo, x)),
                        "high": float(max(hi, x))}
                       for n, x, lo, hi in zip(places, middle, band[0], band[1]))
    _, sigma, kappa = best
    peak = float(np.sqrt((1.0 - sigma) / kappa)) if kappa > 1e-6 else None
    return Scaling(parameters, peak if peak and peak < 4.0 * threads.max() else None, points)


def _resampled(threads: np.ndarray, rates: Mapping[int, Sequence[float]], seed: int) -> np.ndarray:
    """The parameters that runs give which are drawn again, each number of threads from its own."""
    source = np.random.default_rng(seed)
    return np.array([
        fit_once(threads, np.concatenate([source.choice(each, len(each)) for each in rates.values()]))
        for _ in range(RESAMPLES)])

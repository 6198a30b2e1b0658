"""The figure of a durability experiment: what a set commits in a second against what a crash takes.

To the left no acknowledged transaction is at risk; then so many, on a logarithmic axis; then, in
places of their own, all of a run without a bound, and the database itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from . import chart, narrow, words
from .chart import INK, MUTED
from .draw import CLASS_STYLE
from .draw_effects import FLOOR_BAND
from .model import NOT_STATED
from .narrow import Curve

UNBOUNDED, DAMAGED = math.inf, math.nan  # exposures without a number
NONE_AT = -0.7  # where no exposure stands, in decades left of 1
MIN_STEP = 0.8  # from the last number to each place without one


@dataclass(frozen=True)
class Spot:
    """One set. `exposure` in transactions: a number, UNBOUNDED or DAMAGED."""

    label: str  # of its row in the table
    exposure: float
    rate: float
    low: float | None
    high: float | None
    durability: str
    on_front: bool


def front(spots: Sequence[Spot], title: str, subtitle: str) -> Figure:
    """Throughput against exposure with the Pareto front. REQUIRES: at least one spot."""
    panel = Curve("", "acknowledged transactions that a power cut takes at most (log scale)",
                  "commits/s (log scale)", 3.0)
    figure, (axis,) = narrow.curves_figure([panel], title, subtitle, _keys(spots))
    most = max([1.0, *(spot.exposure for spot in spots if math.isfinite(spot.exposure))])
    end = math.log10(most)
    with chart.house_style():
        _exposure_axis(axis, end)
        _rate_axis(axis, spots)
        line = sorted((_place(spot.exposure, end), spot.rate) for spot in spots if spot.on_front)
        axis.step([x for x, _ in line], [y for _, y in line], where="post", color=MUTED,
                  linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
        for spot in spots:
            _draw(axis, _place(spot.exposure, end), spot)
    return figure


def _step(end: float) -> float:
    """Wide enough for the words below, however many decades there are."""
    return max(MIN_STEP, 0.35 + 0.22 * end)


def _place(exposure: float, end: float) -> float:
    if math.isnan(exposure):
        return end + 2 * _step(end)
    if math.isinf(exposure):
        return end + _step(end)
    return NONE_AT if exposure < 1 else math.log10(exposure)


def _exposure_axis(axis: Axes, end: float) -> None:
    unbounded, damaged = _place(UNBOUNDED, end), _place(DAMAGED, end)
    right = damaged + 0.55 * _step(end)
    axis.set_xlim(NONE_AT - 0.35, right)
    texts = {NONE_AT: "none", unbounded: "no bound", damaged: "database",
             **{float(each): words.significant(10**each) for each in range(math.floor(end) + 1)}}
    axis.xaxis.set_major_locator(FixedLocator(list(texts)))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: next(
        (text for place, text in texts.items() if math.isclose(place, value)), "")))
    axis.axvspan((end + unbounded) / 2, right, color=FLOOR_BAND, zorder=0, linewidth=0)


def _rate_axis(axis: Axes, spots: Sequence[Spot]) -> None:
    values = [value for spot in spots for value in (spot.rate, spot.low, spot.high) if value]
    limits = chart.limits_of(values)
    chart.log_ticks(axis.yaxis, axis.set_yscale, axis.set_ylim, limits, words.significant)
    narrow.enough_ticks(axis.yaxis, limits)


def _draw(axis: Axes, x: float, spot: Spot) -> None:
    color, marker = CLASS_STYLE.get(spot.durability, CLASS_STYLE[NOT_STATED])
    if spot.low and spot.high:
        axis.plot([x, x], [spot.low, spot.high], color=color, linewidth=1.6, zorder=3,
                  solid_capstyle="butt")
    axis.plot([x], [spot.rate], marker=marker, color=color, markersize=5, linestyle="", zorder=4)
    if spot.on_front:
        axis.annotate(spot.label, (x, spot.rate), xytext=(5, 4), textcoords="offset points",
                      size=narrow.SMALL_SIZE, color=INK, zorder=5)


def _keys(spots: Sequence[Spot]) -> list[Line2D]:
    classes = {spot.durability for spot in spots}
    keys = [chart.key(name, *CLASS_STYLE[name]) for name in CLASS_STYLE if name in classes]
    keys.append(Line2D([], [], color=MUTED, linewidth=1.2, linestyle=(0, (4, 2)),
                       label="front, with the number of its row"))
    return keys

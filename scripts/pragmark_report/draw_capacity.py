"""Figures of rates: what was offered, what came of it, and where the objective ends.

Latencies have logarithmic axes; rates and shares start at zero. Every function returns a Figure and
touches no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from . import chart, narrow, words
from .chart import MUTED, PAPER
from .draw import TARGET_LINE
from .draw_effects import FLOOR_BAND, VERDICT_STYLE
from .draw_scaling import SERIES_STYLE
from .narrow import Curve, Row, Rows

HELD, BROKE, UNASKED = (VERDICT_STYLE[each] for each in ("better", "worse", "none"))
OPEN, CLOSED, ANSWERED = SERIES_STYLE[0], SERIES_STYLE[1], SERIES_STYLE[2]
RATE_UNIT = "offered, requests/s"


@dataclass(frozen=True)
class Dot:
    """A step of a search: the rate offered and a latency."""

    rate: float
    latency_ms: float | None  # None: nothing was answered
    holds: bool | None


@dataclass(frozen=True)
class Bar:
    """A value of a row with its interval."""

    label: str
    text: str
    value: float
    low: float | None
    high: float | None
    verdict: str  # of VERDICT_STYLE


def style_of(holds: bool | None) -> tuple[str, str]:
    """Colour and marker of a step."""
    return UNASKED if holds is None else HELD if holds else BROKE


def held(dots: Sequence[Dot], search: Mapping | None, percentile: str, limit_ms: float,
         title: str, subtitle: str) -> Figure:
    """Latency against the rate offered, and below it how likely a step holds."""
    panels = [Curve(percentile, RATE_UNIT, "ms (log scale)", 1.9)]
    if search and search["fit"]:
        panels.append(Curve("", RATE_UNIT, "share of steps that hold", 1.5))
    figure, axes = narrow.curves_figure(panels, title, subtitle, _held_keys(dots, search))
    rates = [dot.rate for dot in dots] or [1.0]
    values = [dot.latency_ms for dot in dots if dot.latency_ms] + [limit_ms]
    with chart.house_style():
        axis = axes[0]
        latency_axis(axis, values)
        axis.axhline(limit_ms, zorder=1, **TARGET_LINE)
        for dot in dots:
            if dot.latency_ms:
                _dot(axis, dot.rate, dot.latency_ms, style_of(dot.holds))
        for place, each in enumerate(axes):
            rate_axis(each, rates)
            if place:
                _chance(each, dots, search)
    return figure


def _held_keys(dots: Sequence[Dot], search: Mapping | None) -> list[Line2D]:
    names = {True: "the step held", False: "it did not", None: "not asked"}
    found = {dot.holds for dot in dots}
    keys = [chart.key(names[each], *style_of(each), None if each else PAPER)
            for each in (True, False, None) if each in found]
    keys.append(Line2D([], [], label="the objective", **TARGET_LINE))
    if search and search["edge"]:
        keys.append(Line2D([], [], color=OPEN[0], linewidth=5, alpha=0.35, solid_capstyle="butt",
                           label="edge, with its 95% interval"))
    return keys


def _dot(axis: Axes, x: float, y: float, style: tuple[str, str]) -> None:
    color, marker = style
    axis.plot([x], [y], marker=marker, color=color, markersize=4.6, linestyle="", zorder=4,
              markerfacecolor=PAPER if style in (BROKE, UNASKED) else color, markeredgewidth=1.2,
              clip_on=False)


def _chance(axis: Axes, dots: Sequence[Dot], search: Mapping) -> None:
    fit = search["fit"]
    rates = [each["rate"] for each in fit]
    axis.fill_between(rates, [each["low"] for each in fit], [each["high"] for each in fit],
                      color=FLOOR_BAND, zorder=1, linewidth=0)
    axis.plot(rates, [each["p_hold"] for each in fit], color=MUTED, linewidth=1.4, zorder=2)
    if edge := search["edge"]:
        if edge["low"] is not None and edge["high"] is not None:
            axis.axvspan(edge["low"], edge["high"], color=OPEN[0], alpha=0.35, zorder=1,
                         linewidth=0)
        axis.axvline(edge["value"], color=OPEN[0], linewidth=1.4, zorder=2)
    for dot in dots:
        if dot.holds is not None:
            _dot(axis, dot.rate, 1.0 if dot.holds else 0.0, style_of(dot.holds))
    axis.set_ylim(-0.06, 1.06)
    axis.yaxis.set_major_locator(FixedLocator([0, 0.5, 1]))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.significant(value)))


def curve(points: Sequence[Mapping], knee: Mapping | None, title: str, subtitle: str) -> Figure:
    """Achieved against offered, and latency as open and as closed loops tell it."""
    panels = [Curve("achieved", RATE_UNIT, "requests/s", 1.9),
              Curve("latency", RATE_UNIT, "ms (log scale)", 2.1)]
    figure, (above, below) = narrow.curves_figure(panels, title, subtitle, _curve_keys(knee))
    offered = [each["offered"] for each in points]
    series = (("p99_ms", OPEN), ("service_p99_ms", CLOSED), ("p50_ms", ANSWERED))
    with chart.house_style():
        above.plot([0, max(offered)], [0, max(offered)], color=MUTED, linewidth=1.0,
                   linestyle=(0, (1, 1.5)), zorder=1)
        _line(above, offered, [each["achieved"] for each in points], OPEN)
        tops = [each["achieved"]["high"] or each["achieved"]["value"] for each in points]
        narrow.linear_from_zero(above, max([*tops, 1e-9]), words.significant)
        for key, style in series:
            _line(below, offered, [each[key] for each in points], style)
        found = [each[key]["value"] for each in points for key, _ in series if each[key]]
        latency_axis(below, [value for value in found if value > 0] or [1.0])
        for axis in (above, below):
            rate_axis(axis, offered)
            if knee:
                axis.axvline(knee["rate"], zorder=1, **TARGET_LINE)
    return figure


def _curve_keys(knee: Mapping | None) -> list[Line2D]:
    keys = [Line2D([], [], color=color, marker=marker, markersize=5, label=label)
            for label, (color, marker) in (
                ("p99 from the intended start", OPEN), ("p99 as a closed loop tells it", CLOSED),
                ("p50", ANSWERED))]
    keys.append(Line2D([], [], color=MUTED, linestyle=(0, (1, 1.5)), label="all that was offered"))
    if knee:
        keys.append(Line2D([], [], label="the knee", **TARGET_LINE))
    return keys


def _line(axis: Axes, xs: Sequence[float], estimates: Sequence[Mapping | None],
          style: tuple[str, str]) -> None:
    color, marker = style
    known = [(x, each) for x, each in zip(xs, estimates) if each and each["value"] > 0]
    axis.plot([x for x, _ in known], [each["value"] for _, each in known], color=color,
              marker=marker, markersize=4.2, linewidth=1.3, zorder=3)
    for x, each in known:
        if each["low"] is not None and each["high"] is not None and each["low"] > 0:
            axis.plot([x, x], [each["low"], each["high"]], color=color, linewidth=1.2, zorder=2)


def bars(panels: Sequence[tuple[str, str, float | None, Sequence[Bar]]], target_name: str,
         title: str, subtitle: str) -> Figure:
    """Rows of bars from zero with their intervals: (heading, unit, target, bars) for each panel."""
    rows = [Rows(name, tuple(Row(bar.label, bar.text, bar) for bar in some))
            for name, _, _, some in panels]
    keys = [Line2D([], [], label=target_name, **TARGET_LINE)] if target_name else []
    figure, axes = narrow.rows_figure(rows, title, subtitle, keys)
    with chart.house_style():
        for axis, panel, (_, unit, target, some) in zip(axes, rows, panels):
            ends = [value for bar in some for value in (bar.value, bar.high, target) if value]
            end = max(ends, default=1.0) * 1.03
            axis.set_xlim(0, end)
            ticks = MaxNLocator(5).tick_values(0, end)
            axis.xaxis.set_major_locator(FixedLocator(  # a label at the end would leave the figure
                [tick for tick in ticks if tick <= end * (1 - narrow.END)]))
            axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: words.significant(x)))
            axis.tick_params(axis="x", length=3, color=chart.GRID, labelcolor=MUTED,
                             labelsize=narrow.SMALL_SIZE)
            axis.set_xlabel(unit, size=narrow.SMALL_SIZE, color=MUTED, labelpad=1.5)
            if target is not None:
                axis.axvline(target, zorder=1, **TARGET_LINE)
            for y, bar in zip(narrow.places(panel), some):
                _bar(axis, y, bar)
    return figure


def _bar(axis: Axes, y: float, bar: Bar) -> None:
    color = VERDICT_STYLE[bar.verdict][0]
    axis.barh(y, bar.value, height=narrow.BAR, zorder=2, color=color, alpha=0.35, linewidth=0)
    axis.plot([bar.value], [y], marker=VERDICT_STYLE[bar.verdict][1], markersize=4.6, color=color,
              linestyle="", zorder=4)
    if bar.low is not None and bar.high is not None:
        axis.plot([bar.low, bar.high], [y, y], color=color, linewidth=2.0, zorder=3, marker="|",
                  markersize=7, solid_capstyle="butt")


def rate_axis(axis: Axes, rates: Sequence[float]) -> None:
    """A horizontal axis of rates from zero."""
    axis.set_xlim(0, max([*rates, 1e-9]) * 1.05)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.significant(value)))


def latency_axis(axis: Axes, values: Sequence[float]) -> None:
    """A logarithmic vertical axis. REQUIRES: positive values."""
    limits = chart.limits_of(values)
    chart.log_ticks(axis.yaxis, axis.set_yscale, axis.set_ylim, limits, words.significant)
    narrow.enough_ticks(axis.yaxis, limits)

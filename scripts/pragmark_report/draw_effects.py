"""Figures of a tuning experiment: effects with their intervals, and the waterfall of levers.

Both have logarithmic axes, on which equal lengths are equal factors. A bar of the waterfall reaches
from what was before to what is after; it does not start at zero, which such an axis does not have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from . import chart, narrow, words
from .chart import MUTED, PAPER
from .draw import CLASS_STYLE, TARGET_LINE
from .model import NOT_STATED
from .narrow import Row, Rows

VERDICT_STYLE = {  # colour and marker; svg.py maps each colour to a variable of its own
    "better": ("#10603b", "o"), "worse": ("#96240e", "s"), "none": ("#6b6b6c", "D"),
}
NOT_COMPARABLE = "not comparable"
NOT_COMPARABLE_STYLE = (VERDICT_STYLE["none"][0], "x")
FLOOR_BAND = "#eceff2"
MAX_ROWS = 24  # of a figure; the table has all


@dataclass(frozen=True)
class Rung:
    """A step of a waterfall, or its start (no factor) or its total."""

    label: str
    before: float | None
    after: float
    low: float | None  # of `after`, its own interval
    high: float | None
    factor: str  # with its corrected interval, as text
    durability: str
    verdict: str | None
    text: str  # of what was reached


def effects(panels: Sequence[tuple[str, Sequence[Mapping]]], floor: float, title: str,
            subtitle: str, better: str) -> Figure:
    """A point with its interval for each effect; `better` says which way is better."""
    rows = [Rows(name, tuple(Row(each["what"], _effect_text(each), each) for each in some))
            for name, some in panels]
    values = [value for _, some in panels for each in some
              for value in (each["factor"], each["low"], each["high"], 1.0) if value]
    figure, axes = narrow.rows_figure(rows, title, subtitle, _effect_keys(rows, floor))
    with chart.house_style():
        for axis, panel in zip(axes, rows):
            narrow.log_axis(axis, chart.limits_of(values),
                            f"factor against what it is held against (log scale); {better}",
                            words.significant)
            axis.axvspan(1 / (1 + floor), 1 + floor, color=FLOOR_BAND, zorder=0, linewidth=0)
            axis.axvline(1.0, zorder=1, color=MUTED, linewidth=1.0)
            for y, row in zip(narrow.places(panel), panel.rows):
                _effect(axis, y, row.item)
    return figure


def _effect(axis: Axes, y: float, each: Mapping) -> None:
    color, marker = VERDICT_STYLE[each["verdict"]] if each["comparable"] else NOT_COMPARABLE_STYLE
    if each["low"] and each["high"]:
        axis.plot([each["low"], each["high"]], [y, y], color=color, linewidth=2.4, zorder=3,
                  marker="|", markersize=7, solid_capstyle="butt")
    if each["factor"] > 0:
        axis.plot([each["factor"]], [y], marker=marker, markersize=4.6, color=color, zorder=4,
                  markerfacecolor=PAPER if each["verdict"] == "none" else color,
                  markeredgewidth=1.4, linestyle="")


def factor_text(each: Mapping) -> str:
    """`1.24x [1.18, 1.27]`."""
    factor = words.factor(each["factor"])
    if each["low"] is None or each["high"] is None:
        return f"{factor} [n too small]"
    return (f"{factor} [{words.three_digits(each['low'])}, "
            f"{words.three_digits(each['high'])}]")


def _effect_text(each: Mapping) -> str:
    return f"{factor_text(each)}, n={each['n']}"


def _effect_keys(panels: Sequence[Rows], floor: float) -> list[Line2D]:
    items = [row.item for panel in panels for row in panel.rows]
    found = {each["verdict"] for each in items if each["comparable"]}
    names = {"better": "better", "worse": "worse", "none": "no measurable effect"}
    keys = [chart.key(names[verdict], *VERDICT_STYLE[verdict],
                      PAPER if verdict == "none" else None)
            for verdict in VERDICT_STYLE if verdict in found]
    if not all(each["comparable"] for each in items):
        keys.append(chart.key(f"{NOT_COMPARABLE}: requests fail", *NOT_COMPARABLE_STYLE))
    keys.append(Line2D([], [], color=FLOOR_BAND, linewidth=6,
                       label=f"within {words.significant(100 * floor)}%: does not count",
                       solid_capstyle="butt"))
    return keys


def waterfall(panels: Sequence[tuple[str, Sequence[Rung]]], unit: str, target: float | None,
              title: str, subtitle: str) -> Figure:
    """One lever a row, from the first design down to the best."""
    rows = [Rows(name, tuple(Row(rung.label, rung.text, rung) for rung in rungs))
            for name, rungs in panels]
    values = [value for _, rungs in panels for rung in rungs
              for value in (rung.before, rung.after, rung.low, rung.high, target) if value]
    figure, axes = narrow.rows_figure(rows, title, subtitle, _waterfall_keys(rows, target))
    with chart.house_style():
        for axis, panel in zip(axes, rows):
            narrow.log_axis(axis, chart.limits_of(values), unit, words.significant)
            if target is not None:
                axis.axvline(target, zorder=1, **TARGET_LINE)
            for y, row in zip(narrow.places(panel), panel.rows):
                _rung(axis, y, row.item)
    return figure


def _rung(axis: Axes, y: float, rung: Rung) -> None:
    color, marker = CLASS_STYLE.get(rung.durability, CLASS_STYLE[NOT_STATED])
    hollow = rung.verdict in ("none", "worse")
    if rung.before is not None:
        axis.barh(y, rung.after - rung.before, left=rung.before, height=narrow.BAR, zorder=2,
                  facecolor="none" if hollow else color, edgecolor=MUTED if hollow else "none",
                  alpha=None if hollow else 0.35, linewidth=1.0)
    if rung.low is not None and rung.high is not None:
        axis.plot([rung.low, rung.high], [y, y], color=color, linewidth=2.2, zorder=3,
                  solid_capstyle="butt")
    axis.plot([rung.after], [y], marker=marker, markersize=5.5, color=color, zorder=4,
              markerfacecolor=PAPER if hollow else color, markeredgewidth=1.4, linestyle="")


def _waterfall_keys(panels: Sequence[Rows], target: float | None) -> list[Line2D]:
    rungs = [row.item for panel in panels for row in panel.rows]
    classes = {rung.durability for rung in rungs}
    keys = [chart.key(name, *CLASS_STYLE[name]) for name in CLASS_STYLE if name in classes]
    if classes - CLASS_STYLE.keys():
        keys.append(chart.key("class unknown", *CLASS_STYLE[NOT_STATED]))
    if any(rung.verdict in ("none", "worse") for rung in rungs):
        keys.append(chart.key("hollow: no gain", MUTED, "o", PAPER))
    if target is not None:
        keys.append(Line2D([], [], label=f"{words.rate(target)} requests/s", **TARGET_LINE))
    return keys

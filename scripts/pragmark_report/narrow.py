"""The frame of a page's figures: narrow enough for a phone, and no wider on a desk.

Rows have their label and their figures in a line of text above what is drawn, so that the drawing
has the whole width. Like chart.py it touches no file and, outside of house_style(), no global
state.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from . import chart
from .chart import GRID, INK, MUTED, PAPER

WIDTH = 4.6  # inches; svg.plot.narrow of page.css has the same shape
MARGIN = 0.12
LEFT, RIGHT = 0.62, 0.20  # inches beside the panel of a curve
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 11, 8.8, 8.0
LINE = 0.17  # inches of a line of small text
PER_LINE = 70  # characters of small text that fit on a line
PER_ROW = 66  # of a row's text
ROW, ROW_TALL = 0.36, 0.53  # inches, with one and two lines of text
BAR, BELOW = 0.10, 0.10  # inches: of a bar, and from its middle to the next row
PANEL_HEAD, NO_HEAD, PANEL_FOOT = 0.30, 0.10, 0.44
MAX_LINES = 5
MIN_TICKS = 3
END = 0.02  # of an axis, where no label stands
DENSE_DECADES = 4  # so many still have room for three labelled ticks each


@dataclass(frozen=True)
class Row:
    """One line of a panel: what it is, its figures as text, and what draw() is handed."""

    label: str
    text: str
    item: object


@dataclass(frozen=True)
class Rows:
    """A panel of rows with one horizontal axis."""

    title: str
    rows: tuple[Row, ...]


def _start(title: str, subtitle: str, keys: Sequence[Line2D], body: float
           ) -> tuple[Figure, float]:
    """A figure with its head, and the inches from its lower end to where panels begin."""
    titles = textwrap.wrap(title, 46)[:2]
    lines = textwrap.wrap(subtitle, PER_LINE)
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], chart.cut(" ".join(lines[MAX_LINES - 1 :]), PER_LINE)]
    legend_rows = _legend_rows(keys)
    head = 0.12 + 0.22 * len(titles) + LINE * len(lines) + 0.2 * len(legend_rows) + 0.05
    height = head + body
    figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
    FigureCanvasAgg(figure)
    top = height - 0.12
    for line in titles:
        figure.text(MARGIN / WIDTH, (top - 0.1) / height, line, size=TITLE_SIZE, weight="bold",
                    color=INK, va="center")
        top -= 0.22
    for line in lines:
        figure.text(MARGIN / WIDTH, (top - 0.08) / height, line, size=SMALL_SIZE, color=MUTED,
                    va="center")
        top -= LINE
    for row in legend_rows:
        figure.legend(
            handles=row, loc="center left", ncol=len(row), frameon=False, fontsize=SMALL_SIZE,
            labelcolor=INK, bbox_to_anchor=(MARGIN / WIDTH, (top - 0.12) / height),
            handletextpad=0.3, columnspacing=1.2, borderaxespad=0.0, handlelength=1.6)
        top -= 0.2
    return figure, top - 0.05


def _legend_rows(keys: Sequence[Line2D]) -> list[list[Line2D]]:
    rows: list[list[Line2D]] = []
    used = PER_LINE
    for each in keys:
        need = len(each.get_label()) + 6
        if used + need > PER_LINE - 6:
            rows.append([])
            used = 0
        rows[-1].append(each)
        used += need
    return rows


def rows_figure(panels: Sequence[Rows], title: str, subtitle: str, keys: Sequence[Line2D]
                ) -> tuple[Figure, list[Axes]]:
    """Panels of rows below each other; places() says at which y a row draws."""
    heads = [PANEL_HEAD if panel.title else NO_HEAD for panel in panels]
    body = sum(heads) + sum(PANEL_FOOT + _tallness(panel) for panel in panels)
    with chart.house_style():
        figure, top = _start(title, subtitle, keys, body)
        height = figure.get_size_inches()[1]
        axes = []
        for panel, head in zip(panels, heads):
            top -= head
            if panel.title:
                figure.text(MARGIN / WIDTH, (top + 0.1) / height,
                            chart.cut(panel.title, PER_ROW), size=TEXT_SIZE + 0.5, weight="bold",
                            color=INK, va="center")
            tallness = _tallness(panel)
            axis = figure.add_axes((MARGIN / WIDTH, (top - tallness) / height,
                                    1 - 2 * MARGIN / WIDTH, tallness / height), facecolor="none")
            axis.set_ylim(tallness, 0)
            axis.set_yticks([])
            for begin, row in zip(_begins(panel), panel.rows):
                _row_text(axis, begin, row)
            for side in ("left", "right", "top"):
                axis.spines[side].set_visible(False)
            axis.spines["bottom"].set_color(GRID)
            top -= tallness + PANEL_FOOT
            axes.append(axis)
    return figure, axes


def places(panel: Rows) -> list[float]:
    """The height at which each row draws, below its text: inches down the panel."""
    return [begin + _height(row) - BELOW for begin, row in zip(_begins(panel), panel.rows)]


def _is_tall(row: Row) -> bool:
    """Whether label and figures need a line each."""
    return len(row.label) + len(row.text) > PER_ROW


def _height(row: Row) -> float:
    return ROW_TALL if _is_tall(row) else ROW


def _tallness(panel: Rows) -> float:
    return sum(map(_height, panel.rows))


def _begins(panel: Rows) -> list[float]:
    return list(accumulate(map(_height, panel.rows), initial=0.0))[:-1]


def _row_text(axis: Axes, begin: float, row: Row) -> None:
    across = axis.get_yaxis_transform()
    first = begin + 0.12
    over_lines = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}
    axis.text(0, first, chart.shorten(row.label, PER_ROW), size=TEXT_SIZE, color=INK,
              va="center", transform=across, bbox=over_lines)
    second = first + (LINE if _is_tall(row) else 0)
    axis.text(1, second, chart.cut(row.text, PER_ROW), size=TEXT_SIZE, color=INK, va="center",
              ha="right", transform=across, bbox=over_lines)


@dataclass(frozen=True)
class Curve:
    """A panel with two axes, each with its unit."""

    title: str
    x_unit: str
    y_unit: str
    height: float = 2.1  # inches


def curves_figure(panels: Sequence[Curve], title: str, subtitle: str, keys: Sequence[Line2D]
                  ) -> tuple[Figure, list[Axes]]:
    """Panels below each other, to draw curves into. Their vertical axes start at zero, unless the
    caller makes them logarithmic."""
    body = sum(PANEL_HEAD + PANEL_FOOT + panel.height for panel in panels)
    with chart.house_style():
        figure, top = _start(title, subtitle, keys, body)
        height = figure.get_size_inches()[1]
        axes = []
        for panel in panels:
            top -= PANEL_HEAD
            unit = f"{panel.title}, {panel.y_unit}" if panel.title else panel.y_unit
            figure.text(MARGIN / WIDTH, (top + 0.12) / height, chart.cut(unit, PER_LINE - 10),
                        size=TEXT_SIZE, color=INK, va="center")
            axis = figure.add_axes((LEFT / WIDTH, (top - panel.height) / height,
                                    (WIDTH - LEFT - RIGHT) / WIDTH, panel.height / height),
                                   facecolor="none")
            axis.set_xlabel(panel.x_unit, size=SMALL_SIZE, color=MUTED, labelpad=2)
            axis.tick_params(length=3, color=GRID, labelcolor=MUTED, labelsize=SMALL_SIZE)
            axis.grid(color=GRID, linewidth=0.7)
            axis.set_axisbelow(True)
            for side in ("right", "top"):
                axis.spines[side].set_visible(False)
            for side in ("left", "bottom"):
                axis.spines[side].set_color(GRID)
            top -= panel.height + PANEL_FOOT
            axes.append(axis)
    return figure, axes


def log_axis(axis: Axes, limits: tuple[float, float], unit: str, tick: Callable[[float], str]
             ) -> None:
    """A logarithmic horizontal axis of that unit, below a panel of rows."""
    chart.scale(axis, limits, unit, tick)
    chart.log_ticks(axis.xaxis, axis.set_xscale, axis.set_xlim, limits, tick, DENSE_DECADES)
    enough_ticks(axis.xaxis, limits)
    axis.tick_params(axis="x", labelsize=SMALL_SIZE)
    axis.xaxis.label.set_size(SMALL_SIZE)


def enough_ticks(axis: Axis, limits: tuple[float, float]) -> None:
    """Where a logarithmic axis spans too little for three of its ticks, those of a linear one too;
    and none so near an end that its label would leave the figure."""
    low, high = (math.log(limit) for limit in limits)

    def inside(ticks: Sequence[float]) -> list[float]:
        return [place for place in ticks
                if place > 0 and END < (math.log(place) - low) / (high - low) < 1 - END]

    ticks = inside(axis.get_majorticklocs())
    if len(ticks) < MIN_TICKS:
        ticks = sorted({*ticks, *inside(MaxNLocator(5).tick_values(*limits))})
    axis.set_major_locator(FixedLocator(ticks))


def linear_from_zero(axis: Axes, top: float, tick: Callable[[float], str]) -> None:
    """A vertical axis from zero."""
    axis.set_ylim(0, top * 1.08 if top > 0 else 1)
    axis.yaxis.set_major_locator(MaxNLocator(5))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))

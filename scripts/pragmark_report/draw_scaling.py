"""Figures of scaling: throughput and p99 side by side against threads, rows or processes.

A line for each configuration, of which the fastest are drawn when there are many; the table has
all.
A vertical axis starts at zero unless its values span more than MAX_LINEAR_SPAN; then it is
logarithmic and says so. Like draw.py, functions return Figures and touch no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from . import chart, words
from .chart import GRID, INK, MUTED, PAPER, WIDTH
from .draw import TARGET_LINE
from .scaling import PROCESSES, ROWS, THREADS, Group, Point, Series
from .stats import Interval

SERIES_STYLE = (  # colour and marker; no colour has another role, svg.py maps them by value
    ("#0072b1", "o"), ("#d55e01", "s"), ("#009e73", "^"), ("#b35c8e", "D"),
    ("#8a6d00", "v"), ("#5b3fa0", "P"), ("#2f9fd8", "X"), ("#7f4f3f", "p"),
)
GROUPS_PER_FIGURE = 4
MAX_LINEAR_SPAN = 20.0
APART = 0.006  # of the axis, from series to series, so that no interval hides another
MIN_TICK_RATIO = 1.3  # ticks of the horizontal axis that are closer would overlap
AXIS_TEXT = {THREADS: "threads of a process (log scale)", ROWS: "rows at the start (log scale)",
             PROCESSES: "processes (log scale)"}
HEAD, PANEL, FOOT, LINE, GAP = 0.4, 2.0, 0.55, 0.19, 0.25  # inches down
LEFT, BETWEEN, RIGHT = 0.85, 0.95, 0.3  # inches across
TITLE = 0.7


def drawn(group: Group) -> tuple[Series, ...]:
    """The series that a figure has room for: the fastest, in the order of the table."""
    fastest = sorted(group.series, key=lambda s: -s.best.row.throughput.median_per_second)
    chosen = fastest[: len(SERIES_STYLE)]
    return tuple(series for series in group.series if series in chosen)


def scaling(groups: Sequence[Group], target: float, subtitle: str) -> list[Figure]:
    """Figures of the groups of one quantity, a few workloads each."""
    figures = []
    for start in range(0, len(groups), GROUPS_PER_FIGURE):
        with chart.house_style():
            figures.append(_figure(groups[start : start + GROUPS_PER_FIGURE], target, subtitle))
    return figures


def _figure(groups: Sequence[Group], target: float, subtitle: str) -> Figure:
    heights = [HEAD + PANEL + FOOT + LINE * _legend_lines(group) + GAP for group in groups]
    height = TITLE + sum(heights)
    figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
    FigureCanvasAgg(figure)
    title = f"Throughput and p99 against {groups[0].quantity}"
    figure.text(0.15 / WIDTH, 1 - 0.24 / height, title, size=13, weight="bold", color=INK,
                va="center")
    figure.text(0.15 / WIDTH, 1 - 0.50 / height, chart.shorten(subtitle, 130), size=8.5,
                color=MUTED, va="center")
    top = height - TITLE
    across = (WIDTH - LEFT - BETWEEN - RIGHT) / 2
    for group, own in zip(groups, heights):
        figure.text(0.15 / WIDTH, (top - 0.16) / height, chart.cut(group.case.workload, 40),
                    weight="bold", color=INK, va="center")
        conditions = chart.cut(words.case_parameters(group.case), 60)
        figure.text((0.3 + chart.BOLD_CHARACTER * len(group.case.workload)) / WIDTH,
                    (top - 0.16) / height, conditions, color=MUTED, va="center", size=8.5)
        bottom = (top - HEAD - PANEL) / height
        boxes = [(left / WIDTH, bottom, across / WIDTH, PANEL / height)
                 for left in (LEFT, LEFT + across + BETWEEN)]
        _throughput_panel(figure.add_axes(boxes[0], facecolor="none"), group, target)
        _p99_panel(figure.add_axes(boxes[1], facecolor="none"), group)
        _legend(figure, group, (top - HEAD - PANEL - FOOT) / height)
        top -= own
    return figure


def _styled(group: Group) -> Iterator[tuple[Series, str, str, str]]:
    """Each series with its colour, marker and line style; yardsticks are dashed."""
    for series, (color, marker) in zip(drawn(group), SERIES_STYLE):
        yield series, color, marker, "--" if series.like.is_yardstick else "-"


def _throughput_panel(axis: Axes, group: Group, target: float) -> None:
    values = _lines(axis, group, lambda point: point.row.throughput.median_per_second,
                    lambda point: point.row.throughput.interval)
    _vertical(axis, values, "requests/s", words.significant)
    _horizontal(axis, group)
    if axis.get_ylim()[0] <= target <= axis.get_ylim()[1]:
        axis.axhline(target, zorder=1, **TARGET_LINE)
        axis.annotate(f"target {words.rate(target)}/s", (1.0, target), (0, 3), zorder=1, size=7.5,
                      color=MUTED, ha="right", va="bottom", textcoords="offset points",
                      xycoords=axis.get_yaxis_transform(),
                      bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8})


def _p99_panel(axis: Axes, group: Group) -> None:
    values = _lines(axis, group, lambda point: point.row.counters.get("latency_us_p99") or None,
                    lambda point: point.row.p99_interval)
    _vertical(axis, values, "p99 of a request", words.duration)
    _horizontal(axis, group)


def _lines(axis: Axes, group: Group, value: Callable[[Point], float | None],
           interval: Callable[[Point], Interval | None]) -> list[float]:
    """Draws the series and returns all values on the vertical axis."""
    ends: list[float] = []
    styled = list(_styled(group))
    values = [point.value for series in group.series for point in series.points]
    for place, (series, color, marker, style) in enumerate(styled):
        beside = (max(values) / min(values)) ** (APART * (place - (len(styled) - 1) / 2))
        found = [(point.value * beside, value(point), interval(point)) for point in series.points
                 if value(point) is not None]
        for x, y, between in found:
            ends += [y] if between is None else [y, between.low, between.high]
            if between is not None:
                axis.plot([x, x], [between.low, between.high], color=color, linewidth=2.2,
                          alpha=0.5, zorder=2, solid_capstyle="butt")
        axis.plot([x for x, _, _ in found], [y for _, y, _ in found], color=color, marker=marker,
                  linestyle=style, linewidth=1.2, markersize=5, zorder=3, markeredgewidth=0)
    return [end for end in ends if end > 0]


def _vertical(axis: Axes, values: Sequence[float], unit: str, tick: Callable[[float], str]) -> None:
    if not values:
        axis.text(0.5, 0.5, "not in the result", color=MUTED, ha="center", va="center",
                  transform=axis.transAxes)
        axis.set_yticks([])
    elif max(values) > MAX_LINEAR_SPAN * min(values):
        chart.log_ticks(axis.yaxis, axis.set_yscale, axis.set_ylim, chart.limits_of(values), tick,
                        dense_decades=4)  # labels above each other need less room
        unit += " (log scale)"
    else:
        axis.set_ylim(0, 1.08 * max(values))
        axis.yaxis.set_major_locator(MaxNLocator(5))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_ylabel(unit, size=8, color=MUTED)
    axis.tick_params(axis="y", length=3, color=GRID, labelcolor=MUTED, labelsize=8)


def _horizontal(axis: Axes, group: Group) -> None:
    values = sorted({point.value for series in group.series for point in series.points})
    axis.set_xscale("log")
    margin = (values[-1] / values[0]) ** 0.05
    axis.set_xlim(values[0] / margin, values[-1] * margin)
    ticks: list[int] = []
    for value in reversed(values):
        if not ticks or ticks[-1] >= MIN_TICK_RATIO * value:
            ticks.append(value)
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.significant(value)))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.tick_params(axis="x", length=3, color=GRID, labelcolor=MUTED, labelsize=8)
    axis.set_xlabel(AXIS_TEXT[group.quantity], size=8, color=MUTED)
    axis.grid(color=GRID, linewidth=0.7)
    axis.set_axisbelow(True)
    for side in ("right", "top"):
        axis.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axis.spines[side].set_color(GRID)


def _legend_lines(group: Group) -> int:
    return len(drawn(group)) + (len(group.series) > len(SERIES_STYLE))


def _legend(figure: Figure, group: Group, top: float) -> None:
    """Below the panels, a line each, so it never lies over data and holds the whole name."""
    keys = [
        Line2D([], [], color=color, marker=marker, linestyle=style, linewidth=1.2, markersize=5,
               markeredgewidth=0, label=f"{words.series_text(series.like, group.quantity)}, "
                                        f"{words.n_text(point.row.n for point in series.points)}")
        for series, color, marker, style in _styled(group)
    ]
    left_out = len(group.series) - len(keys)
    if left_out:
        keys.append(Line2D([], [], linestyle="", label=f"{left_out} slower: see the table"))
    legend = figure.legend(handles=keys, loc="upper left", frameon=False, fontsize=8,
                           labelcolor=INK, bbox_to_anchor=(LEFT / WIDTH, top), handletextpad=0.5,
                           borderaxespad=0.0, borderpad=0.0, labelspacing=0.0, handleheight=1.7)
    legend.set_zorder(0)

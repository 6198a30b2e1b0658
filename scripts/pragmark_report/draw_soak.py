"""Figures over time: a soak, and what an antagonist does to the tail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from . import chart, narrow, words
from .chart import MUTED
from .draw import TARGET_LINE
from .draw_capacity import latency_axis
from .draw_effects import FLOOR_BAND, VERDICT_STYLE
from .draw_scaling import SERIES_STYLE
from .narrow import Curve

TIME_UNIT = "seconds since the load began"
LINE, TAIL, WAL = (style[0] for style in SERIES_STYLE[:3])
STALL = VERDICT_STYLE["worse"][0]
BYTES_PER_MIB = 1024 * 1024


def soak(step: Mapping, rate: float, limit_ms: float | None, title: str, subtitle: str) -> Figure:
    """Throughput, p99 and WAL of each window, and the checkpoints that took long."""
    windows = step["windows"]
    panels = [Curve("succeeded", TIME_UNIT, "requests/s", 1.4),
              Curve("p99", TIME_UNIT, "ms (log scale)", 1.6),
              Curve("write-ahead log", TIME_UNIT, "MiB", 1.1)]
    keys = [Line2D([], [], label="offered, and the objective", **TARGET_LINE),
            Line2D([], [], color=STALL, marker="|", linestyle="", markersize=8,
                   label="a checkpoint that took long")]
    figure, axes = narrow.curves_figure(panels, title, subtitle, keys)
    begins = [each["t_s"] for each in windows]
    width = _width(windows, step["seconds"])
    with chart.house_style():
        rates = [each["succeeded"] / width for each in windows]
        _line(axes[0], begins, rates, LINE)
        axes[0].axhline(rate, zorder=1, **TARGET_LINE)
        narrow.linear_from_zero(axes[0], max([*rates, rate]), words.significant)
        tails = [(t, each["p99_us"] / 1000) for t, each in zip(begins, windows)
                 if each["p99_us"]]
        _line(axes[1], [t for t, _ in tails], [value for _, value in tails], TAIL)
        if limit_ms:
            axes[1].axhline(limit_ms, zorder=1, **TARGET_LINE)
        latency_axis(axes[1], [*[value for _, value in tails], limit_ms or 1.0])
        logs = [(each["wal_bytes"] or 0) / BYTES_PER_MIB for each in windows]
        _line(axes[2], begins, logs, WAL)
        narrow.linear_from_zero(axes[2], max([*logs, 1e-9]), words.significant)
        _stalls(axes[1], step["checkpoint_stalls"])
        for axis in axes:
            time_axis(axis, step["seconds"])
    return figure


def antagonists(series: Sequence[tuple[str, Sequence[Mapping]]], start_s: float, end_s: float,
                title: str, subtitle: str) -> Figure:
    """p99 of each window for each kind, every run a line; the shade is when it worked."""
    panels = [Curve(f"p99 with {kind}", TIME_UNIT, "ms (log scale)", 1.3) for kind, _ in series]
    keys = [Line2D([], [], color=TAIL, linewidth=1.3, label="one run"),
            Line2D([], [], color=FLOOR_BAND, linewidth=7, solid_capstyle="butt",
                   label="the antagonist works")]
    figure, axes = narrow.curves_figure(panels, title, subtitle, keys)
    values = [each["p99_us"] / 1000 for _, steps in series for step in steps
              for each in step["windows"] if each["p99_us"]] or [1.0]
    with chart.house_style():
        for axis, (_, steps) in zip(axes, series):
            axis.axvspan(start_s, end_s, color=FLOOR_BAND, zorder=0, linewidth=0)
            for step in steps:
                found = [(each["t_s"], each["p99_us"] / 1000) for each in step["windows"]
                         if each["p99_us"]]
                _line(axis, [t for t, _ in found], [value for _, value in found], TAIL)
            latency_axis(axis, values)
            time_axis(axis, max((step["seconds"] for step in steps), default=end_s))
    return figure


def _width(windows: Sequence[Mapping], seconds: float) -> float:
    """Of a window; all but the last have the same."""
    return windows[1]["t_s"] - windows[0]["t_s"] if len(windows) > 1 else max(seconds, 1e-9)


def _line(axis: Axes, xs: Sequence[float], ys: Sequence[float], color: str) -> None:
    axis.plot(xs, ys, color=color, linewidth=1.1, zorder=3, solid_joinstyle="round")


def _stalls(axis: Axes, stalls: Sequence[Mapping]) -> None:
    across = axis.get_xaxis_transform()
    axis.plot([each["t_s"] for each in stalls], [0.06] * len(stalls), marker="|", linestyle="",
              color=STALL, markersize=7, transform=across, zorder=4)


def time_axis(axis: Axes, seconds: float) -> None:
    """A horizontal axis of seconds from zero."""
    axis.set_xlim(0, max(seconds, 1e-9))
    axis.xaxis.set_major_locator(MaxNLocator(6))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.significant(value)))
    axis.tick_params(axis="x", labelcolor=MUTED)

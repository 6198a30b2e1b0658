"""Figures of a forecast: predicted against measured, and throughput over threads with its fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from . import chart, narrow, words
from .chart import MUTED
from .draw_effects import FLOOR_BAND
from .draw_scaling import SERIES_STYLE
from .narrow import Curve, Row, Rows

PREDICTED, MEASURED = SERIES_STYLE[0], SERIES_STYLE[1]
APART = 0.05  # inches between what was predicted and what was measured


def predictions(shapes: Sequence[Mapping], title: str, subtitle: str) -> Figure:
    """Each shape with its prediction and, where one was held out, what was measured."""
    rows = [Rows("", tuple(Row(each["shape"], _text(each), each) for each in shapes))]
    keys = [chart.key("predicted, with its 95% interval", *PREDICTED)]
    if any(each["measured"] for each in shapes):
        keys.append(chart.key("measured on a shape held out", *MEASURED))
    figure, (axis,) = narrow.rows_figure(rows, title, subtitle, keys)
    values = [value for each in shapes for found in (each["predicted"], each["measured"]) if found
              for value in (found["value"], found["low"], found["high"]) if value and value > 0]
    with chart.house_style():
        narrow.log_axis(axis, chart.limits_of(values or [1.0]), "requests/s (log scale)",
                        words.significant)
        for y, each in zip(narrow.places(rows[0]), shapes):
            _estimate(axis, y - APART / 2, each["predicted"], PREDICTED)
            if each["measured"]:
                _estimate(axis, y + APART / 2, each["measured"], MEASURED)
    return figure


def _text(each: Mapping) -> str:
    text = f"{words.rate(each['predicted']['value'])}/s by {each['binding']}"
    if each["measured"] and each["error_share"] is not None:
        sign = "+" if each["error_share"] >= 0 else "-"
        size = words.significant(abs(100 * each["error_share"]), 2)
        text += f", measured {words.rate(each['measured']['value'])}/s: {sign}{size}%"
    return text


def _estimate(axis: Axes, y: float, found: Mapping, style: tuple[str, str]) -> None:
    color, marker = style
    if found["low"] and found["high"]:
        axis.plot([max(found["low"], 1e-9), found["high"]], [y, y], color=color, linewidth=1.8,
                  marker="|", markersize=6, zorder=3, solid_capstyle="butt")
    if found["value"] > 0:
        axis.plot([found["value"]], [y], marker=marker, markersize=4.6, color=color, linestyle="",
                  zorder=4)


def scaling(found: Mapping, title: str, subtitle: str) -> Figure:
    """Throughput over threads, and the fit with its band."""
    keys = [chart.key("measured", *MEASURED), Line2D([], [], color=MUTED, linewidth=1.4,
                                                     label="fit, with its 95% band")]
    figure, (axis,) = narrow.curves_figure([Curve("throughput", "threads", "requests/s", 2.2)],
                                           title, subtitle, keys)
    fit, points = found["fit"], found["points"]
    with chart.house_style():
        threads = [each["threads"] for each in fit]
        banded = [each for each in fit if each["high"] is not None]  # none: too few runs for one
        axis.fill_between([each["threads"] for each in banded], [each["low"] for each in banded],
                          [each["high"] for each in banded], color=FLOOR_BAND, zorder=0,
                          linewidth=0)
        axis.plot(threads, [each["throughput"] for each in fit], color=MUTED, linewidth=1.4,
                  zorder=2)
        for each in points:
            value = each["throughput"]
            if value["low"] is not None and value["high"] is not None:
                axis.plot([each["threads"]] * 2, [value["low"], value["high"]], color=MEASURED[0],
                          linewidth=1.6, zorder=3)
            axis.plot([each["threads"]], [value["value"]], marker=MEASURED[1], markersize=5,
                      color=MEASURED[0], linestyle="", zorder=4)
        tops = [each["high"] or each["throughput"] for each in fit]
        tops += [each["throughput"]["value"] for each in points]
        narrow.linear_from_zero(axis, max([*tops, 1e-9]), words.significant)
        last = max([*threads, *(each["threads"] for each in points), 1])
        axis.set_xlim(0, last * 1.05)
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.significant(value)))
    return figure

"""The figure of a machine: how long a sync takes, which most of a durable commit is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from . import chart, narrow, words
from .draw_scaling import SERIES_STYLE
from .narrow import Row, Rows

PERCENTILES = (("p50", "p50_us"), ("p90", "p90_us"), ("p99", "p99_us"), ("max", "max_us"))


def syncs(series: Sequence[tuple[str, Mapping]], title: str, subtitle: str) -> Figure:
    """Percentiles of fdatasync, a panel a machine."""
    panels = [Rows(name, tuple(Row(told, f"{words.duration(found[key])}, n={found['n']}",
                                   found[key]) for told, key in PERCENTILES))
              for name, found in series]
    values = [row.item for panel in panels for row in panel.rows if row.item > 0] or [1.0]
    figure, axes = narrow.rows_figure(panels, title, subtitle, ())
    color, marker = SERIES_STYLE[0]
    with chart.house_style():
        for axis, panel in zip(axes, panels):
            narrow.log_axis(axis, chart.limits_of(values), "us, ms or s (log scale)",
                            words.duration)
            for y, row in zip(narrow.places(panel), panel.rows):
                if row.item > 0:
                    axis.plot([row.item], [y], marker=marker, markersize=5,
                              color=color, linestyle="")
    return figure

"""The frame of a figure: panels below each other, a row of fixed height for each configuration.

Knows rows by their labels only; what is drawn in a row is draw.py's. Touches no file and, outside
of house_style(), no global state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

INK, MUTED, GRID, PAPER = "#1f2328", "#59636e", "#dde1e6", "#ffffff"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "text.parse_math": False,  # a name may hold dollar signs
    "text.usetex": False,
    "axes.unicode_minus": False,
    "svg.fonttype": "none",
    "path.simplify": False,
}
MAX_LABEL = 100  # characters of a configuration's name; the table has all of it
WIDTH, ROW, HEAD, FOOT, RIGHT = 10.0, 0.255, 0.42, 0.46, 2.75  # inches
MIN_PANEL = 3.6  # inches across; a figure with long labels is wider than WIDTH
TITLE, BOTTOM = 0.92, 0.12  # inches above the first and below the last panel
CHARACTER = 0.0735  # inches that a character of a label takes
BOLD_CHARACTER = 0.082


@dataclass(frozen=True)
class Panel:
    """What belongs to one case in one figure."""

    title: str
    conditions: str  # parameters, and the load where all rows have the same
    labels: tuple[str, ...]
    rows: tuple[object, ...]  # what each label stands for


@contextmanager
def house_style(**settings: str) -> Iterator[None]:
    """Matplotlib's own defaults with STYLE and `settings`, whatever a user's matplotlibrc says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**STYLE, **settings})
        yield


def shorten(text: str, length: int) -> str:
    """The text with its middle left out when it is longer than that."""
    if len(text) <= length:
        return text
    head = (length - 1) * 2 // 3
    return f"{text[:head]}\u2026{text[head + 1 - length:]}"


def cut(text: str, length: int) -> str:
    """The text without its end when it is longer than that."""
    return text if len(text) <= length else f"{text[: length - 1]}\u2026"


def frame(panels: Sequence[Panel], title: str, subtitle: str) -> tuple[Figure, list[Axes]]:
    """A figure with a panel below the other, a row of fixed height for each configuration."""
    labels = [[shorten(label, MAX_LABEL) for label in panel.labels] for panel in panels]
    left = 0.3 + CHARACTER * max(len(label) for part in labels for label in part)
    width = max(WIDTH, left + MIN_PANEL + RIGHT)
    count = sum(len(panel.rows) for panel in panels)
    height = TITLE + BOTTOM + count * ROW + len(panels) * (HEAD + FOOT)
    figure = Figure(figsize=(width, height), facecolor=PAPER)
    FigureCanvasAgg(figure)
    figure.text(0.15 / width, 1 - 0.24 / height, title, size=13, weight="bold", color=INK,
                va="center")
    figure.text(0.15 / width, 1 - 0.50 / height, shorten(subtitle, 130), size=8.5, color=MUTED,
                va="center")
    top = height - TITLE
    axes = []
    for panel, names in zip(panels, labels):
        rows_height = len(panel.rows) * ROW
        top -= HEAD
        box = (left, top - rows_height, width - left - RIGHT, rows_height)
        axis = figure.add_axes(
            (box[0] / width, box[1] / height, box[2] / width, box[3] / height), facecolor="none"
        )
        axis.set_ylim(len(panel.rows) - 0.5, -0.5)
        axis.set_yticks(range(len(panel.rows)), names, color=INK)
        axis.tick_params(axis="y", length=0)
        axis.text(0.15 - left, -1.0, panel.title, weight="bold", color=INK, va="center",
                  transform=_inches_from_axis(figure, axis))
        after = 0.3 + BOLD_CHARACTER * len(panel.title)
        axis.text(after - left, -1.0, panel.conditions, color=MUTED, va="center", size=8.5,
                  transform=_inches_from_axis(figure, axis))
        top -= rows_height + FOOT
        axes.append(axis)
    return figure, axes


def _inches_from_axis(figure: Figure, axis: Axes) -> matplotlib.transforms.Transform:
    """x in inches from the left end of the panel, y in rows."""
    left = axis.get_position().x0
    across = figure.dpi_scale_trans + matplotlib.transforms.ScaledTranslation(
        left * figure.get_size_inches()[0], 0, figure.dpi_scale_trans
    )
    return matplotlib.transforms.blended_transform_factory(across, axis.transData)


def limits_of(values: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis that holds all values with a margin. REQUIRES: positive values."""
    low, high = math.log10(min(values)), math.log10(max(values))
    margin = max(0.05 * (high - low), 0.05)
    return 10 ** (low - margin), 10 ** (high + margin)


def log_ticks(
    axis: Axis, set_scale: Callable, set_limits: Callable, limits: tuple[float, float],
    tick: Callable[[float], str], dense_decades: int = 3,
) -> None:
    """Makes one direction of a panel logarithmic, with few labelled ticks: three a decade when the
    axis touches at most `dense_decades` powers of ten, else one."""
    set_scale("log")
    set_limits(*limits)
    decades = range(math.floor(math.log10(limits[0])), math.ceil(math.log10(limits[1])) + 1)
    steps = (1,) if len(decades) > dense_decades else (1, 2, 5)
    ticks = [step * 10.0**decade for decade in decades for step in steps]
    axis.set_major_locator(FixedLocator([t for t in ticks if limits[0] <= t <= limits[1]]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def scale(
    axis: Axes, limits: tuple[float, float], unit: str, tick: Callable[[float], str]
) -> None:
    """A logarithmic axis of that unit with a grid of few labelled ticks."""
    log_ticks(axis.xaxis, axis.set_xscale, axis.set_xlim, limits, tick)
    axis.tick_params(axis="x", length=3, color=GRID, labelcolor=MUTED, labelsize=8)
    axis.set_xlabel(unit, size=8, color=MUTED, labelpad=1.5)
    axis.grid(axis="x", color=GRID, linewidth=0.7)
    axis.set_axisbelow(True)
    for side in ("left", "right", "top"):
        axis.spines[side].set_visible(False)
    axis.spines["bottom"].set_color(GRID)


def right_text(axis: Axes, y: float, text: str, color: str) -> None:
    """Text right of the panel, at the height of a row."""
    figure = axis.figure
    width = axis.get_position().width * figure.get_size_inches()[0]
    axis.text(width + 0.14, y, text, color=color, va="center", size=8.5,
              transform=_inches_from_axis(figure, axis))


def key(label: str, color: str, marker: str, face: str | None = None) -> Line2D:
    """An entry of the legend."""
    return Line2D([], [], color=color, marker=marker, markersize=6, linestyle="", label=label,
                  markerfacecolor=face or color, markeredgewidth=1.4)


def legend(figure: Figure, keys: list[Line2D]) -> None:
    """A line of its own between title and panels, so it never lies over data."""
    width, height = figure.get_size_inches()
    figure.legend(handles=keys, loc="center left", ncol=len(keys), frameon=False, fontsize=8.5,
                  labelcolor=INK, bbox_to_anchor=(0.05 / width, 1 - 0.76 / height),
                  handletextpad=0.3, columnspacing=1.6, borderaxespad=0.0)

"""Figures of a run: throughput against the target, latency percentiles, and the ladder of levers.

Dots on a logarithmic axis, because rates of one page span four decades; a bar would have to start
at zero, which such an axis does not have. Every function returns Figures and touches no file and no
global state. Colours are those of Okabe and Ito, told apart by marker as well; svg.py maps each to
a CSS variable, so each role has a colour of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from . import chart, words
from .chart import GRID, INK, MAX_LABEL, MUTED, PAPER, Panel, cut, shorten
from .compute import Row, RunSummary
from .levers import Ladder, Step
from .model import NOT_STATED, POWER_SAFE, PROCESS_SAFE, UNSAFE, Case

CLASS_STYLE = {  # colour and marker of each durability class
    POWER_SAFE: ("#0072b2", "o"),
    PROCESS_SAFE: ("#d55e00", "s"),
    UNSAFE: ("#cc79a7", "D"),
    NOT_STATED: ("#6b6b6b", "v"),
}
PERCENTILES = (  # counter, name, colour from pale to dark, marker
    ("latency_us_p50", "p50", "#56b4e9", "o"),
    ("latency_us_p90", "p90", "#3a93cc", "^"),
    ("latency_us_p99", "p99", "#1f6fa8", "s"),
    ("latency_us_p99_9", "p99.9", "#0f4c7c", "D"),
    ("latency_us_max", "max", "#1f2329", "X"),
)
TARGET_LINE = {"color": INK, "linewidth": 1.1, "linestyle": (0, (4, 2))}
ROWS_PER_FIGURE = 40
MIN_NAME = 40  # characters of set and strategy that a label keeps, whatever stands behind
MAX_ERROR = 29  # characters of an error's message


def throughput(run: RunSummary, target: float, subtitle: str) -> list[Figure]:
    """Median and interval of every configuration against the target, one or more pages."""
    rates = [r for row in run.rows if row.throughput for r in row.throughput.repetitions_per_second]
    limits = chart.limits_of([*rates, target])
    figures = []
    for panels in _pages(run):
        with chart.house_style():
            figure, axes = chart.frame(panels, "Throughput against the target", subtitle)
            for axis, panel in zip(axes, panels):
                chart.scale(axis, limits, "requests/s (log scale)", words.significant)
                axis.axvline(target, zorder=1, **TARGET_LINE)
                chart.right_text(axis, -1.0, "median [95% interval] requests/s, n", MUTED)
                for y, row in enumerate(panel.rows):
                    _throughput_row(axis, y, row)
            classes = {row.durability for panel in panels for row in panel.rows if row.throughput}
            failed = any(row.has_failures for panel in panels for row in panel.rows)
            chart.legend(figure, [_target_key(target), *_class_keys(classes, failed)])
            figures.append(figure)
    return figures


def latency(run: RunSummary, subtitle: str) -> list[Figure]:
    """Latency percentiles of every configuration; empty when the run has none."""
    values = [
        row.counters[counter]
        for row in run.rows
        for counter, *_ in PERCENTILES
        if row.counters.get(counter, 0) > 0
    ]
    if not values:
        return []
    limits = chart.limits_of(values)
    figures = []
    for panels in _pages(run):
        with chart.house_style():
            figure, axes = chart.frame(panels, "Latency of one request", subtitle)
            for axis, panel in zip(axes, panels):
                chart.scale(axis, limits, "latency in us, ms or s (log scale)", words.duration)
                chart.right_text(axis, -1.0, "p50 / p99 / max, n", MUTED)
                for y, row in enumerate(panel.rows):
                    _latency_row(axis, y, row)
            chart.legend(figure, [chart.key(name, c, m) for _, name, c, m in PERCENTILES])
            figures.append(figure)
    return figures


def ladder(ladders: Sequence[Ladder], target: float, subtitle: str) -> list[Figure]:
    """Throughput from rung to rung, a panel a case; empty when no case has two rungs."""
    panels = [_ladder_panel(each) for each in ladders if each.steps]
    if not panels:
        return []
    rates = [r for panel in panels for row, _ in panel.rows
             for r in row.throughput.repetitions_per_second]
    limits = chart.limits_of([*rates, target])
    figures = []
    for page in _ladder_pages(panels):
        with chart.house_style():
            figure, axes = chart.frame(page, "What each lever brought, from rung to rung", subtitle)
            for axis, panel in zip(axes, page):
                unit = "requests/s (log scale: equal lengths are equal factors)"
                chart.scale(axis, limits, unit, words.significant)
                axis.axvline(target, zorder=1, **TARGET_LINE)
                chart.right_text(axis, -1.0, "gain [95% interval], to requests/s, n", MUTED)
                for y, (row, step) in enumerate(panel.rows):
                    _rung(axis, y, row, step)
            classes = {row.durability for panel in page for row, _ in panel.rows}
            slower = any(_is_loss(step) for panel in page for _, step in panel.rows)
            keys = [_target_key(target), *_class_keys(classes, False)]
            if slower:
                keys.append(Patch(facecolor="none", edgecolor=MUTED, label="slower than before"))
            chart.legend(figure, keys)
            figures.append(figure)
    return figures


def _ladder_panel(ladder_: Ladder) -> Panel:
    base = ladder_.base.configuration
    labels = [f"{shorten(base.pragma_set, 28)} / {words.strategy_text(ladder_.base)}",
              *(f"+ {words.step_text(step)}{'' if step.interleaved else ', another run'}"
                for step in ladder_.steps)]
    rows = [(ladder_.base, None), *((step.after, step) for step in ladder_.steps)]
    conditions = f"{words.case_parameters(base.case)}, {words.clients_text(ladder_.base)}"
    return Panel(cut(base.case.workload, 40), cut(conditions, 60), tuple(labels), tuple(rows))


def _ladder_pages(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    page: list[Panel] = []
    for panel in panels:
        if page and sum(len(each.rows) for each in page) + len(panel.rows) > ROWS_PER_FIGURE:
            yield page
            page = []
        page.append(panel)
    yield page


def _is_loss(step: Step | None) -> bool:
    return step is not None and step.gain.factor < 1.0


def _rung(axis: Axes, y: int, row: Row, step: Step | None) -> None:
    color, _ = CLASS_STYLE.get(row.durability, CLASS_STYLE[NOT_STATED])
    values = row.throughput
    if step is not None:
        before = step.before.throughput.median_per_second
        loss = _is_loss(step)
        axis.barh(y, values.median_per_second - before, left=before, height=0.52, zorder=2,
                  facecolor="none" if loss else color, edgecolor=MUTED if loss else "none",
                  alpha=None if loss else 0.35, linewidth=1.0)
        axis.plot([before, before], [y - 1, y], color=MUTED, linewidth=0.8, zorder=1)
    _median_and_interval(axis, y, row)
    text = f"{words.rate(values.median_per_second)}, n={row.n}"
    chart.right_text(axis, y, f"{words.ratio(step.gain)} to {text}" if step else text, INK)


def _pages(run: RunSummary) -> Iterator[list[Panel]]:
    """Panels of at most ROWS_PER_FIGURE rows together; a case of more goes over several pages."""
    page: list[Panel] = []
    room = ROWS_PER_FIGURE
    for answer in run.answers:
        rows = answer.rows
        while rows:
            if page and len(rows) > room:
                yield page
                page, room = [], ROWS_PER_FIGURE
            part, rows = rows[:room], rows[room:]
            page.append(_panel(answer.case, part))
            room -= len(part)
            if room == 0:
                yield page
                page, room = [], ROWS_PER_FIGURE
    if page:
        yield page


def _panel(case: Case, rows: tuple[Row, ...]) -> Panel:
    clients = {words.clients_text(row) for row in rows}
    told = [] if len(clients) > 1 else list(clients)
    conditions = ", ".join([words.case_parameters(case), *told])
    labels = tuple(_label(row, not told) for row in rows)
    return Panel(cut(case.workload, 40), cut(conditions, 60), labels, rows)


def _label(row: Row, with_clients: bool) -> str:
    """Set, strategy, and who asked; several requests in flight are always told. A long one loses
    the middle of its strategy, never what tells it from a row of the same strategy."""
    configuration = row.configuration
    told = words.not_standard(configuration)
    if with_clients:
        told.append(words.clients_text(row))
    if configuration.load.in_flight > 1:
        told.append(words.in_flight_text(configuration.load))
    end = "".join(f", {each}" for each in told)
    name = f"{shorten(configuration.pragma_set, 28)} / {configuration.strategy}"
    return shorten(name, max(MAX_LABEL - len(end), MIN_NAME)) + end


def _throughput_row(axis: Axes, y: int, row: Row) -> None:
    if row.throughput is None:
        chart.right_text(axis, y, f"error: {cut(row.error, MAX_ERROR)}", INK)
        return
    _median_and_interval(axis, y, row)
    values = row.throughput
    text = (f"{words.rate(values.median_per_second)} {words.interval(values.interval)}, "
            f"n={row.n}")
    if row.has_failures:
        share = "some" if row.failed_percent is None else words.percent(row.failed_percent)
        text += f", {share} failed"
    chart.right_text(axis, y, text, INK)


def _median_and_interval(axis: Axes, y: int, row: Row) -> None:
    color, marker = CLASS_STYLE.get(row.durability, CLASS_STYLE[NOT_STATED])
    values = row.throughput
    rates = values.repetitions_per_second
    axis.plot(rates, [y] * len(rates), linestyle="", marker="|", markersize=11, color=color,
              alpha=0.4, markeredgewidth=0.8, zorder=2)
    interval = values.interval
    if interval is not None:
        axis.plot([interval.low, interval.high], [y, y], color=color, linewidth=2.4, zorder=3,
                  solid_capstyle="butt")
    face = PAPER if row.has_failures else color
    axis.plot([values.median_per_second], [y], marker=marker, markersize=6, color=color,
              markerfacecolor=face, markeredgewidth=1.4, linestyle="", zorder=4)


def _latency_row(axis: Axes, y: int, row: Row) -> None:
    if row.throughput is None:
        chart.right_text(axis, y, f"error: {cut(row.error, MAX_ERROR)}", INK)
        return
    found = [(row.counters[counter], color, marker)
             for counter, _, color, marker in PERCENTILES if row.counters.get(counter, 0) > 0]
    if not found:
        chart.right_text(axis, y, f"no latencies, n={row.n}", MUTED)
        return
    values = [value for value, _, _ in found]
    axis.plot([min(values), max(values)], [y, y], color=GRID, linewidth=2.4, zorder=2,
              solid_capstyle="butt")
    for value, color, marker in found:
        axis.plot([value], [y], marker=marker, markersize=6, color=color, linestyle="", zorder=3,
                  markeredgecolor=PAPER, markeredgewidth=0.6)
    ends = [row.counters.get(f"latency_us_{name}") for name in ("p50", "p99", "max")]
    texts = [words.NOTHING if value is None else words.duration(value) for value in ends]
    chart.right_text(axis, y, f"{' / '.join(texts)}, n={row.n}", INK)


def _target_key(target: float) -> Line2D:
    return Line2D([], [], label=f"target {words.rate(target)}/s", **TARGET_LINE)


def _class_keys(classes: set[str], failed: bool) -> list[Line2D]:
    keys = [chart.key(name, *CLASS_STYLE[name]) for name in CLASS_STYLE if name in classes]
    if classes - CLASS_STYLE.keys():
        keys.append(chart.key("another class", *CLASS_STYLE[NOT_STATED]))
    keys.append(Line2D([], [], color=MUTED, marker="|", markersize=9, linestyle="",
                       label="one repetition"))
    if failed:
        keys.append(chart.key("hollow: requests failed", MUTED, "o", PAPER))
    return keys

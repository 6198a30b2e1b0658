"""Tables below the figures on a terminal: the ladder, the yardsticks, and scaling."""

from __future__ import annotations

from collections.abc import Sequence

from . import words
from .columns import INDENT, aligned
from .levers import Ladder
from .scaling import Group, Point
from .yardsticks import Comparison


def ladder(ladder_: Ladder) -> list[str]:
    """The steps from the baseline up, a line each."""
    table = [("lever", "on", "requests/s", "95% interval", "n", "gain", "effect")]
    for step in ladder_.steps:
        after = step.after
        table.append((
            words.step_text(step),
            words.plain(words.served_by(after)),
            words.rate(after.throughput.median_per_second),
            words.interval(after.throughput.interval),
            str(after.n),
            words.ratio(step.gain),
            words.effect_text(step.gain) + ("" if step.interleaved else ", not interleaved"),
        ))
    return aligned(table, left=(0, 1, 6))


def comparisons(found: Sequence[Comparison]) -> list[str]:
    """Ours against each yardstick and the plainest, a line each; nothing without these."""
    if not found:
        return []
    table = [("ours", "against", "load", "shows", "requests/s", "p99.9", "n")]
    for each in found:
        table.append((
            words.plain(words.served_by(each.ours)),
            words.plain(words.served_by(each.against)),
            words.clients_text(each.ours),
            each.shows,
            words.ratio(each.ratio),
            words.ratio(each.p99_9_ratio),
            words.n_text((each.ours.n, each.against.n)),
        ))
    return aligned(table, left=(0, 1, 2, 3))


def scaling_tables(groups: Sequence[Group]) -> list[str]:
    """A line a series: each value of the quantity with its rate, and its share of the best."""
    lines: list[str] = []
    for group in groups:
        lines.append(f"{group.case.workload}: throughput against {group.quantity}, and the share "
                     "of the best")
        for series in group.series:
            counts = words.n_text(point.row.n for point in series.points)
            lines.append(f"{INDENT}{words.series_text(series.like, group.quantity)}, {counts}")
            table = [(group.quantity, "requests/s", "95% interval", "p99 us", "share of the best")]
            table += [_point(point) for point in series.points]
            lines += [INDENT + line for line in aligned(table, left=())]
        lines.append("")
    return lines


def _point(point: Point) -> tuple[str, ...]:
    throughput = point.row.throughput
    return (
        f"{point.value:,}",
        words.rate(throughput.median_per_second),
        words.interval(throughput.interval),
        words.number(point.row.counters.get("latency_us_p99")),
        words.share(point.share),
    )

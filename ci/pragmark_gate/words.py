"""Numbers as a reader wants them: percent of the metric, short names, one line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from .model import Metric

NOTHING = "-"
SHOWN_NAMES = 3  # of a list in a headline or a message
UNITS = {
    "items_per_second": "items/s", "reads_per_second": "reads/s", "writes_per_second": "writes/s",
    "bytes_per_second": "bytes/s", "latency_us_p50": "us", "latency_us_p99": "us",
}


def unit(metric: Metric) -> str:
    """The metric's unit; a counter that is not known is its own."""
    return UNITS.get(metric.name, metric.name)


def factor(effect: float, metric: Metric) -> float:
    """candidate / baseline of the metric itself; an effect is turned so that negative is worse."""
    return math.exp(effect if metric.higher_is_better else -effect)


def metric_change(effect: float, metric: Metric) -> str:
    """`-4.8%`: how much the metric changed, worse or not."""
    return f"{(factor(effect, metric) - 1) * 100:+.1f}%"


def metric_interval(low: float, high: float, metric: Metric) -> str:
    """`[-5.9, -3.7]` in percent, or a dash when there are too few launches for an interval."""
    if math.isinf(low) or math.isinf(high):
        return NOTHING
    ends = sorted((factor(low, metric), factor(high, metric)))
    return "[" + ", ".join(f"{(end - 1) * 100:+.1f}" for end in ends) + "]"


def percent(share: float) -> str:
    """`3%`, `4.1%`, `13.7%`: a share as percent, without a needless zero."""
    if not math.isfinite(share):
        return NOTHING
    return f"{share * 100:.3g}%" if share >= 0.0995 else f"{share * 100:.2g}%"


def probability(p: float) -> str:
    """Two digits, so that a small one does not read as zero."""
    return f"{p:.2g}"


def number(value: float | None) -> str:
    """An exact count, or a rate: enough digits to tell two of them apart."""
    return NOTHING if value is None else f"{value:,.10g}"


def count_change(baseline: float | None, candidate: float | None) -> str:
    if baseline is None or candidate is None:
        return NOTHING
    if baseline == candidate:
        return "same"
    return "new" if baseline == 0 else f"{(candidate / baseline - 1) * 100:+.4g}%"


def duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def listed(names: Sequence[str]) -> str:
    """`a, b, c and 4 more`."""
    shown = list(names[:SHOWN_NAMES])
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Each name cut before the parts that all of them share; whole where that is ambiguous.

    Four workloads under one PRAGMA set need the workload only, in a headline.
    """
    every = list(dict.fromkeys(names))
    parts = [name.split("/") for name in every]
    shortest = min((len(each) for each in parts), default=0)
    for length in range(1, shortest + 1):
        cut = ["/".join(each[:length]) for each in parts]
        if len(set(cut)) == len(cut):
            return dict(zip(every, cut))
    return {name: name for name in every}

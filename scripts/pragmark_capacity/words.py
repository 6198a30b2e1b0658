"""Figures as they stand in sentences."""

from __future__ import annotations


def number(value: float) -> str:
    """Three digits that count, with thousands."""
    if value >= 999.5:
        digits = len(str(round(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def rate(value: float) -> str:
    return f"{number(value)} requests/s"


def interval(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"


def ms(value: float) -> str:
    return f"{value / 1000:.3g} s" if value >= 1000 else f"{value:.3g} ms"


def plain_ms(value: float | None) -> str:
    """For a column of ms: without an exponent."""
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def percent(share: float) -> str:
    return f"{100 * share:+.0f}%"


def seconds(value: float) -> str:
    return f"{value / 60:g} min" if value >= 120 and value % 60 == 0 else f"{value:g} s"

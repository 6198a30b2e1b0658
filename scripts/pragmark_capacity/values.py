"""Words of the command line into values. Each complains about one word, with what to write."""

from __future__ import annotations

import argparse
import math
import re

from .antagonists import KINDS
from .model import PERCENTILES

MOST_LIMIT_MS = 900_000.0  # its timeout is 4 times that; pragmark load takes an hour at most
LEAST_RATE, MOST_RATE = 0.001, 1e9  # that pragmark load takes
UNIT_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
UNIT_BYTES = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
NUMBER = r"(\d+(?:\.\d*)?|\.\d+)"


def slo(word: str) -> tuple[float, float]:
    """`p99=10ms` -> (99.0, 10.0)."""
    match = re.fullmatch(rf"p{NUMBER}=(-?){NUMBER}(us|ms|s)", word)
    if not match:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no objective; write p99=10ms (p50, p90, p99 or p99.9; us, ms or s)")
    percentile, limit_ms = float(match[1]), float(match[3]) * UNIT_MS[match[4]]
    if percentile not in PERCENTILES:
        if percentile >= 100:
            raise argparse.ArgumentTypeError(
                f"{word!r}: no request lies above p{percentile:g}; take p50, p90, p99 or p99.9")
        raise argparse.ArgumentTypeError(
            f"{word!r}: p{percentile:g} is not measured; take p50, p90, p99 or p99.9")
    if match[2] or not 0 < limit_ms <= MOST_LIMIT_MS:
        raise argparse.ArgumentTypeError(
            f"{word!r}: nothing is answered within {match[2]}{match[3]}{match[4]}; give a time "
            "above 0 and up to 15 minutes")
    return percentile, limit_ms


def rate(word: str) -> float:
    value = float(word) if re.fullmatch(NUMBER, word) else math.nan
    if not LEAST_RATE <= value <= MOST_RATE:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no rate from {LEAST_RATE:g} to {MOST_RATE:,.0f} requests/s; write 60000")
    return value


def size(word: str) -> int:
    """`64MiB` in bytes."""
    match = re.fullmatch(rf"{NUMBER}(|B|KiB|MiB|GiB)", word)
    value = float(match[1]) * UNIT_BYTES[match[2]] if match else 0.0
    if not 1 <= value <= 1 << 50:
        raise argparse.ArgumentTypeError(f"{word!r} is no size above 0; write 64MiB")
    return round(value)


def cost(word: str) -> float:
    value = float(word) if re.fullmatch(NUMBER, word) else math.nan
    if not 0 < value <= 1e9:
        raise argparse.ArgumentTypeError(f"{word!r} is no cost of a month above 0; write 5")
    return value


def mix(word: str) -> str:
    """Checked for its form; pragmark load knows the names."""
    seen = set()
    for part in word.split(","):
        match = re.fullmatch(rf"([a-z_]+)={NUMBER}", part)
        if not match or float(match[2]) <= 0:
            raise argparse.ArgumentTypeError(
                f"{part!r} is no share of a mix; write read=90,write=10, each above 0")
        if match[1] in seen:
            raise argparse.ArgumentTypeError(f"{match[1]!r} is twice in the mix; name it once")
        seen.add(match[1])
    return word


def antagonists(word: str) -> tuple[str, ...]:
    kinds = tuple(word.split(","))
    for kind in kinds:
        if kind not in KINDS:
            raise argparse.ArgumentTypeError(
                f"{kind!r} is no antagonist; take of {', '.join(KINDS)}")
    if len(set(kinds)) < len(kinds):
        raise argparse.ArgumentTypeError(f"{word!r} names one twice; name each once")
    return kinds


def formats(word: str) -> str:
    if word not in ("text", "json"):
        raise argparse.ArgumentTypeError(f"{word!r} is no format; take text or json")
    return word

"""One word of the command line into one value, or a sentence that says what is wrong with it."""

from __future__ import annotations

import argparse
import math
import os
import re
from collections.abc import Callable

from .model import Metric

UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST_SECONDS = 7 * 24 * 3600.0
LARGEST_SEED = 2**63 - 1
MOST_LAUNCHES = 10_000
NOT_PINNED = "none"
# Metrics whose direction needs no saying. For another the user says it: a wrong guess would turn
# every regression into an improvement.
LOWER_IS_BETTER = re.compile(r"latency_\w+|real_time|cpu_time")
HIGHER_IS_BETTER = re.compile(r"\w+_per_second")


def duration(word: str) -> float:
    """`90s`, `5m`, `1.5h` in seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)([smh])", word)
    seconds = float(match[1]) * UNIT_SECONDS[match[2]] if match else 0.0
    if not 0 < seconds <= LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no time above 0 and up to a week; write 90s, 5m or 1h")
    return seconds


def share(word: str) -> float:
    """`3%` or `0.03`, above 0 and below 1."""
    value = _share_or_nan(word)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no share above 0% and below 100%; write 3% or 0.03")
    return value


def share_or_zero(word: str) -> float:
    return 0.0 if _share_or_nan(word) == 0 else share(word)


def _share_or_nan(word: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)(%?)", word)
    return float(match[1]) / (100 if match[2] else 1) if match else math.nan


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(word: str) -> int:
        if not re.fullmatch(r"[0-9]{1,19}", word) or not least <= int(word) <= most:
            raise argparse.ArgumentTypeError(
                f"{word!r} is no whole number from {least} to {most}; give one")
        return int(word)

    return parse


def metric(word: str) -> Metric:
    """`NAME`, `NAME:higher` or `NAME:lower`."""
    name, colon, direction = word.rpartition(":")
    if colon and direction in ("higher", "lower") and name:
        return Metric(name, direction == "higher")
    if colon or not word:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no metric; write NAME, NAME:higher or NAME:lower")
    for pattern, higher in ((LOWER_IS_BETTER, False), (HIGHER_IS_BETTER, True)):
        if pattern.fullmatch(word):
            return Metric(word, higher)
    raise argparse.ArgumentTypeError(
        f"whether more of {word!r} is better cannot be told from its name; "
        f"write {word}:higher or {word}:lower")


def pattern(word: str) -> str:
    try:
        re.compile(word)
    except (re.error, RecursionError, OverflowError) as error:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no regular expression ({error}); mask what is special with a backslash"
        ) from None
    return word


def cpu(word: str) -> int | None:
    """A core that this process may run on, or None."""
    if word == NOT_PINNED:
        return None
    allowed = sorted(os.sched_getaffinity(0))
    if not re.fullmatch(r"[0-9]{1,6}", word) or int(word) not in allowed:
        choices = ", ".join(map(str, allowed))
        raise argparse.ArgumentTypeError(
            f"{word!r} is no CPU that may be used here; choose one of {choices}, or {NOT_PINNED}")
    return int(word)


def command(word: str) -> str:
    if not word.strip() or "\0" in word:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no command; quote the whole of it, as in 'build/bench --out {{out}}'")
    return word


def file_name(word: str) -> str:
    if not word or "\0" in word:
        raise argparse.ArgumentTypeError(f"{word!r} is no file name; give one")
    return word

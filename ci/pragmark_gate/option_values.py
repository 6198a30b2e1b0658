"""One word of the command line into one value, or a sentence that says what is wrong with it."""

from __future__ import annotations

import argparse
import os
import re

from pragmark_report.arguments import (  # noqa: F401  (options.py finds all of it here)
    LARGEST_SEED,
    duration,
    file_name,
    share,
    share_or_zero,
    whole_number,
)

from .model import Metric

MOST_LAUNCHES = 10_000
NOT_PINNED = "none"
# Metrics whose direction needs no saying. For another the user says it: a wrong guess would turn
# every regression into an improvement.
LOWER_IS_BETTER = re.compile(r"latency_\w+|real_time|cpu_time")
HIGHER_IS_BETTER = re.compile(r"\w+_per_second")


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

"""What the Python programs' command lines have in common: the parser, and words into values."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable
from typing import NoReturn

from .errors import one_line

EXIT_BAD_USAGE = 2
UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST_SECONDS = 7 * 24 * 3600.0
LARGEST_SEED = 2**63 - 1


class OneLineParser(argparse.ArgumentParser):
    """Complains in one line, as every program of pragmark does."""

    def error(self, message: str) -> NoReturn:
        line = one_line(f"{self.prog}: {message}; see {self.prog} --help")
        print(line, file=sys.stderr)
        raise SystemExit(EXIT_BAD_USAGE)


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


def file_name(word: str) -> str:
    if not word or "\0" in word:
        raise argparse.ArgumentTypeError(f"{word!r} is no file name; give one")
    return word


"""Loads what `perf script -F pid,tid,time,period,ip,sym,dso` prints. Pure; refuses other lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FIELDS = "pid,tid,time,period,ip,sym,dso"
HEADER = re.compile(r"\s*(?P<pid>\d+)/(?P<tid>\d+)\s+(?P<time>\d+\.\d+):\s+(?P<period>\d+)\s*$")
# A symbol may hold blanks and parentheses; the file comes last, and begins with / or [.
FRAME = re.compile(r"\s+(?P<address>[0-9a-f]+) (?P<symbol>.*) \((?P<dso>(?:/|\[).*)\)$")
UNKNOWN = "[unknown]"
USER_DSOS = (UNKNOWN, "[vdso]", "[vsyscall]", "[heap]", "[stack]")  # in brackets, yet not kernel


class BadSamples(Exception):
    """Not what perf script prints; the message holds the line."""


@dataclass(frozen=True)
class Frame:
    """One function of a call chain. `symbol` is empty where none is known."""

    symbol: str
    dso: str

    @property
    def in_kernel(self) -> bool:
        return self.dso.startswith("[") and self.dso not in USER_DSOS


@dataclass(frozen=True)
class Sample:
    """What a thread was doing at one moment; `frames` go from the innermost outwards."""

    tid: int
    time_s: float
    period_ns: int
    frames: tuple[Frame, ...]


def parse(lines: Iterable[str]) -> Iterator[Sample]:
    """The samples in the order of the lines."""
    known: dict[str, Frame] = {}  # the same lines come back thousands of times
    header, frames = None, []
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            continue
        if match := HEADER.match(line):
            if header:
                yield sample(header, frames)
            header, frames = match, []
            continue
        if header is None:
            raise BadSamples(f"no header before '{line.strip()}'")
        if line not in known:
            known[line] = parse_frame(line)
        frames.append(known[line])
    if header:
        yield sample(header, frames)


def sample(header: re.Match[str], frames: list[Frame]) -> Sample:
    return Sample(int(header["tid"]), float(header["time"]), int(header["period"]), tuple(frames))


def parse_frame(line: str) -> Frame:
    match = FRAME.match(line)
    if not match:
        raise BadSamples(f"neither a sample nor a frame: '{line.strip()}'")
    symbol = match["symbol"]
    return Frame("" if symbol == UNKNOWN else symbol, match["dso"])

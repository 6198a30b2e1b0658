"""Watches threads from outside: how long each ran, and how long it was ready and had no CPU.

The kernel counts both for every thread (/proc/PID/task/TID/schedstat, nanoseconds). The difference
to the wall is time in which a thread waited for something: the disk, a lock, another thread.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from pathlib import Path

BETWEEN_LOOKS_S = 0.02


class Watch:
    """Looks at all descendants of a process, in a thread of its own, until it is closed.

    Times are those of CLOCK_MONOTONIC, as are those of `perf record -k CLOCK_MONOTONIC`.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = threading.Event()
        self.delays: dict[int, list[tuple[float, float]]] = {}  # tid -> (time, seconds waited)
        self._thread = threading.Thread(target=self._look_on)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._ended.wait(BETWEEN_LOOKS_S):
            for pid in descendants(self._pid):
                for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                    self._note(path)

    def _note(self, path: Path) -> None:
        try:
            delay_ns = int(path.read_text(encoding="ascii").split()[1])
        except (OSError, IndexError, ValueError):
            return  # the thread has ended, or the kernel does not count
        now = time.clock_gettime(time.CLOCK_MONOTONIC)
        self.delays.setdefault(int(path.parent.name), []).append((now, delay_ns / 1e9))


def descendants(pid: int) -> list[int]:
    """The children of a process and theirs."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in path.read_text(encoding="ascii").split()]
        except OSError:
            continue  # the thread has ended
        for child in children:
            found += [child, *descendants(child)]
    return found


def delay_s(looks: list[tuple[float, float]], start: float, end: float) -> float | None:
    """Seconds between two moments in which the thread was ready and had no CPU; interpolated
    between looks. None when there are fewer than two looks."""
    if len(looks) < 2:
        return None
    return max(0.0, delay_at(looks, end) - delay_at(looks, start))


def delay_at(looks: list[tuple[float, float]], moment: float) -> float:
    index = bisect_left(looks, (moment, 0.0))
    if index == 0:
        return looks[0][1]
    if index == len(looks):
        return looks[-1][1]
    (before, low), (after, high) = looks[index - 1], looks[index]
    return low + (high - low) * (moment - before) / (after - before)

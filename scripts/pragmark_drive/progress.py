"""How far the run is, on stderr: one line that is written over on a terminal, a line now and then
elsewhere."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Protocol, TextIO

PLAIN_EVERY_SECONDS = 10.0
ERASE_LINE = "\r\x1b[K"


class Progress(Protocol):
    def show(self, text: str) -> None:
        """The state now. Not every one is shown."""

    def end(self) -> None:
        """Leaves the terminal as a line's beginning. It may be called twice."""


class Silent:
    """For callers that show nothing."""

    def show(self, text: str) -> None:
        pass

    def end(self) -> None:
        pass


class StreamProgress:
    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._rewrites = stream.isatty()
        self._dirty = False
        self._last_seconds = -PLAIN_EVERY_SECONDS

    def show(self, text: str) -> None:
        if self._rewrites:
            width = shutil.get_terminal_size().columns - 1
            self._write(f"{ERASE_LINE}{text[:width]}")
            self._dirty = True
        elif self._clock() - self._last_seconds >= PLAIN_EVERY_SECONDS:
            self._last_seconds = self._clock()
            self._write(f"{text}\n")

    def end(self) -> None:
        if self._dirty:
            self._write(ERASE_LINE)
            self._dirty = False

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # nobody reads it any more; the run does not depend on that
            self._rewrites = self._dirty = False

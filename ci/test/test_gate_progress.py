"""Progress on a terminal, in a log, and where nobody reads it."""

from __future__ import annotations

import io

from gate_runs import Clock
from pragmark_drive.progress import StreamProgress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_on_a_terminal_is_one_line_that_goes_away():
    stream = Terminal()
    progress = StreamProgress(stream, Clock())
    progress.show("main: wave 1")
    progress.show("main: wave 2")
    progress.end()
    progress.end()
    assert stream.getvalue() == "\r\x1b[Kmain: wave 1\r\x1b[Kmain: wave 2\r\x1b[K"


def test_progress_elsewhere_is_a_line_every_ten_seconds():
    stream, clock = io.StringIO(), Clock()
    progress = StreamProgress(stream, clock)
    for number in range(25):
        progress.show(f"wave {number}")
        clock.seconds += 1.0
    progress.end()
    assert stream.getvalue() == "wave 0\nwave 10\nwave 20\n"


def test_progress_that_nobody_reads_is_no_failure():
    class Broken(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    StreamProgress(Broken()).show("wave 1")

"""The outermost frame of a program: whatever happens ends in one line and a status that says so.

The program proper is imported inside it, so that not even a broken installation ends in a stack
trace, whose exit code would read as "missed".
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from typing import NoReturn

EXIT_UNDETERMINED = 3
MESSAGE_MAX = 300  # characters of an unforeseen error

Main = Callable[[list[str]], int]


def guarded(program: str, load_main: Callable[[], Main], arguments: list[str]) -> int:
    """The exit status. Only argparse's SystemExit passes through."""
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup wants it so
                signal.signal(number, _terminated)
        return load_main()(arguments)
    except KeyboardInterrupt:
        return _end(program, "interrupted; nothing was written")
    except Exception as error:  # noqa: BLE001  (one line and a status that says so)
        what = " ".join(f"{type(error).__name__}: {error}".split())[:MESSAGE_MAX]
        return _end(program, f"failed itself ({what}); nothing was written, please report it")


def _terminated(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _end(program: str, message: str) -> int:
    printable = "".join(each if " " <= each <= "~" else ascii(each)[1:-1] for each in message)
    try:
        print(f"{program}: {printable}", file=sys.stderr)
    except OSError:  # nobody listens; the status says it
        pass
    return EXIT_UNDETERMINED

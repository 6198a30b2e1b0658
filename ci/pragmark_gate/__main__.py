"""`pragmark gate`: whatever happens here, a gate that could not judge does not pass.

The program proper is imported inside the guard, so that not even a broken installation ends in a
stack trace, whose exit code would read as "regressed".
"""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

EXIT_UNUSABLE, EXIT_INTERRUPTED = 2, 3
MESSAGE_MAX = 300  # characters of an unforeseen error; a message may hold a whole file


def _terminated(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def run(arguments: list[str]) -> int:
    """The exit status. Only argparse's SystemExit passes through."""
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup wants it so
                signal.signal(number, _terminated)
        from .program import main

        return main(arguments)
    except KeyboardInterrupt:
        return _end("interrupted; nothing was judged and nothing written", EXIT_INTERRUPTED)
    except Exception as error:  # noqa: BLE001  (fail closed: never a pass, never a stack trace)
        what = " ".join(f"{type(error).__name__}: {error}".split())[:MESSAGE_MAX]
        return _end(f"failed itself ({what}); nothing was judged, please report it", EXIT_UNUSABLE)


def _end(message: str, status: int) -> int:
    # Escape sequences too: a message may hold what a program wrote.
    printable = "".join(each if " " <= each <= "~" else ascii(each)[1:-1] for each in message)
    try:
        print(f"pragmark gate: {printable}", file=sys.stderr)
    except OSError:  # nobody listens; the status says it
        pass
    return status


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

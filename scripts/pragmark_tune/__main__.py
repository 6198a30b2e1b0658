"""`pragmark tune`: an experiment that failed recommends nothing, and shows no stack trace."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

EXIT_UNDETERMINED = 3
MESSAGE_MAX = 300  # characters of an unforeseen error


def _terminated(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def run(arguments: list[str]) -> int:
    """The exit status. Only argparse's SystemExit passes through."""
    try:
        signal.signal(signal.SIGTERM, _terminated)
        from .program import main

        return main(arguments)
    except KeyboardInterrupt:
        return _end("interrupted; nothing was written", EXIT_UNDETERMINED)
    except Exception as error:  # noqa: BLE001  (one line and a status that says so)
        what = " ".join(f"{type(error).__name__}: {error}".split())[:MESSAGE_MAX]
        return _end(f"failed itself ({what}); nothing was written, please report it",
                    EXIT_UNDETERMINED)


def _end(message: str, status: int) -> int:
    printable = "".join(each if " " <= each <= "~" else ascii(each)[1:-1] for each in message)
    try:
        print(f"pragmark tune: {printable}", file=sys.stderr)
    except OSError:  # nobody listens; the status says it
        pass
    return status


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

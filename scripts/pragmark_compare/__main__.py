"""`pragmark compare`: two results side by side. An interrupt ends it with one line, from the first
import on."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

EXIT_INTERRUPTED = 3


def _terminated(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def run() -> int:
    """main() with signals turned into a clean end."""
    try:
        signal.signal(signal.SIGTERM, _terminated)
        from .program import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        print("pragmark compare: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())

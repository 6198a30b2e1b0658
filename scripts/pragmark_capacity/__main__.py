"""`pragmark capacity`: a measurement that failed answers nothing, and shows no stack trace."""

from __future__ import annotations

import sys

from pragmark_drive.guard import Main, guarded


def _main() -> Main:
    from .program import main

    return main


if __name__ == "__main__":
    sys.exit(guarded("pragmark capacity", _main, sys.argv[1:]))

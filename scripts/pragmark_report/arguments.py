"""What the Python programs' command lines have in common."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from .errors import one_line

EXIT_BAD_USAGE = 2


class OneLineParser(argparse.ArgumentParser):
    """Complains in one line, as every program of pragmark does."""

    def error(self, message: str) -> NoReturn:
        line = one_line(f"{self.prog}: {message}; see {self.prog} --help")
        print(line, file=sys.stderr)
        raise SystemExit(EXIT_BAD_USAGE)

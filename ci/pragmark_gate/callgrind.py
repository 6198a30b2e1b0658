"""valgrind's callgrind around a command: which functions it counts, and the sum that it writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pragmark_report.errors import InputError

VALGRIND = "valgrind"
# The subjects of pragmark bench that do the work of a request on the calling thread. A toggle
# turns the counting on when the function begins and off when it returns, so none of these may
# call another.
SUBJECTS = (
    "pragmark::(anonymous namespace)::StoreSubject",
    "pragmark::Raw",
    "pragmark::(anonymous namespace)::SqliteCpp",
    "pragmark::(anonymous namespace)::Soci",
)
# The whole signature: the compiler's cold part of a function has the same name with an appendix,
# and a jump into it must not count as a second call.
REQUESTS = ("read(*Topic&)", "write(*Topic const&)")
TOTALS = re.compile(r"^totals: (\d+)$", re.MULTILINE)


def under_callgrind(words: Sequence[str], folder: Path) -> tuple[str, ...]:
    """The command with its instructions counted into files of the folder, one for each process.

    Children are followed, because the command may begin with `env` or with the front door.
    """
    toggles = [f"--toggle-collect={subject}::{request}"
               for subject in SUBJECTS for request in REQUESTS]
    return (VALGRIND, "-q", "--tool=callgrind", "--trace-children=yes",
            f"--callgrind-out-file={folder}/%p", *toggles, *words)


def total(folder: Path) -> int:
    """Of all processes of the command. Raises InputError when a count is missing."""
    counts = [TOTALS.findall(path.read_text(errors="replace")) for path in folder.iterdir()]
    if not counts or not all(counts):
        raise InputError(VALGRIND, "it wrote no count", "run the command under it by hand")
    return sum(int(number) for found in counts for number in found)

"""How many system calls a request makes, from two runs under `strace -c -f`. Pure.

Everything around the requests (opening, proving the settings, the checks) makes system calls too.
Two runs differ in nothing but the number of requests, so that the difference of their counts is
what the requests made; what grows with the rows, the reads of the final check, stays in it.
"""

from __future__ import annotations

import re

from pragmark_profile import categories

# "% time  seconds  usecs/call  calls  errors  syscall"; errors may be blank.
ROW = re.compile(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(?P<calls>\d+)\s+(?:\d+\s+)?(?P<name>[a-z]\w*)\s*$")
LEAST = 0.005  # calls per request that are shown


def parse(text: str) -> dict[str, int]:
    """Calls by name from the table that strace -c prints."""
    rows = (ROW.match(line) for line in text.splitlines())
    return {row["name"]: int(row["calls"]) for row in rows if row and row["name"] != "total"}


def per_request(few: dict[str, int], many: dict[str, int], requests: int) -> dict[str, float]:
    """Calls per request by name, the most frequent first. `requests`: how many more `many` made."""
    rates = {name: (calls - few.get(name, 0)) / requests for name, calls in many.items()}
    shown = {name: rate for name, rate in rates.items() if rate >= LEAST}
    return dict(sorted(shown.items(), key=lambda item: (-item[1], item[0])))


def kind(name: str) -> str:
    """The category in which the time of the call is found."""
    return categories.kind_of_call(name) or categories.KERNEL

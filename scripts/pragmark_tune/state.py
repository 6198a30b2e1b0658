"""Database states: how many rows the state asks for, and which states cannot be made here."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Sequence

from pragmark_report.errors import InputError

from .model import Skipped

CACHED, LARGER_THAN_CACHE = "cached", "larger-than-cache"
LARGER_THAN_MEMORY, AGED = "larger-than-memory", "aged"
TIMES_THE_CACHE = 4  # the file, so that three reads of four miss
SMALL_ROW_BYTES = 620  # in the file, with its indexes; measured on 100,000 rows of 200 bytes
ARTICLE_BYTES = 14_000
ROW_OVERHEAD_BYTES = 420
MEMORY_LIMIT_BYTES = 128 << 20
TIMES_THE_MEMORY = 2
TRY_SECONDS = 10
Run = Callable[[Sequence[str]], bool]


def rows_for(
    state: str, payload: str, caches: Iterable[int | None], default_rows: int
) -> int:
    """`caches`: bytes, of all configurations; None where the set does not say.

    REQUIRES: the state is one that can be made.
    """
    if state == LARGER_THAN_MEMORY:
        return TIMES_THE_MEMORY * MEMORY_LIMIT_BYTES // row_bytes(payload) + 1
    if state != LARGER_THAN_CACHE:
        return default_rows
    largest = max((each for each in caches if each is not None), default=0)
    return max(default_rows, TIMES_THE_CACHE * largest // row_bytes(payload) + 1)


def row_bytes(payload: str) -> int:
    if payload == "small":
        return SMALL_ROW_BYTES
    return ROW_OVERHEAD_BYTES + (ARTICLE_BYTES if payload == "article" else int(payload))


def not_aged(state: str) -> Skipped | None:
    """Why the state cannot be had here; None when it can."""
    if state != AGED:
        return None
    return Skipped(state, "pragmark bench loads a fresh database for each repetition and has no "
                          "way to age one; measure with --state cached")


def _succeeds(words: Sequence[str]) -> bool:
    try:
        done = subprocess.run(list(words), capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=TRY_SECONDS, check=False)
        return done.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def memory_limiter(run: Run = _succeeds) -> tuple[str, ...] | Skipped:
    """The words in front of a command that run it within MEMORY_LIMIT_BYTES, by systemd and cgroup
    v2, for this user or for the system. Nothing else of the machine is changed."""
    for scope in (("--user",), ()):
        words = ("systemd-run", *scope, "--scope", "--quiet", "-p",
                 f"MemoryMax={MEMORY_LIMIT_BYTES}", "-p", "MemorySwapMax=0")
        if run((*words, "true")):
            return words
    return Skipped(LARGER_THAN_MEMORY,
                   "systemd-run cannot make a scope with a memory limit here (no systemd, no "
                   "cgroup v2, or not allowed); run pragmark tune in a container that has a "
                   "limit, with --rows")


def refuse_rows(state: str, rows: int | None) -> None:
    if state != CACHED and rows is not None:
        raise InputError(f"--rows {rows}", f"--state {state} says how many rows there are",
                         "leave one of them out")

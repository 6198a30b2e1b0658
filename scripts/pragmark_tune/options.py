"""The command line of `pragmark tune`, and what excludes what."""

from __future__ import annotations

import argparse
import re
import secrets
from dataclasses import dataclass

from pragmark_report.arguments import (
    LARGEST_SEED,
    OneLineParser,
    duration,
    file_name,
    share,
    whole_number,
)

from .model import FLOOR, WORKLOADS, Objective
from .space import DEFAULT_SPACE, FACTORIAL, ONE_AT_A_TIME

DESCRIPTION = """Measures what settings bring on this machine, as an experiment: interleaved and in
random order, with intervals that hold together, a winner that fresh measurements confirm, and
"no measurable effect" where there is none. --levers says which lever brought what, from the original
design to the best one."""
EXAMPLES = """examples:
  pragmark tune --dir /var/lib/app
  pragmark tune --vary cache_size=-2000,-20000,-200000 --vary mmap_size=0,268435456 --out r.json
  pragmark tune --workload sequential_write --objective p99 --design factorial --budget 10m \\
      --vary page_size=1024,4096 --vary wal_autocheckpoint=1000,16000
  pragmark tune --levers --budget 10m --out levers.json

Exit codes: 0 measured (a winner that is not confirmed leaves the base recommended), 2 bad usage or
input, 3 interrupted, or the environment forbids it."""
STATES = ("cached", "larger-than-cache", "larger-than-memory", "aged")
DEFAULT_BUDGET_SECONDS = {False: 300.0, True: 600.0}  # without and with --levers
MOST_THREADS, MOST_ROWS, MOST_BYTES = 1024, 1_000_000_000, 100_000_000
DEFAULT_ROWS, DEFAULT_THREADS = 1000, 10
TIMEOUT_SECONDS = 120.0
ALL = "all"


@dataclass(frozen=True)
class Options:
    """What was asked for, checked as far as words alone can be checked."""

    levers: bool
    base: str
    vary: tuple[str, ...]
    workloads: tuple[str, ...]
    strategy: str
    threads: int
    rows: int | None  # None: what the state asks for
    payload: str
    objective: Objective
    design: str
    state: str
    budget_seconds: float
    seed: int
    directory: str
    floor: float
    out: str
    format: str
    list_only: bool
    bench: str  # empty: the one beside
    sqlite_bench: str
    command: str


def parse(arguments: list[str]) -> Options:
    """Exits with 2 and one line on bad usage."""
    parser = _parser()
    given = parser.parse_args(arguments)
    for name in ("base", "vary", "strategy", "design"):
        if given.levers and getattr(given, name) is not None:
            parser.error(f"--{name} means nothing with --levers, which has its own; leave it out")
    if given.sqlite_bench and not given.levers:
        parser.error("--sqlite-bench means nothing without --levers; leave it out")
    if given.vary == []:
        parser.error("--vary is empty: write --vary cache_size=-2000,-20000")
    return Options(
        levers=given.levers,
        base="production" if given.base is None else given.base,
        vary=tuple(given.vary or DEFAULT_SPACE),
        workloads=given.workload or (WORKLOADS if given.levers else ("mixed",)),
        strategy="per-thread" if given.strategy is None else given.strategy,
        threads=given.threads,
        rows=given.rows,
        payload=given.payload,
        objective=Objective(given.objective),
        design=given.design or ONE_AT_A_TIME,
        state=given.state,
        budget_seconds=given.budget or DEFAULT_BUDGET_SECONDS[given.levers],
        seed=secrets.randbits(32) if given.seed is None else given.seed,
        directory=given.dir,
        floor=given.floor,
        out=given.out or "",
        format=given.format,
        list_only=given.list,
        bench=given.bench or "",
        sqlite_bench=given.sqlite_bench or "",
        command=" ".join(["pragmark tune", *arguments]),
    )


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="pragmark tune", description=DESCRIPTION, epilog=EXAMPLES, allow_abbrev=False,
        usage="pragmark tune [--base SET] [--vary SETTING=VALUE,..].. [OPTION]...  |  "
              "pragmark tune --levers [OPTION]...",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    for add in (_add_questions, _add_conditions, _add_measuring, _add_outputs):
        add(parser)
    return parser


def _add_questions(parser: OneLineParser) -> None:
    add = parser.add_argument_group("the question").add_argument
    add("--base", metavar="SET", help="PRAGMA set that the changes are made in (production)")
    add("--vary", action="append", metavar="SETTING=VALUE,..",
        help=f"a setting and its values; may be repeated ({' '.join(DEFAULT_SPACE)})")
    add("--levers", action="store_true",
        help="which lever brought what, from the original design to the best one")
    add("--sqlite-bench", type=file_name, metavar="PROGRAM",
        help="with --levers: a pragmark-bench that was built with another SQLite")
    add("--objective", choices=[each.value for each in Objective], default="throughput",
        help="what is to become better (throughput)")
    add("--design", choices=(ONE_AT_A_TIME, FACTORIAL),
        help="each change alone, or every combination, with interactions (one-at-a-time)")


def _add_conditions(parser: OneLineParser) -> None:
    add = parser.add_argument_group("the load").add_argument
    add("--workload", type=_workloads, metavar="W,..|all",
        help=f"{', '.join(WORKLOADS)} (mixed; with --levers all)")
    add("--strategy", metavar="S", help="how operations get connections (per-thread)")
    add("--threads", type=whole_number(1, MOST_THREADS), default=DEFAULT_THREADS, metavar="N",
        help=f"of concurrent_read and mixed ({DEFAULT_THREADS})")
    add("--rows", type=whole_number(1, MOST_ROWS), metavar="N",
        help=f"topics that are there before ({DEFAULT_ROWS})")
    add("--payload", type=_payload, default="small", metavar="P",
        help="small (200 bytes), article, or BYTES (small)")
    add("--state", choices=STATES, default="cached",
        help="of the database: how it lies to cache and memory (cached)")


def _add_measuring(parser: OneLineParser) -> None:
    add = parser.add_argument_group("measuring").add_argument
    add("--budget", type=duration, metavar="TIME", help="for everything (5m; with --levers 10m)")
    add("--seed", type=whole_number(0, LARGEST_SEED), metavar="N",
        help="of data and order (a fresh one, shown in the result)")
    add("--dir", type=file_name, default=".", metavar="DIR", help="on the disk under test (.)")
    add("--floor", type=share, default=FLOOR, metavar="SHARE",
        help=f"a smaller effect does not count ({FLOOR * 100:g}%%)")
    add("--bench", type=file_name, metavar="PROGRAM", help="pragmark-bench (the one beside)")


def _add_outputs(parser: OneLineParser) -> None:
    add = parser.add_argument_group("outputs").add_argument
    add("--out", type=file_name, metavar="FILE", help="the whole result as JSON")
    add("--format", choices=("text", "json"), default="text", help="of stdout (text)")
    add("--list", action="store_true", help="print the configurations and do nothing")


def _workloads(word: str) -> tuple[str, ...]:
    if word == ALL:
        return WORKLOADS
    chosen = tuple(dict.fromkeys(word.split(",")))
    for one in chosen:
        if one not in WORKLOADS:
            raise argparse.ArgumentTypeError(
                f"unknown workload {one!r}: choose from {', '.join(WORKLOADS)}, or {ALL}")
    return chosen


def _payload(word: str) -> str:
    if word in ("small", "article"):
        return word
    if not re.fullmatch(r"[0-9]{1,9}", word) or not 0 < int(word) <= MOST_BYTES:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no payload: small, article, or a number of bytes up to {MOST_BYTES:,}")
    return word

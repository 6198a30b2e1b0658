"""The command line of `pragmark capacity`: one question, the load, and what excludes what."""

from __future__ import annotations

import argparse
import math
import re
import secrets
import shlex
from dataclasses import dataclass

from pragmark_report.arguments import OneLineParser, duration, file_name, whole_number

from . import budget, values
from .lab import LARGEST_SEED
from .model import Objective, Shape, too_few

DESCRIPTION = """What can this box take? Offers requests on a schedule (open loop: a request's latency
counts from when it was due) and looks for the highest rate that holds an objective. Other questions:
is a claimed rate reached, where is the knee, is it stable, what do a backup or a long reader do to
it, and what would another machine take."""
EXAMPLES = """examples:
  pragmark capacity --slo p99=10ms --dir /var/lib/app
  pragmark capacity --slo p99=5ms --mix read=90,write=8,search=2 --keys zipf --out r.json
  pragmark capacity --claim 60000 --mix read=95,write=5 --slo p99=5ms
  pragmark capacity --soak 10m --rate 3000
  pragmark capacity --with backup,long-reader --slo p99=10ms
  pragmark capacity --curve | --forecast

Exit codes: 0 it holds (reached, stable), 1 it does not (missed, cannot be held, saturated), 2 bad
usage or input, 3 undecided, interrupted, or the environment forbids it."""
QUESTIONS = ("claim", "curve", "soak", "with", "forecast")  # options that ask one
NAMES = {"with": "antagonists"}  # of the others the option is the name
WITHOUT_COST = ("curve", "forecast", "antagonists")  # they hold no rate
STEP_SECONDS = 2.0
LEAST_STEP_SECONDS, MOST_STEP_SECONDS = 0.2, 3600.0
MOST_STEP_BESIDE_SECONDS = 300.0  # of --with: six steps have 10,000 windows of 0.2 s at most
LEAST_SOAK_SECONDS, MOST_SOAK_SECONDS = 10.0, 86_400.0  # fewer windows show no trend
MOST_THREADS, MOST_ROWS = 256, 1_000_000_000
MOST_DELAY_US = 10_000_000


@dataclass(frozen=True)
class Options:
    """What was asked for, checked as far as words alone can be checked."""

    question: str
    objective: Objective
    shape: Shape
    rate: float | None  # of --rate or --claim
    soak_seconds: float | None
    antagonists: tuple[str, ...]
    arrivals: str
    step_seconds: float
    budget_seconds: float
    monthly_cost: float | None
    out: str
    format: str
    load: str  # empty: the one beside
    command: str
    given: frozenset[str]  # options that stood on the command line


def parse(arguments: list[str]) -> Options:
    """Exits with 2 and one line on bad usage."""
    parser = _parser()
    given = parser.parse_args(arguments)
    asked = [name for name in QUESTIONS if getattr(given, f"q_{name}") not in (None, False)]
    if len(asked) > 1:
        parser.error(f"--{asked[0]} and --{asked[1]} are two questions; ask one at a time")
    question = NAMES.get(asked[0], asked[0]) if asked else "slo"
    if given.rate is not None and question in ("claim", "curve", "forecast"):
        parser.error(f"--rate means nothing with --{asked[0]}; leave it out")
    if question == "slo" and given.rate is not None:
        question = "rate"
    if question == "slo" and given.slo is None:
        parser.error("nothing to look for: give --slo p99=10ms, or another question")
    percentile, limit_ms = given.slo or (99.0, 10.0)
    objective = Objective(percentile, limit_ms, given.errors, given.wal_limit)
    rate = given.rate or given.q_claim
    wrong = _wrong_length(given, question, rate) or _too_few(given, objective, rate)
    if given.monthly_cost is not None and question in WITHOUT_COST:
        wrong = f"--monthly-cost means nothing with --{asked[0]}; leave it out"
    if wrong:
        parser.error(wrong)
    return Options(
        question=question, objective=objective, shape=_shape(given), rate=rate,
        soak_seconds=given.q_soak, antagonists=given.q_with or (), arrivals=given.arrivals,
        step_seconds=given.step,
        budget_seconds=given.budget or budget.usual_seconds(question, rate, given.step),
        monthly_cost=given.monthly_cost, out=given.out or "",
        format=given.format, load=given.load or "",
        command=shlex.join(["pragmark", "capacity", *arguments]),
        given=frozenset(word.split("=")[0] for word in arguments if word.startswith("--")),
    )


def _wrong_length(given: argparse.Namespace, question: str, rate: float | None) -> str:
    """What is wrong with a time; empty when nothing is."""
    if given.step < LEAST_STEP_SECONDS:
        return f"--step {given.step:g}s is too short for a percentile; give 1s or more"
    most = MOST_STEP_BESIDE_SECONDS if question == "antagonists" else MOST_STEP_SECONDS
    if given.step > most:
        return f"--step {given.step:g}s is too long; give {most:g}s at most"
    if given.q_soak is not None and given.q_soak < LEAST_SOAK_SECONDS:
        return (f"--soak {given.q_soak:g}s is too short to show a trend; give "
                f"{LEAST_SOAK_SECONDS:g}s or more")
    if given.q_soak is not None and given.q_soak > MOST_SOAK_SECONDS:
        return f"--soak {given.q_soak:g}s is too long; give 24h at most"
    least = budget.least_seconds(question, rate, given.step)
    if given.budget is not None and given.budget < least:
        return (f"--budget {given.budget:g}s is less than the {budget.least_steps(question, rate)} "
                f"steps take that it needs; give {math.ceil(least)}s or more, or a shorter --step")
    return ""


def _too_few(given: argparse.Namespace, objective: Objective, rate: float | None) -> str:
    """Whether a step at the rate is too short for the percentile; empty when it is not."""
    option, seconds = ("--soak", given.q_soak) if given.q_soak else ("--step", given.step)
    if rate is None or rate * seconds >= objective.enough_requests:
        return ""
    return too_few(option, seconds, rate, objective)


def _shape(given: argparse.Namespace) -> Shape:
    return Shape(given.pragmas, given.strategy, given.threads, given.rows, given.payload, given.mix,
                 given.keys, given.dir, secrets.randbits(32) if given.seed is None else given.seed,
                 given.cpus, given.sync_delay_us)


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="pragmark capacity", description=DESCRIPTION, epilog=EXAMPLES, allow_abbrev=False,
        usage="pragmark capacity --slo pN=TIME [OPTION]...  |  pragmark capacity (--rate R | "
              "--claim R | --curve | --soak TIME | --with KIND,.. | --forecast) [OPTION]...",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    for add in (_add_questions, _add_load, _add_measuring, _add_outputs):
        add(parser)
    return parser


def _add_questions(parser: OneLineParser) -> None:
    add = parser.add_argument_group("the question").add_argument
    add("--slo", type=values.slo, metavar="pN=TIME",
        help="latency objective, p50, p90, p99 or p99.9 (p99=10ms where another question is asked)")
    add("--errors", type=whole_number(0, 1_000_000_000), default=0, metavar="N",
        help="requests of a step of --step that may fail, or have no answer in time (0)")
    add("--wal-limit", type=values.size, metavar="SIZE", help="the WAL may grow to: 64MiB")
    add("--rate", type=values.rate, metavar="R", help="does this rate hold? Also for --soak, --with")
    add("--claim", dest="q_claim", type=values.rate, metavar="R",
        help="a claimed rate: reached, missed or undecided, and what it leaves unsaid")
    add("--curve", dest="q_curve", action="store_true", help="latency over load, and the knee")
    add("--soak", dest="q_soak", type=duration, metavar="TIME",
        help="is it stable? At --rate, or at 80%% of the rate that holds")
    add("--with", dest="q_with", type=values.antagonists, metavar="KIND,..",
        help="what long-reader, backup, vacuum or bulk-writer do to the tail, and how long")
    add("--forecast", dest="q_forecast", action="store_true",
        help="what other machines would take, checked on shapes that can be made here")
    add("--monthly-cost", type=values.cost, metavar="M",
        help="of the machine: gives the cost of a million requests")


def _add_load(parser: OneLineParser) -> None:
    add = parser.add_argument_group("the load").add_argument
    default = Shape()
    add("--mix", type=values.mix, default=default.mix, metavar="NAME=SHARE,..",
        help=f"operations, as `pragmark load --list-operations` names them ({default.mix})")
    add("--keys", type=_word, default=default.keys, metavar="KEYS",
        help="uniform or zipf[:THETA] (uniform)")
    add("--pragmas", type=_word, default=default.pragmas, metavar="SET", help="(production)")
    add("--strategy", type=_word, default=default.strategy, metavar="S",
        help="how operations get connections (per-thread)")
    add("--threads", type=whole_number(1, MOST_THREADS), default=default.threads, metavar="N",
        help="(10)")
    add("--rows", type=whole_number(1, MOST_ROWS), default=default.rows, metavar="N", help="(1000)")
    add("--payload", type=_word, default=default.payload, metavar="P",
        help="small, article, or BYTES (small)")
    add("--arrivals", choices=("poisson", "constant"), default="poisson",
        help="how requests come (poisson, as from many users)")
    add("--cpus", type=whole_number(1, 4096), metavar="N", help="run on so many cores (all)")
    add("--sync-delay-us", type=whole_number(0, MOST_DELAY_US), default=0, metavar="US",
        help="makes every sync so much slower (0)")


def _add_measuring(parser: OneLineParser) -> None:
    add = parser.add_argument_group("measuring").add_argument
    add("--step", type=duration, default=STEP_SECONDS, metavar="TIME",
        help=f"of one rate ({STEP_SECONDS:g}s)")
    add("--budget", type=duration, metavar="TIME",
        help="for the search (2m or what it needs; --curve 3m, --forecast 4m); soaks and "
             "antagonists come on top")
    add("--seed", type=whole_number(0, LARGEST_SEED), metavar="N",
        help="of data, requests and schedules (a fresh one, shown in the result)")
    add("--dir", type=file_name, default=".", metavar="DIR",
        help="directory on the disk under test (.)")
    add("--load", type=file_name, metavar="PROGRAM", help="pragmark-load (the one beside)")


def _add_outputs(parser: OneLineParser) -> None:
    add = parser.add_argument_group("outputs").add_argument
    add("--out", type=file_name, metavar="FILE", help="the whole result as JSON")
    add("--format", type=values.formats, default="text", metavar="text|json",
        help="of stdout (text)")


def _word(text: str) -> str:
    """A value that would read as another option is none."""
    if not re.fullmatch(r"[^-\s]\S*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no value; give one without spaces")
    return text

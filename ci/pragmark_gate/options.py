"""The command line of `pragmark gate`: three jobs, their options, and what excludes what."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
from dataclasses import dataclass, replace
from enum import Enum

from pragmark_drive.start import default_cpu
from pragmark_report.arguments import OneLineParser

from . import option_values as values
from .help import DESCRIPTION, EXAMPLES
from .model import Metric, Pairing, Rule
from .outcome import Policy
from .runner import Plan

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
FROM_ENVIRONMENT = object()  # of --step-summary without a file; argparse would convert a text
DEFAULT_BUDGET_SECONDS = 300.0
DEFAULT_TIMEOUT_SECONDS = 60.0
LEAST_ROUNDS, MOST_ROUNDS = 2, 1000
FORMATS = ("text", "json", "junit", "markdown")


class Mode(str, Enum):
    LIVE = "--baseline and --candidate"
    RECORDED = "--baseline-json and --candidate-json"
    CALIBRATE = "--calibrate"


# Where an option means something; elsewhere it would be ignored, which nobody would notice.
MEASURING = (Mode.LIVE, Mode.CALIBRATE)
JUDGING = (Mode.LIVE, Mode.RECORDED)
MEANT_FOR = {
    "budget": MEASURING, "seed": MEASURING, "cpu": MEASURING, "pairing": MEASURING,
    "rounds": MEASURING, "timeout": MEASURING,
    "launches": (Mode.LIVE,), "plant": (Mode.LIVE,), "instructions": (Mode.LIVE,),
    "order": (Mode.LIVE,),
    "profile": MEASURING, "undecided": JUDGING, "counts": JUDGING, "junit": JUDGING,
    "markdown": JUDGING,
    "step_summary": JUDGING, "annotations": JUDGING, "export_benchmark_action": JUDGING,
    "export_bencher": JUDGING,
}


@dataclass(frozen=True)
class Options:
    """What was asked for, checked as far as words alone can be checked."""

    mode: Mode
    baseline: str  # a command; that of --calibrate when calibrating
    candidate: str
    baseline_json: tuple[str, ...]
    candidate_json: tuple[str, ...]
    rule: Rule
    policy: Policy
    metric: Metric
    benchmarks: str
    budget_seconds: float
    seed: int
    cpu: int | None
    pairing: Pairing | None
    profile: str  # read before a run, written by a calibration; empty: none
    planted: float
    rounds: int  # of a launch in slices
    ab_fixed: bool
    instructions: bool
    timeout_seconds: float
    format: str
    annotations: bool
    step_summary: str
    files: dict[str, str]  # option -> path of what is written whole


def parse(arguments: list[str]) -> Options:
    """Exits with 2 and one line on bad usage."""
    parser = _parser()
    given = parser.parse_args(arguments)
    mode = _mode(parser, given)
    for name, modes in MEANT_FOR.items():
        if getattr(given, name) is not None and mode not in modes:
            parser.error(f"--{name.replace('_', '-')} means nothing with {mode.value}; leave it out")
    if mode is Mode.CALIBRATE:
        if given.format not in ("text", "json"):
            parser.error(f"--format {given.format} means nothing with --calibrate; "
                         "choose text or json")
        if given.out and given.profile:
            parser.error("--out and --profile would both be the profile; leave one out")
    if given.rounds is not None and given.pairing == Pairing.PROCESSES.value:
        parser.error("--rounds means nothing with --pairing processes; leave it out")
    same = mode is Mode.LIVE and given.baseline.split() == given.candidate.split()
    if same and given.plant is None:
        parser.error("--baseline and --candidate are the same command, which can show nothing; "
                     "--calibrate measures one against itself, --plant slows a candidate down, "
                     "--plant 0% asks for the same on both sides")
    return _options(parser, mode, given)


def _mode(parser: OneLineParser, given: argparse.Namespace) -> Mode:
    pairs = {Mode.LIVE: ("baseline", "candidate"),
             Mode.RECORDED: ("baseline_json", "candidate_json"), Mode.CALIBRATE: ("calibrate",)}
    chosen = [mode for mode, names in pairs.items() if any(getattr(given, n) for n in names)]
    if not chosen:
        parser.error("nothing to compare: give --baseline and --candidate, or --baseline-json and "
                     "--candidate-json, or --calibrate")
    if len(chosen) > 1:
        parser.error(f"{chosen[0].value} exclude {chosen[1].value}: choose one job")
    for name in pairs[chosen[0]]:
        if not getattr(given, name):
            parser.error(f"--{name.replace('_', '-')} is missing: a comparison has two sides")
    return chosen[0]


def _options(parser: OneLineParser, mode: Mode, given: argparse.Namespace) -> Options:
    defaults = Rule()
    margin, exclude = given.margin or defaults.margin, given.exclude or defaults.exclude
    if margin >= exclude:
        parser.error(f"--margin {margin:.4g} is not below --exclude {exclude:.4g}: a pass could not "
                     "be told from a regression")
    files = {f"--{name.replace('_', '-')}": getattr(given, name)
             for name in ("out", "junit", "markdown", "export_benchmark_action", "export_bencher")
             if getattr(given, name)}
    if mode is Mode.CALIBRATE and given.profile:
        files["--profile"] = given.profile
    return Options(
        mode=mode,
        baseline=given.calibrate or given.baseline or "",
        candidate=given.calibrate or given.candidate or "",
        baseline_json=tuple(given.baseline_json or ()),
        candidate_json=tuple(given.candidate_json or ()),
        rule=replace(defaults, margin=margin, exclude=exclude, **(
            {"launches": given.launches, "extension": given.launches,
             "confirmation": given.launches} if given.launches else {})),
        policy=Policy(given.undecided == "fail", given.counts != "report"),
        metric=given.metric,
        benchmarks=given.benchmarks,
        budget_seconds=given.budget or DEFAULT_BUDGET_SECONDS,
        # A fresh one each time: with one seed for all runs, whatever bias its layouts have would
        # come back in each of them.
        seed=secrets.randbits(32) if given.seed is None else given.seed,
        cpu=None if mode is Mode.RECORDED else _cpu(given.cpu),
        pairing=None if given.pairing in (None, "auto") else Pairing(given.pairing),
        profile=given.profile or "",
        planted=given.plant or 0.0,
        rounds=Plan.rounds if given.rounds is None else given.rounds,
        ab_fixed=given.order == "fixed",
        instructions=_instructions(parser, given.instructions),
        timeout_seconds=given.timeout or DEFAULT_TIMEOUT_SECONDS,
        format=given.format,
        annotations=bool(given.annotations),
        step_summary=_step_summary(parser, given.step_summary),
        files=files,
    )


def _cpu(word: str | None) -> int | None:
    """`word` was checked when it was parsed."""
    return default_cpu() if word is None else values.cpu(word)


def _instructions(parser: OneLineParser, word: str | None) -> bool:
    """With auto and without valgrind the result says that nothing was counted, and why."""
    if word == "on" and shutil.which("valgrind") is None:
        parser.error("--instructions on: valgrind is not on PATH; install it, or --instructions auto")
    return word != "off"


def _step_summary(parser: OneLineParser, given: object) -> str:
    if given is not FROM_ENVIRONMENT:
        return str(given or "")
    path = os.environ.get(SUMMARY_VARIABLE, "")
    if not path:
        parser.error(f"--step-summary: {SUMMARY_VARIABLE} is not set; name a file")
    return path


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="pragmark gate", description=DESCRIPTION, epilog=EXAMPLES, allow_abbrev=False,
        usage="pragmark gate (--baseline CMD --candidate CMD | --baseline-json A.json.. "
              "--candidate-json C.json.. | --calibrate CMD) [OPTION]...",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for add in (_add_jobs, _add_rule, _add_measuring, _add_outputs):
        add(parser)
    return parser


def _add_jobs(parser: OneLineParser) -> None:
    group = parser.add_argument_group("what to compare (one of the three)")
    add = group.add_argument
    add("--baseline", type=values.command, metavar="CMD",
        help="command that writes Google Benchmark JSON to {out}, or a `pragmark bench` command")
    add("--candidate", type=values.command, metavar="CMD", help="what is to replace it")
    add("--baseline-json", type=values.file_name, nargs="+", metavar="FILE",
        help="results that were recorded earlier, one file a run: the history")
    add("--candidate-json", type=values.file_name, nargs="+", metavar="FILE",
        help="results of the candidate, recorded on the same machine")
    add("--calibrate", type=values.command, metavar="CMD",
        help="measure a command against itself: what this machine can see, and how often it errs")


def _add_rule(parser: OneLineParser) -> None:
    group = parser.add_argument_group("the rule")
    add = group.add_argument
    rule = Rule()
    add("--margin", type=values.share, metavar="SHARE",
        help=f"a smaller slowdown is no regression ({rule.margin * 100:g}%%)")
    add("--exclude", type=values.share, metavar="SHARE",
        help=f"a pass excludes this slowdown ({rule.exclude * 100:g}%%)")
    add("--launches", type=values.whole_number(1, values.MOST_LAUNCHES), metavar="N",
        help="launches of each benchmark, and again for extension and confirmation "
             f"({rule.launches})")
    add("--metric", type=values.metric, default=Metric(), metavar="NAME[:higher|:lower]",
        help="counter to judge, and which way is better (items_per_second)")
    add("--benchmarks", type=values.pattern, default="", metavar="REGEX",
        help="judge those whose name contains it (all)")
    add("--profile", type=values.file_name, metavar="FILE",
        help="noise profile: read for the margins, written with --calibrate")
    add("--undecided", choices=("pass", "fail"),
        help="exit 0 with a warning, or 3, when a benchmark stays undecided (pass)")
    add("--counts", choices=("gate", "report"),
        help="whether a worse count (syncs, bytes, instructions) is a regression (gate)")


def _add_measuring(parser: OneLineParser) -> None:
    group = parser.add_argument_group("measuring")
    add = group.add_argument
    add("--budget", type=values.duration, metavar="TIME", help="for everything: 90s, 5m, 1h (5m)")
    add("--seed", type=values.whole_number(0, values.LARGEST_SEED), metavar="N",
        help="of orders and layouts (a fresh one, shown in the result)")
    add("--cpu", type=_checked_cpu, metavar="N|none",
        help="core that both arms are pinned to (the last that may be used)")
    add("--pairing", choices=("auto", "slices", "processes"),
        help="how a launch alternates the arms (slices where both are `pragmark bench`)")
    add("--plant", type=values.share_or_zero, metavar="SHARE",
        help="slow the candidate down on purpose, to see that it is found; 0%% allows the same "
             "command on both sides")
    add("--rounds", type=values.whole_number(LEAST_ROUNDS, MOST_ROUNDS), metavar="N",
        help=f"pairs of slices in a launch ({Plan.rounds})")
    add("--order", choices=("balanced", "fixed"),
        help="fixed: baseline first in every round, only to study what that does (balanced)")
    add("--instructions", choices=("on", "off", "auto"),
        help="count instructions with valgrind (auto: when it is installed)")
    add("--timeout", type=values.duration, metavar="TIME",
        help="for one answer or one process (1m)")


def _checked_cpu(word: str) -> str:
    """The word itself: None as a value would read as not given."""
    values.cpu(word)
    return word


def _add_outputs(parser: OneLineParser) -> None:
    group = parser.add_argument_group("outputs")

    def add(name: str, text: str, **more: object) -> None:
        group.add_argument(name, type=values.file_name, metavar="FILE", help=text, **more)

    group.add_argument("--format", choices=FORMATS, default="text", help="of stdout (text)")
    add("--out", "the whole result as JSON: raw launches, seed, rule")
    add("--junit", "JUnit XML: a case for each benchmark and each count")
    add("--markdown", "Markdown for a pull request")
    add("--step-summary", f"append the Markdown to FILE (${SUMMARY_VARIABLE})", nargs="?",
        const=FROM_ENVIRONMENT)
    group.add_argument("--annotations", action="store_true", default=None,
                       help="::error, ::warning and ::notice lines on stderr, for GitHub Actions")
    add("--export-benchmark-action", "for github-action-benchmark: customBiggerIsBetter")
    add("--export-bencher", "Bencher Metric Format")

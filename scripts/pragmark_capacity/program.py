"""Joins the parts: options in, one question, outputs out. Nothing is written before all is known."""

from __future__ import annotations

import os
import sys

from pragmark_drive import outputs
from pragmark_drive.progress import StreamProgress
from pragmark_report.errors import EnvironmentRefusal, InputError, one_line

from . import antagonists, claim, curve, document, forecast, slo, soak, text
from .engine import WrongAnswer, find_load
from .lab import Lab
from .model import Outcome
from .options import Options, parse

EXIT_DOES_NOT_HOLD, EXIT_BAD_INPUT, EXIT_UNDETERMINED = 1, 2, 3
BUILD_TYPE, RELEASE = "pragmark_build_type", "Release"


def main(arguments: list[str]) -> int:
    """The exit status."""
    options = parse(arguments)
    try:
        outputs.check_writable({"--out": options.out} if options.out else {})
        _check_directory(options.shape.directory)
        return _measure(options)
    except WrongAnswer as error:
        return complain(str(error), EXIT_DOES_NOT_HOLD)
    except EnvironmentRefusal as error:
        return complain(str(error), EXIT_UNDETERMINED)
    except InputError as error:
        return complain(str(error), EXIT_BAD_INPUT)


def complain(message: str, status: int) -> int:
    print(one_line(f"pragmark capacity: {message}"), file=sys.stderr)
    return status


def _measure(options: Options) -> int:
    lab = Lab([str(find_load(options.load))], options.shape, options.budget_seconds,
              progress=StreamProgress(sys.stderr))
    try:
        ready = lab.ready()
        build = ready.context.get(BUILD_TYPE)
        if build != RELEASE:
            raise InputError("pragmark load", f"its build type is {build or 'unknown'}, not {RELEASE}",
                             "build it with -DCMAKE_BUILD_TYPE=Release")
        outcome = answer(options, lab)
    finally:
        lab.close()
    made = document.make(options, ready, lab.steps, outcome)
    whole = document.dumps(made)
    shown = whole if options.format == "json" else text.render(made)
    if options.out:
        outputs.write_files({options.out: whole})
    print_stdout(shown)
    return outcome.answer.exit_code


def answer(options: Options, lab: Lab) -> Outcome:
    """Runs the steps of the question."""
    plan = slo.Plan(options.objective, options.arrivals, options.step_seconds)
    if options.question == "rate":
        return slo.answer_rate(lab, plan, options.rate)
    if options.question == "claim":
        unsaid = claim.unsaid(options.given, options.shape, plan, lab.ready().context)
        return claim.answer_claim(lab, plan, options.rate, unsaid)
    if options.question == "curve":
        return curve.answer_curve(lab, plan)
    if options.question == "soak":
        return soak.answer_soak(lab, plan, options.soak_seconds, options.rate)
    if options.question == "antagonists":
        return antagonists.answer_antagonists(lab, plan, options.antagonists, options.rate)
    if options.question == "forecast":
        return forecast.answer_forecast(lab, plan, options.shape.cpus or usable_cores())
    return slo.answer_slo(lab, plan)


def usable_cores() -> int:
    return len(os.sched_getaffinity(0))


def _check_directory(directory: str) -> None:
    if not os.path.isdir(directory):
        raise InputError(f"--dir {directory}", "it is no directory", "name one on the disk under test")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise InputError(f"--dir {directory}", "it cannot be written", "name one that can")


def print_stdout(shown: str) -> None:
    """Raises InputError when stdout cannot take it; a reader who has read enough is none."""
    try:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        sys.stdout.write(shown)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise InputError("stdout", error.strerror, "give it a place to write to") from None

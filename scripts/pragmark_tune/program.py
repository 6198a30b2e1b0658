"""Joins the parts: options in, one experiment, outputs out."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from pragmark_drive import outputs
from pragmark_drive.progress import StreamProgress
from pragmark_drive.steal import with_steal
from pragmark_report.errors import EnvironmentRefusal, InputError, one_line

from . import answer, document, levers, run, state, text
from .hosts import Conditions, Hosts
from .model import BENCH, Experiment, Skipped
from .options import DEFAULT_ROWS, TIMEOUT_SECONDS, Options, parse
from .programs import find_bench, has_option, has_python, other_build, sets_beside
from .result import LEVERS, TUNE, Parameters, Result
from .sets import SetReader
from .steal import StealClock

EXIT_HOLDS, EXIT_BAD_INPUT, EXIT_UNDETERMINED = 0, 2, 3


def main(arguments: list[str]) -> int:
    """The exit status."""
    options = parse(arguments)
    try:
        state.refuse_rows(options.state, options.rows)
        outputs.check_writable({"--out": options.out} if options.out else {})
        return _experiment(options)
    except EnvironmentRefusal as error:
        return complain(str(error), EXIT_UNDETERMINED)
    except InputError as error:
        return complain(str(error), EXIT_BAD_INPUT)


def complain(message: str, status: int) -> int:
    print(one_line(f"pragmark tune: {message}"), file=sys.stderr)
    return status


def _experiment(options: Options) -> int:
    bench = find_bench(options.bench)
    sets = SetReader(sets_beside(bench))
    asked, programs = _asked(options, bench, sets)
    rows = options.rows or state.rows_for(
        options.state, options.payload,
        [one.cache_bytes() for one in asked.experiment.configurations], DEFAULT_ROWS)
    if options.list_only:
        print_stdout(text.listing(asked.experiment, options.workloads) + "\n")
        return EXIT_HOLDS
    _check_directory(options.directory)
    prefix: tuple[str, ...] | Skipped = ()
    if options.state == state.LARGER_THAN_MEMORY:
        prefix = state.memory_limiter()
    skipped = prefix if isinstance(prefix, Skipped) else state.not_aged(options.state)
    if skipped:
        return _skip(options, rows, asked, skipped)
    conditions = Conditions(programs, options.threads, rows, options.payload, options.directory,
                            options.seed % (1 << 63), TIMEOUT_SECONDS, prefix)
    hosts = Hosts(asked.experiment.configurations, conditions)
    progress = StreamProgress(sys.stderr)
    stolen = StealClock()
    try:
        measure = run.trace_levers if options.levers else run.tune
        result = measure(options, rows, asked, run.Tools(sets, hosts, time.monotonic, progress))
    finally:
        progress.end()
        hosts.close()
    context = with_steal(result.context, stolen.percent())
    _publish(replace(result, context=context), options)
    return EXIT_HOLDS


def _asked(
    options: Options, bench: Path, sets: SetReader
) -> tuple[run.Asked, dict[str, Path]]:
    programs = {BENCH: bench}
    if not options.levers:
        return run.asked_tune(options, sets), programs
    other = ""
    if options.sqlite_bench:
        other, program = other_build(options.sqlite_bench)
        programs[other] = program
    way = levers.build(sets, with_python=has_python(), other_program=other,
                       with_logging=has_option(bench, "--statement-logging"))
    return run.Asked(way.experiment, way=way), programs


def _check_directory(directory: str) -> None:
    if not os.path.isdir(directory):
        raise InputError(f"--dir {directory}", "it is no directory",
                         "name one on the disk under test")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise InputError(f"--dir {directory}", "it cannot be written", "name one that can")


def _skip(options: Options, rows: int, asked: run.Asked, skipped: Skipped) -> int:
    """A result that says what was not measured, and why."""
    base = asked.experiment.configurations[:1]
    parameters = Parameters(
        options.base, asked.factors, options.workloads, options.strategy, options.threads, rows,
        options.payload, options.objective, LEVERS if options.levers else options.design,
        options.state, options.budget_seconds, 0.0, 0.0, options.floor, 0, 0, 0, False)
    sentence = f"Skipped: --state {skipped.what}: {skipped.reason}."
    result = Result(
        LEVERS if options.levers else TUNE, options.command, options.seed, {}, parameters,
        Experiment(base, ()), {}, (), (), (), (), (), (), {},
        answer.Answer(answer.SKIPPED, sentence, None, ""), [skipped])
    _publish(result, options)
    return EXIT_UNDETERMINED


def _publish(result: Result, options: Options) -> None:
    """Everything is rendered before anything is written."""
    as_json = document.dumps(result)
    shown = as_json if options.format == "json" else text.render(result)
    if options.out:
        outputs.write_files({options.out: as_json})
    print_stdout(shown)


def print_stdout(shown: str) -> None:
    """A reader who has read enough is no error."""
    try:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        sys.stdout.write(shown)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise InputError("stdout", str(error.strerror), "give it a place to write to") from None

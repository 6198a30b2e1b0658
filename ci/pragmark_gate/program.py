"""Joins the parts: options in, one of the three jobs, outputs out.

On an input that cannot be used nothing is written, with one exception: what a CI service reads
(JUnit, Markdown, step summary, annotations) says that the run is in error, since the file of an
earlier, green run may still lie there.
"""

from __future__ import annotations

import os
import sys

from pragmark_drive import outputs
from pragmark_drive.progress import StreamProgress
from pragmark_report.errors import InputError, one_line

from . import calibrate, document, noise_profile, render_calibration, render_ci
from . import render_export, render_junit, render_markdown, render_text, session
from .model import GateResult
from .options import Mode, Options, parse
from .outcome import EXIT_HOLDS, EXIT_UNUSABLE, outcome
from .recorded_run import run_recorded


def main(arguments: list[str]) -> int:
    """The exit status."""
    options = parse(arguments)
    try:
        outputs.check_writable(_places(options))
        if options.mode is Mode.CALIBRATE:
            return _calibrate(options)
        return _publish(_measure(options), options)
    except InputError as error:
        _tell_services(str(error), options)
        return complain(str(error))
    except Exception:
        _tell_services("the gate itself failed; its log says how", options)
        raise


def complain(message: str) -> int:
    print(one_line(f"pragmark gate: {message}"), file=sys.stderr)
    return EXIT_UNUSABLE


def _calibrate(options: Options) -> int:
    made = calibrate.run(options)
    for path in options.files.values():
        noise_profile.save(made.profile, path)
    as_json = options.format == "json"
    print_stdout(noise_profile.dumps(made.profile) if as_json else render_calibration.render(made))
    if not any(each.gateable for each in made.profile.calibration.noise):
        print("pragmark gate: warning: no benchmark can be gated here", file=sys.stderr)
    return EXIT_HOLDS


def _measure(options: Options) -> GateResult:
    if options.mode is Mode.RECORDED:
        return run_recorded(options)
    profile = calibrate.profile_of(options)
    plan = calibrate.plan_of(options, calibrate.margins_of(profile))
    result = session.run(plan, session.Tools(progress=StreamProgress(sys.stderr)))
    return calibrate.with_profile_notes(result, profile)


def _publish(result: GateResult, options: Options) -> int:
    """Everything is rendered before anything is written: what cannot be told is not half told."""
    policy = options.policy
    answer = outcome(result, policy)
    makers = {
        "--out": lambda: document.dumps(result, policy),
        "--junit": lambda: render_junit.render(result, policy),
        "--markdown": lambda: render_markdown.render(result, policy),
    }
    if answer.exit_code != EXIT_UNUSABLE:  # figures of a void run have no place in a history
        makers["--export-benchmark-action"] = lambda: render_export.benchmark_action(result)
        makers["--export-bencher"] = lambda: render_export.bencher(result)
    files = {path: makers[option]() for option, path in options.files.items() if option in makers}
    shown = _shown(result, options)
    outputs.write_files(files)
    if options.step_summary:
        outputs.append(options.step_summary, render_markdown.render(result, policy))
    if options.annotations:
        sys.stderr.write(render_ci.render(result, policy))
    print_stdout(shown)
    for warning in () if options.format == "text" else answer.warnings:
        print(one_line(f"pragmark gate: warning: {warning}"), file=sys.stderr)
    if answer.exit_code and options.format != "text":
        print(one_line(f"pragmark gate: {answer.headline}"), file=sys.stderr)
    return answer.exit_code


def _shown(result: GateResult, options: Options) -> str:
    if options.format == "json":
        return document.dumps(result, options.policy)
    if options.format == "junit":
        return render_junit.render(result, options.policy)
    if options.format == "markdown":
        return render_markdown.render(result, options.policy)
    return render_text.render(result, options.policy, wants_colour())


def wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def print_stdout(text: str) -> None:
    """Raises InputError when stdout cannot take it; a reader who has read enough is none."""
    try:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise InputError("stdout", error.strerror, "give it a place to write to") from None


def _places(options: Options) -> dict[str, str]:
    places = dict(options.files)
    if options.step_summary:
        places["--step-summary"] = options.step_summary
    return places


def _tell_services(message: str, options: Options) -> None:
    """As far as it can be done: a place that cannot be written may be what is being told."""
    junit, markdown = options.files.get("--junit"), options.files.get("--markdown")
    writers = []
    if junit:
        writers.append(lambda: outputs.write_files({junit: render_junit.render_error(message)}))
    if markdown:
        said = render_markdown.render_error(message)
        writers.append(lambda: outputs.write_files({markdown: said}))
    if options.step_summary:
        said_there = render_markdown.render_error(message)
        writers.append(lambda: outputs.append(options.step_summary, said_there))
    if options.annotations:
        writers.append(lambda: sys.stderr.write(render_ci.render_error(message)))
    for write in writers:
        try:
            write()
        except (InputError, OSError):
            continue

"""`pragmark report`: result files in, a report out. Joins the layers and nothing more."""

from __future__ import annotations

import argparse
import logging
import math
import os
import signal
import sys
from typing import NoReturn

from . import caveats, compute, stats, text
from .arguments import OneLineParser
from .errors import InputError, one_line
from .load import GIVE_BENCH, load_all
from .outdir import write_files

EXIT_HOLDS, EXIT_MISSED, EXIT_BAD_INPUT, EXIT_UNDECIDED = 0, 1, 2, 3
DESCRIPTION = """\
Writes report.html, report.md and the plots (SVG and PNG) into a folder, and the summary to stdout.
Results of capacity, tune, env and crash become a page each: capacity-claim.html, crash.html ..

exit status: 0 written; 1 --require-target and a workload missed it; 2 bad usage or input;
3 --require-target and it is undecided"""
EXAMPLE = "example: pragmark report results.json verify.json --out reports/latest"


def positive_rate(word: str) -> float:
    """A target in requests per second."""
    value = float(word)
    if not (math.isfinite(value) and value > 0):
        raise ValueError(word)
    return value


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Exits with 2 and one line on bad usage."""
    parser = OneLineParser(
        prog="pragmark report", description=DESCRIPTION, epilog=EXAMPLE, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("results", nargs="+", metavar="RESULT.json",
                        help="a file that bench, verify, capacity, tune, env or crash wrote")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the report")
    parser.add_argument("--target", type=positive_rate, default=compute.TARGET_PER_SECOND,
                        metavar="RATE", help="requests/s to hold results against (60000)")
    parser.add_argument("--format", choices=("text", "json"), default="text",
                        help="of the summary on stdout (text)")
    parser.add_argument("--require-target", action="store_true",
                        help="exit 1 when a workload misses the target, 3 when it is undecided")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    options = parse_arguments(arguments)
    try:
        loaded = load_all(options.results)
        if options.require_target and loaded.inputs is None:
            raise InputError("--require-target", "no benchmark result to hold against the target",
                             GIVE_BENCH)
        summary = loaded.inputs and compute.summarise(loaded.inputs, options.target)
        # Only now: matplotlib takes a second, a refusal should not.
        from . import pages, render, render_page

        files = {}
        made = pages.pages_of(loaded.results, options.target)
        if made:
            version = loaded.results[0].document["pragmark_version"]
            files.update(render_page.page_files(made, version))
        if summary:
            files.update(render.report_files(summary))
        write_files(options.out, files)
        _print(_told(summary, made, options.format))
    except InputError as error:
        return _complain(str(error))
    if summary:
        _warn(summary)
    written = [name for name in files if name.endswith(".html")]
    where = " ".join(os.path.join(options.out, name) for name in written)
    print(one_line(f"pragmark report: wrote {where}"), file=sys.stderr)
    return _verdict(summary) if options.require_target else EXIT_HOLDS


def _complain(message: str) -> int:
    print(f"pragmark report: {message}", file=sys.stderr)
    return EXIT_BAD_INPUT


def _told(summary: compute.Summary | None, made: list, form: str) -> str:
    from . import text_page

    if form == "json":
        return text.report_json(summary, [text_page.page_json(each) for each in made])
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    parts = [text_page.pages_text(made)] if made else []
    return "\n".join([*parts, *([text.summary_text(summary, colour)] if summary else [])])


def _print(output: str) -> None:
    try:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        sys.stdout.write(output)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read stdout has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise InputError("stdout", error.strerror, "give it a place to write to") from None


def _warn(summary: compute.Summary) -> None:
    erred = sum(row.error is not None for run in summary.runs for row in run.rows)
    if erred:
        print(f"pragmark report: warning: {erred} of the configurations erred and have no figure; "
              "see the table", file=sys.stderr)
    for sentence in caveats.of_summary(summary):
        print(f"pragmark report: warning: {''.join(sentence)}", file=sys.stderr)


def _verdict(summary: compute.Summary) -> int:
    states = {answer.attainment for run in summary.runs for answer in run.answers}
    if states & {stats.MISSED, None}:
        return EXIT_MISSED
    return EXIT_UNDECIDED if stats.UNDECIDED in states else EXIT_HOLDS


def _terminated(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def run() -> int:
    """main() with signals turned into a clean end."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return main(sys.argv[1:])
    except KeyboardInterrupt:
        print("pragmark report: interrupted; nothing was left behind", file=sys.stderr)
        return EXIT_UNDECIDED


if __name__ == "__main__":
    sys.exit(run())

"""The command line of `pragmark compare`. Joins the layers and nothing more."""

from __future__ import annotations

import argparse
import os
import shutil
import sys

from pragmark_report.arguments import OneLineParser
from pragmark_report.errors import InputError

from . import bench, render_json, render_markdown, render_text, subjects

EXIT_COMPARED, EXIT_BAD_INPUT = 0, 2
DESCRIPTION = """\
Prints two results of bench, of tune or of capacity side by side: medians with their intervals, the
ratio of B to A with its own, and what differs in the contexts. It judges nothing: two runs at two
times are weak evidence, and `pragmark gate` is for judging.

exit status: 0 compared, whatever came of it; 2 bad usage or input; 3 interrupted"""
EXAMPLE = "example: pragmark compare before.json after.json --metric throughput --metric p99"


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Exits with 2 and one line on bad usage."""
    parser = OneLineParser(
        prog="pragmark compare", description=DESCRIPTION, epilog=EXAMPLE, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("a", metavar="A.json", help="a result, the one that B is held against")
    parser.add_argument("b", metavar="B.json", help="another result of the same kind")
    parser.add_argument("--metric", action="append", metavar="NAME",
                        choices=[each.name for each in bench.QUANTITIES],
                        help="one of %(choices)s; may be given several times (throughput, p99)")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text",
                        help="of the output (text)")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    options = parse_arguments(arguments)
    try:
        found = subjects.compare(options.a, options.b, options.metric)
        if options.format == "json":
            output = render_json.render(found)
        elif options.format == "markdown":
            output = render_markdown.render(found)
        else:
            output = render_text.render(found, _columns())
        _print(output)
    except InputError as error:
        print(f"pragmark compare: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    return EXIT_COMPARED


def _columns() -> int:
    """Of the terminal; 80 into a pipe, whatever the terminal behind it."""
    if not sys.stdout.isatty():
        return render_text.COLUMNS
    return shutil.get_terminal_size((render_text.COLUMNS, 24)).columns


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

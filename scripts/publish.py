"""Publishes the pages of results of capacity, tune, env and crash: reports/published/NAME.

usage: publish.py NAME RESULT.json..      copies the results there and makes the pages of them
       publish.py --check [NAME]          says whether published pages are what their results give

What names the machine's host and folders is left out of the copies (of a path in a command its last
part stays), and so are the windows and checkpoints of steps of which no figure is made, and findings
of crash but the smallest of each set and kind; fractions have six digits. Markdown and PNG are
published; the HTML of a published report is one command away:
pragmark report reports/published/NAME/*.json --out DIR.
Results of bench are published by readme.py.

Exit codes: 0 done or equal, 1 out of date, 2 something cannot be read or is too large.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePath

from pragmark_report import compute, pages, render_page
from pragmark_report.errors import InputError
from pragmark_report.load import load_all
from pragmark_report.load_result import Result, is_known

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = "reports/published"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
DIGITS = 6
MAX_BYTES = 900_000  # of all results of a report together; crash --matrix has 800 kB
PRIVATE = (("context", "host_name"), ("context", "executable"), ("storage", "directory"))
PATH_OPTION = re.compile(r"(--(?:dir|out|bench|sqlite-bench|load)[= ])('[^']*'|\S+)")
CRASH = "pragmark.crash/1"
DRAWN = ("soak", "antagonist")  # purposes of steps whose windows are in a figure
SUFFIXES = (".md", ".png")  # of what is published beside the results


class Unpublishable(Exception):
    """The message names what is wrong and the next step."""


def slim(document: dict) -> dict:
    """The result without what is private, and without what no page shows."""
    for section, key in PRIVATE:
        if key in document.get(section, {}):
            document[section][key] = ""
    for holder in (document, document.get("context", {})):
        if "command" in holder:
            holder["command"] = PATH_OPTION.sub(_named_only, holder["command"])
    for entry in document.get("steps", []):
        if entry["purpose"] not in DRAWN:
            entry["step"].update(windows=[], checkpoint_stalls=[])
    if document.get("schema") == CRASH:
        _keep_smallest_findings(document)
    return _rounded(document)


def _keep_smallest_findings(document: dict) -> None:
    """Of each set and kind the one with the fewest losses, of models that decide."""
    deciding = {model["model"] for model in document["models"] if model["promised"]}
    for each in document["sets"]:
        smallest: dict[str, dict] = {}
        for finding in each["findings"]:
            if finding["model"] not in deciding:
                continue
            known = smallest.setdefault(finding["kind"], finding)
            if finding["smallest"] < known["smallest"]:
                smallest[finding["kind"]] = finding
        each["findings"] = list(smallest.values())


def _named_only(option: re.Match) -> str:
    """An option with the last part of its path."""
    return option[1] + shlex.quote(PurePath(option[2].strip("'")).name or ".")


def _rounded(value: object) -> object:
    """The same with fractions of DIGITS significant digits: no page shows more."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return value


def publish(folder: Path, paths: Sequence[Path]) -> None:
    """Copies the results, after all of them were read and their pages made. Raises Unpublishable
    when they are large, or of bench."""
    names = [path.name for path in paths]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Unpublishable(f"{sorted(twice)[0]} is the name of two results: rename one")
    _results(paths)
    copies = {path.name: json.dumps(slim(json.loads(path.read_text(encoding="utf-8"))),
                                    separators=(",", ":"), ensure_ascii=False) + "\n"
              for path in paths}
    size = sum(len(text.encode("utf-8")) for text in copies.values())
    if size > MAX_BYTES:
        raise Unpublishable(f"{size} bytes of results, more than {MAX_BYTES}: publish fewer, or "
                            "shorter runs")
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in copies.items():
            Path(scratch, name).write_text(text, encoding="utf-8")
        made_of(Path(scratch))  # what cannot be shown leaves the published report as it is
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (path for suffix in (".json", *SUFFIXES) for path in folder.glob(f"*{suffix}")):
        stale.unlink()
    for name, text in copies.items():
        (folder / name).write_text(text, encoding="utf-8")


def made_of(folder: Path) -> dict[Path, bytes]:
    """What the results of a published report give."""
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise Unpublishable(f"{folder} holds no results")
    results = _results(paths)
    version = results[0].document["pragmark_version"]
    found = pages.pages_of(results, compute.TARGET_PER_SECOND)
    files = render_page.page_files(found, version)
    return {folder / name: data for name, data in files.items() if name.endswith(SUFFIXES)}


def _results(paths: Sequence[Path]) -> tuple[Result, ...]:
    """At least one, and none of bench."""
    loaded = load_all(list(map(str, paths)))
    if loaded.inputs is not None:
        raise Unpublishable(f"{loaded.inputs.runs[0].source} is a result of bench: readme.py "
                            "publishes those")
    return loaded.results


def is_stale(path: Path, content: bytes) -> bool:
    """Text has to be equal. A figure has to be there: its bytes are Matplotlib's affair too."""
    if not path.is_file():
        return True
    return path.suffix != ".png" and path.read_bytes() != content


def published(root: Path) -> list[Path]:
    """The published reports that are made of pages."""
    return [folder for folder in sorted((root / PUBLISHED).iterdir())
            if (found := sorted(folder.glob("*.json"))) and _is_of_pages(found[0])]


def _is_of_pages(path: Path) -> bool:
    document = json.loads(path.read_text(encoding="utf-8"))
    return isinstance(document, dict) and is_known(document.get("schema"))


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Publishes pages of results.",
                                     epilog="example: publish.py claims claim-*.json levers.json")
    parser.add_argument("name", nargs="?", metavar="NAME", help="a folder of reports/published")
    parser.add_argument("results", nargs="*", type=Path, metavar="RESULT.json")
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit 1 when out of date")
    options = parser.parse_args(arguments)
    if options.name and not NAME.fullmatch(options.name):
        parser.error(f"{options.name} is no name of a folder: use letters, digits and hyphens")
    if options.check and options.results:
        parser.error("--check writes nothing: give no results")
    if not options.check and not options.results:
        parser.error("give the results to publish, or --check")
    return options


def main(arguments: list[str], root: Path = ROOT) -> int:
    options = parse_arguments(arguments)
    try:
        folders = [root / PUBLISHED / options.name] if options.name else published(root)
        if options.check and not folders:
            print("no report of pages is published: nothing was checked")
            return 0
        if not options.check:
            publish(folders[0], options.results)
        files = {path: data for folder in folders for path, data in made_of(folder).items()}
        stale = [str(path.relative_to(root)) for path in files if is_stale(path, files[path])]
        for path in files if not options.check else ():
            path.write_bytes(files[path])
    except (OSError, ValueError, InputError, Unpublishable) as error:
        print(f"publish.py: {error}", file=sys.stderr)
        return 2
    if options.check and stale:
        print(f"publish.py: {', '.join(stale)} is not what the results give: publish them again",
              file=sys.stderr)
        return 1
    print(f"{len(files)} files of {len(folders)} published reports are what the results give")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

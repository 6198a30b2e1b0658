"""Checks the rules of the house that no compiler checks, and prints one line for each breach.

usage: check_structure.py [ROOT]        exit codes: 0 all kept, 1 a breach, 2 bad usage

Rules (each has a bad tree in test/test_check_structure.py):

    direction    an include goes left only: SQLite <- lib <- verify <- bench
    cli11        CLI11 in files named main.cc or *_main.cc only
    benchmark    Google Benchmark in bench/ only
    gtest        GoogleTest in test/ folders only
    public       a header in lib/include/ includes the standard library and its like
    pragma       a PRAGMA statement is spelt in lib/src/pragma.cc and in tests only
    quiet        lib/ never prints, never reads the environment, never exits
    once         every header has #pragma once
    size         over 300 lines a file says why in its first comment, as in "// 340 lines: ..."
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("lib", "verify", "bench")  # in the direction of dependency, left to right
MAX_LINES = 300
REASON = re.compile(r"\b\d{3} lines\b|\b[Ll]ong because\b")  # what a first comment must hold then
EXIT_OK, EXIT_BREACH, EXIT_USAGE = 0, 1, 2

# Exceptions, path -> reason.
PRAGMA_FILES = {"lib/src/pragma.cc": "the one place that speaks PRAGMA to SQLite"}
PUBLIC_EXCEPTIONS: dict[str, str] = {}
QUIET_EXCEPTIONS = {"lib/src/assert.cc": "a broken contract says why before it stops the program"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<open>[<"])(?P<path>[^">]+)[">]')
# Headers of the C++ standard library have no extension; those of C in C++ are spelt <cstdio>.
STANDARD_HEADER = re.compile(r"^[a-z_0-9]+$")
# A character and a string literal, raw or not; the text of a string is in one of the groups.
LITERAL = re.compile(
    r"(?<![0-9a-fA-F])'(?:\\[^'\n]+|\\'|[^'\\\n])'"  # not the separators of 1'000'000
    r'|R"(?P<mark>[^(\s]*)\((?P<raw>.*?)\)(?P=mark)"'
    r'|"(?P<text>(?:\\.|[^"\\\n])*)"',
    re.DOTALL,
)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
# A statement, not prose such as "PRAGMA set": a name with an underscore, one of the few without, a
# name with an operand, or nothing at all, because the name is appended at run time.
PRAGMA_STATEMENT = re.compile(
    r"(?:^|;)\s*pragma\s+"
    r"(?!name\s*=\s*value)"  # a placeholder in a message
    r"(?:\Z|\{|(?:\w+\.)?(?:\w*_\w*|synchronous|encoding|optimize|threads|\w+\s*[=(;]))",
    re.IGNORECASE | re.MULTILINE,
)
LOUD = re.compile(
    r"\bstd::(?:cout|cerr|clog)\b|\b(?:v|f)?printf\s*\(|\bputs\s*\(|\bfmt::print\s*\("
    r"|\b(?:secure_)?getenv\s*\(|\b(?:quick_)?exit\s*\("
)


@dataclass(frozen=True)
class Source:
    """A C++ file and what the rules ask about it."""

    path: str  # from the root, with slashes
    text: str

    @property
    def room(self) -> str:
        return self.path.split("/", 1)[0]

    @property
    def in_test(self) -> bool:
        return "/test/" in self.path

    @property
    def is_header(self) -> bool:
        return self.path.endswith(".h")

    @property
    def is_main(self) -> bool:
        return bool(re.search(r"(?:^|[/_])main\.cc$", self.path))

    def includes(self) -> Iterator[tuple[int, str, bool]]:
        """Line number, path, and whether it is in angle brackets."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            if match := INCLUDE.match(line):
                yield number, match["path"], match["open"] == "<"

    def literals(self) -> Iterator[tuple[int, str]]:
        """Line number and text of each string literal outside comments; neighbours are joined."""
        code = blank(COMMENT_OR_LITERAL, self.text, keep=LITERAL)
        joined, joined_line, end = "", 0, -1
        for match in LITERAL.finditer(code):
            text = match["raw"] if match["raw"] is not None else match["text"]
            if text is None:
                continue
            if end >= 0 and not code[end : match.start()].strip():
                joined += text
            else:
                if end >= 0:
                    yield joined_line, joined
                joined, joined_line = text, line_of(code, match.start())
            end = match.end()
        if end >= 0:
            yield joined_line, joined

    def code(self) -> str:
        """The text with comments and literals blanked, line by line as it was."""
        return blank(COMMENT_OR_LITERAL, self.text)

    def first_comment(self) -> str:
        lines = []
        for line in self.text.splitlines():
            if not line.startswith("//"):
                break
            lines.append(line)
        return "\n".join(lines)


# One scan knows whether // is in a string and whether " is in a comment; two would not.
COMMENT_OR_LITERAL = re.compile(
    f"(?P<comment>{COMMENT.pattern})|(?P<literal>{LITERAL.pattern})", re.DOTALL
)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def blank(pattern: re.Pattern[str], text: str, keep: re.Pattern[str] | None = None) -> str:
    """Replaces what the pattern finds by spaces, except what `keep` matches as a whole."""

    def spaces(match: re.Match[str]) -> str:
        if keep is not None and keep.fullmatch(match[0]):
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return pattern.sub(spaces, text)


def check_includes(source: Source) -> Iterator[str]:
    own = ROOMS.index(source.room)
    for line, path, angled in source.includes():
        where = f"{source.path}:{line}"
        for room in ROOMS[own + 1 :]:
            if path.startswith((f"pragmark/{room}/", f"{room}/")) or f"../{room}/" in path:
                yield f"{where}: direction: {source.room}/ must not include {path} of {room}/"
        if path.startswith("CLI/") and not source.is_main:
            yield f"{where}: cli11: {path} belongs in a main.cc; pass what was parsed instead"
        if path.startswith("benchmark/") and source.room != "bench":
            yield f"{where}: benchmark: {path} belongs in bench/"
        if path.startswith(("gtest/", "gmock/")) and not source.in_test:
            yield f"{where}: gtest: {path} belongs in a test/ folder"
        if source.path.startswith("lib/include/") and source.path not in PUBLIC_EXCEPTIONS:
            like = path.startswith("pragmark/") and not angled
            if not like and not (angled and STANDARD_HEADER.match(path)):
                yield f"{where}: public: {path} in a public header; include it in the .cc file"


def check_pragma(source: Source) -> Iterator[str]:
    if source.in_test or source.path in PRAGMA_FILES:
        return
    for line, text in source.literals():
        if PRAGMA_STATEMENT.search(text):
            spelt_in = ", ".join(PRAGMA_FILES)
            yield f"{source.path}:{line}: pragma: a statement in a literal; {spelt_in} spells them"


def check_quiet(source: Source) -> Iterator[str]:
    if not source.path.startswith(("lib/src/", "lib/include/")) or source.path in QUIET_EXCEPTIONS:
        return
    for line, text in enumerate(source.code().splitlines(), start=1):
        if match := LOUD.search(text):
            yield f"{source.path}:{line}: quiet: {match[0]} in the library; throw or return instead"


def check_once(source: Source) -> Iterator[str]:
    if source.is_header and not re.search(r"^#pragma once$", source.text, re.MULTILINE):
        yield f"{source.path}:1: once: a header without #pragma once"


def check_size(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > MAX_LINES and not REASON.search(source.first_comment()):
        yield (
            f"{source.path}:1: size: {lines} lines, the budget is {MAX_LINES}: split it, or give "
            f'the reason in its first comment, as in "// {lines} lines: ..."'
        )


CHECKS = (check_includes, check_pragma, check_quiet, check_once, check_size)


def sources(root: Path) -> Iterator[Source]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".cc", ".h") and path.is_file():
                yield Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


def breaches(root: Path) -> list[str]:
    return [line for source in sources(root) for check in CHECKS for line in check(source)]


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        print(__doc__)
        return EXIT_OK if arguments == ["--help"] else EXIT_USAGE
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[1]
    count = sum(1 for _ in sources(root))
    if count == 0:
        print(f"check_structure.py: no C++ sources under {root}: is it the root?", file=sys.stderr)
        return EXIT_USAGE
    found = breaches(root)
    for line in found:
        print(line, file=sys.stderr)
    print(f"structure: {count} files, {len(found)} breaches")
    return EXIT_BREACH if found else EXIT_OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

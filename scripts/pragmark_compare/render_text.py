"""A comparison for a terminal: within its width where names allow it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from pragmark_report import words
from pragmark_report.columns import aligned

from .model import Comparison, Difference, Line, Measured, Metric

COLUMNS = 80  # when nobody says how wide the terminal is
MIN_COLUMNS = 40
MAX_ONLY = 8  # benchmarks of one side alone that are named
MAX_VALUE = 200  # characters of a context's value
SEPARATOR = re.compile(r"[;,\s]+")  # of the parts of a list: compile options, settings
HEADINGS = ("A", "B", "B/A", "B is")


def render(comparison: Comparison, columns: int = COLUMNS) -> str:
    """Ends with a newline."""
    columns = max(columns, MIN_COLUMNS)
    lines: list[str] = []
    for side in comparison.sides:
        dated = f", {side.date}" if side.date else ""
        lines += _wrapped(f"{side.letter}: {side.source}: {side.place}{dated}", columns, "")
    lines += ["", *_differences(comparison.differences, columns)]
    for fact in comparison.facts:
        lines += ["", fact.what]
        lines += _wrapped(f"A  {fact.a}", columns, "  ") + _wrapped(f"B  {fact.b}", columns, "  ")
    for metric in comparison.metrics:
        lines += ["", *_metric(metric, comparison.kind, columns)]
    for letter, only in (("A", comparison.only_a), ("B", comparison.only_b)):
        lines += _only(letter, only, columns)
    lines.append("")
    for note in comparison.notes:
        lines += _wrapped(note, columns, "")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, columns: int, indent: str) -> list[str]:
    return textwrap.wrap(text, columns, initial_indent=indent, subsequent_indent=indent + "   ",
                         break_on_hyphens=False)


def _differences(found: Sequence[Difference], columns: int) -> list[str]:
    if not found:
        return ["Both contexts say the same."]
    weighty = sum(each.weighs for each in found)
    marked = "; ! marks what changes figures by itself" if weighty else ""
    lines = _wrapped(f"The contexts differ in {words.plural(len(found), 'key')}{marked}:", columns,
                     "")
    for each in found:
        a, b = told_apart(each.a, each.b)
        sign = "!" if each.weighs else " "
        whole = f"{sign} {each.key}: {a} | {b}"
        lines += ([whole] if len(whole) <= columns else
                  [f"{sign} {each.key}", *_wrapped(f"A  {a}", columns, "    "),
                   *_wrapped(f"B  {b}", columns, "    ")])
    return lines


def told_apart(a: str, b: str) -> tuple[str, str]:
    """Both values; of long lists only what the other does not hold."""
    if len(a) + len(b) > MAX_VALUE // 2 and " " in a and " " in b:
        of_a, of_b = SEPARATOR.split(a), SEPARATOR.split(b)
        a = " ".join(each for each in of_a if each not in of_b) or "nothing besides"
        b = " ".join(each for each in of_b if each not in of_a) or "nothing besides"
    return tuple(value[:MAX_VALUE] or words.NOTHING for value in (a, b))


def _metric(metric: Metric, kind: str, columns: int) -> list[str]:
    if not metric.lines:
        return [*_wrapped(f"{metric.name}: no benchmark has it on both sides.", columns, "")]
    better = "higher" if metric.higher_is_better else "lower"
    counts = {value.n for each in metric.lines for value in (each.a, each.b)}
    n = f"n={counts.pop()}" if len(counts) == 1 else ""
    middle = "estimate" if kind == "capacity" else "median"
    head = (f"{metric.name}, {metric.unit} ({better} is better): {middle} [95% interval]"
            f"{', ' + n if n else ' of n'}")
    whole = list(_one_line(metric.lines, not n))
    if max(len(line) for line in whole) > columns:
        whole = list(_two_lines(metric.lines, not n))
    return [*_wrapped(head, columns, ""), *whole]


def _groups(lines: Sequence[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for each in lines:
        found.setdefault(each.group, []).append(each)
    return found


def _one_line(lines: Sequence[Line], with_n: bool) -> Iterator[str]:
    table = [("", *HEADINGS), *((each.name, *cells(each, with_n)) for each in lines)]
    made = aligned(table, left=(0, 4))
    yield made[0]
    rows = iter(made[1:])
    for group, members in _groups(lines).items():
        yield from [group] if group else []
        for _ in members:
            yield next(rows)


def _two_lines(lines: Sequence[Line], with_n: bool) -> Iterator[str]:
    """The name, and what the ratio shows, above the figures."""
    table = [HEADINGS[:3], *(cells(each, with_n)[:3] for each in lines)]
    made = [f"  {line}" for line in aligned(table, left=())]
    yield made[0]
    rows = iter(made[1:])
    for group, members in _groups(lines).items():
        yield from [group] if group else []
        for each in members:
            yield f"  {each.name}: B is {each.shows}"
            yield next(rows)


def cells(line: Line, with_n: bool = True) -> tuple[str, str, str, str]:
    """A, B, the ratio, and what it shows."""
    return (_measured(line.a, with_n), _measured(line.b, with_n), words.ratio(line.ratio),
            line.shows)


def _measured(value: Measured, with_n: bool) -> str:
    interval = "" if value.interval is None else f" {words.interval(value.interval)}"
    return f"{words.rate(value.median)}{interval}{f' n={value.n}' if with_n else ''}"


def _only(letter: str, names: Sequence[str], columns: int) -> list[str]:
    if not names:
        return []
    shown = [f"  {name}" for name in names[:MAX_ONLY]]
    more = [f"  and {len(names) - MAX_ONLY} more"] if len(names) > MAX_ONLY else []
    head = _wrapped(f"Only {letter} measured {words.plural(len(names), 'benchmark')}:", columns, "")
    return ["", *head, *shown, *more]

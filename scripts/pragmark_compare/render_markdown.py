"""A comparison as Markdown, for a pull request or a thread. Every value is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from pragmark_report import words
from pragmark_report.markdown import markdown

from .model import Comparison
from .render_text import cells, told_apart


def render(comparison: Comparison) -> str:
    """Ends with a newline."""
    lines = [f"# pragmark compare: {markdown(comparison.question)}", ""]
    lines += [f"- {each.letter}: {markdown(each.source)}: {markdown(each.place)}"
              f"{', ' + markdown(each.date) if each.date else ''}" for each in comparison.sides]
    if comparison.differences:
        rows = [(each.key, *told_apart(each.a, each.b), "yes" if each.weighs else "")
                for each in comparison.differences]
        lines += ["", "## What differs in the contexts", "",
                  *_table(("Key", "A", "B", "Changes figures by itself"), rows, 0)]
    if comparison.facts:
        rows = [(each.what, each.a, each.b) for each in comparison.facts]
        lines += ["", "## Answers", "", *_table(("", "A", "B"), rows, 0)]
    for metric in comparison.metrics:
        better = "higher" if metric.higher_is_better else "lower"
        rows = [(each.group, each.name, *cells(each)) for each in metric.lines]
        lines += ["", f"## {markdown(metric.name)}, {metric.unit} ({better} is better)", "",
                  *_table(("Benchmark", "Served by", "A [95% interval]", "B [95% interval]",
                           "B/A [95% interval]", "B is"), rows, 3)]
    for letter, only in (("A", comparison.only_a), ("B", comparison.only_b)):
        if only:
            named = "; ".join(markdown(name) for name in only)
            count = words.plural(len(only), "benchmark")
            lines += ["", f"Only {letter} measured {count}: {named}."]
    for note in comparison.notes:
        lines += ["", markdown(note)]
    return "\n".join(lines) + "\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: int) -> list[str]:
    """`numbers` columns from the third on hold figures."""
    signs = ["---:" if 2 <= place < 2 + numbers else "---" for place in range(len(headings))]
    return [f"| {' | '.join(headings)} |", f"| {' | '.join(signs)} |",
            *(f"| {' | '.join(map(markdown, row))} |" for row in rows)]

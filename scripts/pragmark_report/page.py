"""A page that answers one question: what it holds, and nothing of how it is shown.

    page = Page(name="claim", title="60,000 requests/s?", answer=("Missed: ..",), ..)
    files = render_page.page_files([page], version)

A text is a Sentence (words.py): a tuple of strings, in which a name of a result file is a Name.
Nothing in a text is markup; both renderers escape every part. Not for the bench report, whose
tables have a form of their own (view.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .plot import Plot
from .words import Sentence

# Words of a table that are shown as a badge, each with the class that page.css gives its colour.
BADGES = {
    "reached": "reached", "missed": "missed", "undecided": "undecided", "error": "error",
    "holds": "reached", "breaks": "missed", "saturated": "missed", "faster": "reached",
    "slower": "missed", "no measurable effect": "undecided", "not confirmed": "undecided",
    "confirmed": "reached", "not comparable": "undecided",
}
MAX_WORDS = 40  # characters of a cell beyond which its column may be broken anywhere


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading with the unit, and whether it holds figures."""

    heading: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """Cells are text as it is shown; a cell that is a key of BADGES is shown as one.

    REQUIRES: every row has as many cells as there are columns.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: Sentence = ()  # below the table: what the noise is, what a column means

    @property
    def kinds(self) -> tuple[str, ...]:
        """For each column the class that page.css knows: figures, long texts, or words."""
        longest = [max((len(row[place]) for row in self.rows), default=0)
                   for place in range(len(self.columns))]
        return tuple("n" if column.is_number else "long" if length > MAX_WORDS else "word"
                     for column, length in zip(self.columns, longest))


@dataclass(frozen=True)
class Section:
    """A part of the page below its first screen. What is empty is left out."""

    heading: str
    paragraphs: tuple[Sentence, ...] = ()
    plots: tuple[Plot, ...] = ()
    tables: tuple[Table, ...] = ()
    code: str = ""  # to copy: SQL or commands
    language: str = "sh"  # of the code


@dataclass(frozen=True)
class Page:
    """One question with its answer. The first screen shows answer, figure and caveats."""

    name: str  # of its files, without extension: letters, digits and hyphens
    title: str  # the question as a headline
    question: str  # what was asked, with its conditions, in one line
    answer: Sentence  # one sentence
    figure: Plot | None
    caveats: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    environment: Table  # a column for each result file
    sources: tuple[str, ...]  # names of the result files
    command: str = ""  # that measured it
    remarks: tuple[Sentence, ...] = ()  # below the answer: what it does not say

    @property
    def plots(self) -> tuple[Plot, ...]:
        """All figures, the first screen's first."""
        first = () if self.figure is None else (self.figure,)
        return (*first, *(plot for section in self.sections for plot in section.plots))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = (),
          note: Sentence = ()) -> Table:
    """A Table from its headings; the columns at the places `numbers` hold figures."""
    columns = tuple(Column(heading, place in numbers) for place, heading in enumerate(headings))
    return Table(columns, tuple(tuple(row) for row in rows), note)

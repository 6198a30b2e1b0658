"""Pages for a terminal, and as JSON: answer, caveats and the first table."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from .page import Page
from .words import Sentence, plain

COLUMNS = 80


def pages_text(pages: Sequence[Page]) -> str:
    """The answers with their caveats. Ends with a newline."""
    lines = []
    for page in pages:
        lines += [page.title, *_wrapped(page.question, "  "), *_wrapped(page.answer, "  ")]
        for sentence in page.remarks:
            lines += _wrapped(sentence, "  ")
        for sentence in page.caveats:
            lines += _wrapped(("Caveat: ", *sentence), "  ")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _wrapped(text: str | Sentence, indent: str) -> list[str]:
    told = text if isinstance(text, str) else plain(text)
    return textwrap.wrap(told, COLUMNS, initial_indent=indent, subsequent_indent=indent + "  ",
                         break_long_words=False, break_on_hyphens=False)


def page_json(page: Page) -> dict:
    """What a program reads of a page; the result file itself has every figure."""
    return {
        "name": page.name,
        "title": page.title,
        "question": page.question,
        "answer": plain(page.answer),
        "remarks": [plain(each) for each in page.remarks],
        "caveats": [plain(each) for each in page.caveats],
        "sources": list(page.sources),
    }

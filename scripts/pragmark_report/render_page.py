"""Pages into files: HTML, Markdown, and every figure as SVG and PNG."""

from __future__ import annotations

from collections.abc import Sequence

from .markdown import markdown
from .markup import render
from .page import BADGES, Page
from .words import Sentence, plain


def page_files(pages: Sequence[Page], version: str) -> dict[str, bytes]:
    """All files by name, the HTML pages last. REQUIRES: pages and plots have names of their own.

    Raises InputError without the templates."""
    files: dict[str, bytes] = {}
    for plot in (plot for page in pages for plot in page.plots):
        files[f"{plot.name}.svg"] = plot.svg
        files[f"{plot.name}.png"] = plot.png
    for ending in ("md", "html"):
        for page in pages:
            values = {"page": page, "version": version, "badges": BADGES}
            files[f"{page.name}.{ending}"] = render(f"page.{ending}.j2", values,
                                                    {"md_plain": _plain_markdown})
    return files


def _plain_markdown(sentence: Sentence) -> str:
    """A sentence that stands in bold as a whole."""
    return markdown(plain(sentence))

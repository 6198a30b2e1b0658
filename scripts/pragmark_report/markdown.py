"""Text into Markdown, everything escaped."""

from __future__ import annotations

import re

from .words import Name, Sentence

# What would start markup somewhere in a line of Markdown. An interval of numbers is left alone.
MARKDOWN = re.compile(
    r"(?P<interval>\[[0-9][0-9,. ]*\](?![(\[:]))|(?P<sign>[\\`*|\[\]#~!]|"
    r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))"
)


def markdown(text: object) -> str:
    """Text for a line or a table cell of Markdown: nothing in it is markup, link or HTML."""
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = MARKDOWN.sub(lambda match: match["interval"] or f"\\{match['sign']}", escaped)
    for sign, entity in (("://", "&#58;//"), ("www.", "www&#46;"), ("@", "&#64;"), ("$", "&#36;")):
        escaped = escaped.replace(sign, entity)
    return escaped


def markdown_prose(sentence: Sentence) -> str:
    """A sentence with its names in bold, everything escaped."""
    return "".join(f"**{markdown(p)}**" if isinstance(p, Name) and p.strip() == p and p
                   else markdown(p) for p in sentence)


def markdown_block(text: str, language: str = "sh") -> str:
    """Commands as a fenced block, with a fence that the text does not hold."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"

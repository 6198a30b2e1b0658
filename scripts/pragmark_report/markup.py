"""Text into HTML, everything escaped, and the templates that put it in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from .errors import InputError
from .markdown import markdown, markdown_block, markdown_prose
from .words import Name, Sentence

TEMPLATES = Path(__file__).resolve().parents[2] / "reports" / "templates"
INTERVAL = re.compile(r" \[[0-9.,]+, [0-9.,]+\]")  # a line is not broken inside it

COMPOSED = re.compile(r"(?<=\w)\+(?=\w)")  # where a composed name may be broken
MAX_WHOLE = 24  # characters of a name that are never broken


def render(template: str, values: Mapping[str, object], filters: Mapping[str, Callable]) -> bytes:
    """The template filled in. Raises InputError when there is none of that name."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=lambda name: bool(name) and name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(html=html, breakable=breakable, md=markdown,
                               md_prose=markdown_prose, md_block=markdown_block)
    environment.filters.update(filters)
    try:
        text = environment.get_template(template).render(values)
    except jinja2.TemplateNotFound as error:
        next_step = "install pragmark again with its reports/ folder"
        raise InputError(TEMPLATES / str(error), "template not found", next_step) from None
    return text.encode("utf-8")


def html(sentence: Sentence) -> Markup:
    """A sentence with its names as code, everything escaped."""
    parts = (Markup("<code>{}</code>").format(p) if isinstance(p, Name)
             else escape(INTERVAL.sub(lambda match: match[0].replace(" ", "\u00a0"), p))
             for p in sentence)
    return Markup("").join(Markup(COMPOSED.sub("<wbr>+", part)) for part in parts)


def breakable(name: str) -> Markup:
    """A name that may be broken behind a plus sign or a comma, as composed names are long, and else
    only in parts that are long themselves: not at the hyphen of group-commit."""
    return Markup(", ").join(map(_breakable_word, name.split(", ")))


def _breakable_word(word: str) -> Markup:
    head, *tail = word.split("+")
    parts = [head, *(f"+{part}" for part in tail)]
    return Markup("<wbr>").join(
        Markup('<span class="whole">{}</span>').format(part) if len(part) <= MAX_WHOLE else part
        for part in parts)

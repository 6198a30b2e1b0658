"""Figures into bytes: PNG and SVG files, and SVG to stand inside a page, light or dark.

The same figure gives the same bytes: fixed salt for ids, no date and no version in the file.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree

from matplotlib.figure import Figure

from . import chart, draw, draw_effects, draw_scaling

PNG_DPI = 160
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)

# Colour in a figure -> CSS variable of the page.
THEME = {
    chart.INK: "--ink",
    chart.MUTED: "--muted",
    chart.GRID: "--line",
    chart.PAPER: "--paper",
    **{style[0]: f"--class-{place}" for place, style in enumerate(draw.CLASS_STYLE.values())},
    **{style[2]: f"--percentile-{place}" for place, style in enumerate(draw.PERCENTILES)},
    **{style[0]: f"--verdict-{verdict}" for verdict, style in draw_effects.VERDICT_STYLE.items()},
    draw_effects.FLOOR_BAND: "--band",
    **{style[0]: f"--series-{place}" for place, style in enumerate(draw_scaling.SERIES_STYLE)},
}
COLOUR = re.compile("|".join(THEME))
FONT = re.compile(r"'DejaVu Sans'")


def png_bytes(figure: Figure) -> bytes:
    """The figure as PNG."""
    buffer = io.BytesIO()
    with chart.house_style():
        figure.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return buffer.getvalue()


def svg_bytes(figure: Figure, name: str) -> bytes:
    """The figure as an SVG file. `name` salts its ids: two figures of a page need two names."""
    buffer = io.BytesIO()
    with chart.house_style(**{"svg.hashsalt": f"pragmark {name}"}):
        metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(buffer, format="svg", metadata=metadata)
    return buffer.getvalue()


def inline_svg(data: bytes, name: str, label: str, kind: str = "plot") -> str:
    """The SVG as an element for HTML: colours from the page's variables, ids of its own.

    `label` says to a screen reader what the picture shows; `kind` is its class in page.css.
    """
    root = ElementTree.fromstring(data)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            element.set(key, _own(key, value, name))
    for key in ("width", "height"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-label", label)
    root.set("class", kind)
    return ElementTree.tostring(root, encoding="unicode")


def _own(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key == f"{{{XLINK}}}href" and value.startswith("#"):
        return f"#{name}-{value[1:]}"
    value = value.replace("url(#", f"url(#{name}-")
    if key == "style":
        value = COLOUR.sub(lambda match: f"var({THEME[match[0]]})", value)
        value = FONT.sub("var(--font)", value)
    return value

"""A figure drawn once and written three times: as SVG and PNG files, and inside a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from . import svg


@dataclass(frozen=True)
class Plot:
    """One figure in all its forms."""

    name: str  # of its files, without extension
    caption: str
    svg: bytes
    png: bytes
    inline: str


def plots(figures: Sequence[Figure], name: str, caption: str, narrow: bool = False
          ) -> tuple[Plot, ...]:
    """The figures under names of their own: two of one page need two. `narrow` ones have the frame
    of narrow.py."""
    made = []
    for place, figure in enumerate(figures, start=1):
        own = name if place == 1 else f"{name}-{place}"
        part = caption if len(figures) == 1 else f"{caption} (part {place} of {len(figures)})"
        data = svg.svg_bytes(figure, own)
        inline = svg.inline_svg(data, own, part, "plot narrow" if narrow else "plot")
        made.append(Plot(own, part, data, svg.png_bytes(figure), inline))
    return tuple(made)

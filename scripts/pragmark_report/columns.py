"""Columns under each other, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

INDENT = "  "


def aligned(table: Sequence[Sequence[str]], left: Sequence[int]) -> list[str]:
    """Columns under each other; those of `left` hold words, the others figures."""
    widths = [max(len(line[place]) for line in table) for place in range(len(table[0]))]
    return [
        INDENT + "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in table
    ]

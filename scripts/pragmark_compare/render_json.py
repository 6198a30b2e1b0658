"""A comparison as JSON, `pragmark.compare/1`: everything, with nothing left out for room."""

from __future__ import annotations

import dataclasses
import json

from .model import Comparison

SCHEMA = "pragmark.compare/1"


def render(comparison: Comparison) -> str:
    """Ends with a newline."""
    document = {"schema": SCHEMA, **dataclasses.asdict(comparison)}
    for metric, of in zip(document["metrics"], comparison.metrics):
        for line, each in zip(metric["lines"], of.lines):
            line["shows"] = each.shows
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

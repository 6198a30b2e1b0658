"""A summary into the files of a report: HTML, Markdown, and plots as SVG and PNG.

Templates hold the structure, view.py their values; this file gives them filters.
Every value is escaped by markup.py's filters or, in HTML, by jinja2 itself.
"""

from __future__ import annotations

from . import caveats, findings, stats, view, words
from .compute import Summary
from .markup import render


def report_files(summary: Summary) -> dict[str, bytes]:
    """All files of the report by name, the page last. Raises InputError without its templates."""
    views = [view.of_run(run, summary) for run in summary.runs]
    values = {
        "summary": summary,
        "runs": views,
        "several": len(views) > 1,
        "unlike": findings.unlike(summary),
        "caveats": caveats.of_summary(summary),
        "environment": view.environment(summary),
        "side_by_side": view.side_by_side(views),
        "coverages": view.coverages(summary),
        "stats": stats,
        "words": words,
        "version": views[0].summary.run.context["pragmark_version"],
    }
    files: dict[str, bytes] = {}
    for plot in (plot for each in views for plot in each.plots):
        files[f"{plot.name}.svg"] = plot.svg
        files[f"{plot.name}.png"] = plot.png
    files["report.md"] = _render("report.md.j2", values)
    files["report.html"] = _render("report.html.j2", values)
    return files


def _render(template: str, values: dict) -> bytes:
    return render(template, values, {
        "rate": words.rate, "number": words.number, "percent": words.percent,
        "interval": words.interval, "ratio": words.ratio, "bytes": words.bytes_text,
        "load": words.load_text, "strategy": words.strategy_text, "step": words.step_text,
        "effect": words.effect_text, "no_figure": findings.no_figure, "share": words.share,
    })

"""A summary into the files of a report: HTML, Markdown, and plots as SVG and PNG.

Templates hold the structure; this file gives them their values and filters. Every value is escaped
by the filter or, in HTML, by jinja2 itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from . import caveats, compute, draw, findings, levers, stats, svg, words
from .compute import Answer, RunSummary, Summary
from .errors import InputError
from .words import Name, Sentence

TEMPLATES = Path(__file__).resolve().parents[2] / "reports" / "templates"
# What would start markup somewhere in a line of Markdown. An interval of numbers is left alone.
MARKDOWN = re.compile(
    r"(?P<interval>\[[0-9][0-9,. ]*\](?![(\[:]))|(?P<sign>[\\`*|\[\]#~!]|"
    r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))"
)
INTERVAL = re.compile(r" \[[0-9.,]+, [0-9.,]+\]")  # a line is not broken inside it
HIDDEN_KEYS = {"executable", "library_build_type"}  # a path of the machine; untrue on Debian
FIRST_KEYS = (
    "date", "pragmark_version", "pragmark_build_type", "sqlite_version", "sqlite_source_id",
    "sqlite_compile_options", "cpu_model", "num_cpus", "memory_bytes", "virtualization", "kernel",
    "filesystem", "block_device", "fdatasync_us_p50", "steal_percent", "seed",
)


@dataclass(frozen=True)
class Plot:
    """One figure, drawn once and written three times."""

    name: str  # of its files, without extension
    caption: str
    svg: bytes
    png: bytes
    inline: str


@dataclass(frozen=True)
class Finding:
    """An answer with what is said about it."""

    answer: Answer
    title: str
    parameters: str
    difference: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]


@dataclass(frozen=True)
class RunView:
    """A run as the templates see it."""

    summary: RunSummary
    letter: str
    heading: str
    headline: Sentence
    larger_levers: Sentence
    findings: tuple[Finding, ...]
    caveats: tuple[Sentence, ...]
    throughput_plots: tuple[Plot, ...]
    latency_plots: tuple[Plot, ...]
    pragma_sets: tuple[tuple[str, str], ...]
    command: str


def report_files(summary: Summary) -> dict[str, bytes]:
    """All files of the report by name, the page last. Raises InputError without its templates."""
    views = [_view(run, summary) for run in summary.runs]
    values = {
        "summary": summary,
        "runs": views,
        "several": len(views) > 1,
        "unlike": findings.unlike(summary),
        "caveats": caveats.of_summary(summary),
        "environment": _environment(summary),
        "side_by_side": _side_by_side(views),
        "coverages": _coverages(summary),
        "stats": stats,
        "words": words,
        "version": views[0].summary.run.context["pragmark_version"],
    }
    files: dict[str, bytes] = {}
    for view in views:
        for plot in (*view.throughput_plots, *view.latency_plots):
            files[f"{plot.name}.svg"] = plot.svg
            files[f"{plot.name}.png"] = plot.png
    files["report.md"] = _render("report.md.j2", values)
    files["report.html"] = _render("report.html.j2", values)
    return files


def _render(template: str, values: dict) -> bytes:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=lambda name: bool(name) and name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        html=_html, breakable=_breakable,
        md=markdown, md_prose=_markdown_prose, md_block=_markdown_block,
        rate=words.rate, number=words.number, percent=words.percent, interval=words.interval,
        ratio=words.ratio, bytes=words.bytes_text, threads=words.threads_text,
    )
    try:
        text = environment.get_template(template).render(values)
    except jinja2.TemplateNotFound:
        next_step = "install pragmark again with its reports/ folder"
        raise InputError(TEMPLATES / template, "template not found", next_step) from None
    return text.encode("utf-8")


def _html(sentence: Sentence) -> Markup:
    """A sentence with its names as code, everything escaped."""
    parts = (Markup("<code>{}</code>").format(p) if isinstance(p, Name)
             else escape(INTERVAL.sub(lambda match: match[0].replace(" ", "\u00a0"), p))
             for p in sentence)
    return Markup("").join(parts)


def _breakable(name: str) -> Markup:
    """A name that may be broken behind a plus sign, as composed PRAGMA sets are long."""
    return Markup("+<wbr>").join(name.split("+"))


def markdown(text: object) -> str:
    """Text for a line or a table cell of Markdown: nothing in it is markup, link or HTML."""
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = MARKDOWN.sub(lambda match: match["interval"] or f"\\{match['sign']}", escaped)
    for sign, entity in (("://", "&#58;//"), ("www.", "www&#46;"), ("@", "&#64;"), ("$", "&#36;")):
        escaped = escaped.replace(sign, entity)
    return escaped


def _markdown_prose(sentence: Sentence) -> str:
    return "".join(f"**{markdown(p)}**" if isinstance(p, Name) and p.strip() == p and p
                   else markdown(p) for p in sentence)


def _markdown_block(text: str) -> str:
    """Text as a fenced block, with a fence that the text does not hold."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{text}\n{fence}"


def _view(run: RunSummary, summary: Summary) -> RunView:
    context = run.run.context
    several = len(summary.runs) > 1
    suffix = f"-{run.run.letter.lower()}" if several else ""
    heading = (f"SQLite {context['sqlite_version']} on {context['filesystem']}, "
               f"{context['cpu_model']}")
    subtitle = f"Run {run.run.letter}: {heading}" if several else heading
    figures = draw.throughput(run, summary.target_per_second, subtitle)
    latencies = draw.latency(run, subtitle)
    sets = sorted(key for key in context if key.startswith("pragma_set:"))
    titles = words.case_titles([answer.case for answer in run.answers])
    explained = [levers.explain(answer) for answer in run.answers]
    return RunView(
        summary=run,
        letter=run.run.letter,
        heading=heading,
        headline=findings.headline(run, summary.target_per_second),
        larger_levers=findings.larger_levers([each for each in explained if each]),
        findings=tuple(_finding(answer, titles[answer.case], explanation)
                       for answer, explanation in zip(run.answers, explained)),
        caveats=tuple(caveats.of_run(run)),
        throughput_plots=_plots(figures, f"throughput{suffix}", f"Throughput, {subtitle}"),
        latency_plots=_plots(latencies, f"latency{suffix}", f"Latency percentiles, {subtitle}"),
        pragma_sets=tuple((key.split(":", 1)[1], context[key]) for key in sets),
        command=context.get("command", ""),
    )


def _finding(answer: Answer, title: str, explanation: levers.Explanation | None) -> Finding:
    said = findings.difference(explanation) if explanation else []
    notes = (findings.missing(answer), findings.power_safe(answer))
    return Finding(answer, title, words.case_parameters(answer.case), tuple(said),
                   tuple(note for note in notes if note))


def _plots(figures: list, name: str, caption: str) -> tuple[Plot, ...]:
    plots = []
    for place, figure in enumerate(figures, start=1):
        own = name if place == 1 else f"{name}-{place}"
        part = caption if len(figures) == 1 else f"{caption} (part {place} of {len(figures)})"
        data = svg.svg_bytes(figure, own)
        inline = svg.inline_svg(data, own, part)
        plots.append(Plot(own, part, data, svg.png_bytes(figure), inline))
    return tuple(plots)


def _environment(summary: Summary) -> list[tuple[str, list[str], bool]]:
    """(key, value of each run, whether they differ). A host's name is only told when it tells two
    runs apart: reports are published."""
    contexts = [run.run.context for run in summary.runs]
    keys = {key for context in contexts for key in context}
    hidden = HIDDEN_KEYS | ({"host_name"} - set(summary.differing_keys)) | {"command"}
    keys = {key for key in keys - hidden if not key.startswith("pragma_set:")}
    keys |= {key for key in summary.differing_keys if key.startswith("pragma_set:")}
    ordered = [key for key in FIRST_KEYS if key in keys]
    ordered += sorted(keys - set(FIRST_KEYS))
    return [(key, [context.get(key, "") for context in contexts], key in summary.differing_keys)
            for key in ordered]


def _side_by_side(views: list[RunView]) -> list[tuple[str, str, list[Answer | None]]]:
    """(title, parameters, answer of each run) for every case that some run measured."""
    found = {f.answer.case: None for view in views for f in view.findings}
    cases = sorted(found, key=compute.Case.sort_key)
    titles = words.case_titles(cases)
    table = []
    for case in cases:
        answers = [next((f.answer for f in view.findings if f.answer.case == case), None)
                   for view in views]
        table.append((titles[case], words.case_parameters(case), answers))
    return table


def _coverages(summary: Summary) -> list[tuple[int, str]]:
    """What an interval of a median covers, for each n of the report."""
    found = {}
    for row in (row for run in summary.runs for row in run.rows):
        if row.throughput and row.throughput.interval:
            found[row.n] = words.percent(100 * row.throughput.interval.coverage)
    return sorted(found.items())

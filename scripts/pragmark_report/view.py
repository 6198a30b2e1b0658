"""What the templates show of a summary: sentences, tables and plots, made once for all outputs."""

from __future__ import annotations

from dataclasses import dataclass

from . import caveats, draw, draw_scaling, findings, levers, scaling, words, yardsticks
from .compute import Answer, RunSummary, Summary
from .levers import Ladder
from .model import Case
from .plot import Plot, plots
from .words import Sentence
from .yardsticks import Comparison

HIDDEN_KEYS = {"executable", "library_build_type"}  # a path of the machine; untrue on Debian
FIRST_KEYS = (
    "date", "pragmark_version", "pragmark_build_type", "sqlite_version", "sqlite_source_id",
    "sqlite_compile_options", "cpu_model", "num_cpus", "memory_bytes", "virtualization", "kernel",
    "filesystem", "block_device", "fdatasync_us_p50", "steal_percent", "environment_grade",
    "environment_reasons", "seed",
)


@dataclass(frozen=True)
class Finding:
    """An answer with what is said about it."""

    answer: Answer
    title: str
    parameters: str
    ladder: Ladder | None
    difference: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Scaling:
    """The series of one workload along one quantity, as a table tells them."""

    title: str
    quantity: str
    lines: tuple[tuple[str, scaling.Series], ...]


@dataclass(frozen=True)
class RunView:
    """A run as the templates see it."""

    summary: RunSummary
    letter: str
    heading: str
    headline: Sentence
    largest_steps: Sentence
    harness: Sentence
    memory_statistics: Sentence
    findings: tuple[Finding, ...]
    caveats: tuple[Sentence, ...]
    throughput_plots: tuple[Plot, ...]
    latency_plots: tuple[Plot, ...]
    ladder_plots: tuple[Plot, ...]
    scaling_plots: tuple[Plot, ...]
    scalings: tuple[Scaling, ...]
    pragma_sets: tuple[tuple[str, str], ...]
    command: str

    @property
    def plots(self) -> tuple[Plot, ...]:
        """All figures of the run."""
        return (*self.throughput_plots, *self.latency_plots, *self.ladder_plots,
                *self.scaling_plots)


def of_run(run: RunSummary, summary: Summary) -> RunView:
    """One run with everything drawn."""
    context = run.run.context
    several = len(summary.runs) > 1
    suffix = f"-{run.run.letter.lower()}" if several else ""
    heading = (f"SQLite {context['sqlite_version']} on {context['filesystem']}, "
               f"{context['cpu_model']}")
    subtitle = f"Run {run.run.letter}: {heading}" if several else heading
    target = summary.target_per_second
    sets = sorted(key for key in context if key.startswith("pragma_set:"))
    titles = words.case_titles([answer.case for answer in run.answers])
    ladders = levers.explain_run(run, summary)
    known = [each for each in ladders if each]
    return RunView(
        summary=run,
        letter=run.run.letter,
        heading=heading,
        headline=findings.headline(run, target),
        largest_steps=findings.largest_steps(known),
        harness=findings.harness(run),
        memory_statistics=findings.memory_statistics(run.answers),
        findings=tuple(_finding(answer, titles[answer.case], ladder)
                       for answer, ladder in zip(run.answers, ladders)),
        caveats=tuple(caveats.of_run(run)),
        throughput_plots=plots(draw.throughput(run, target, subtitle), f"throughput{suffix}",
                               f"Throughput, {subtitle}"),
        latency_plots=plots(draw.latency(run, subtitle), f"latency{suffix}",
                            f"Latency percentiles, {subtitle}"),
        ladder_plots=plots(draw.ladder(known, target, subtitle), f"levers{suffix}",
                           f"What each lever brought, {subtitle}"),
        scaling_plots=_scaling_plots(run, target, subtitle, suffix),
        scalings=_scalings(run),
        pragma_sets=tuple((key.split(":", 1)[1], context[key]) for key in sets),
        command=context.get("command", ""),
    )


def _finding(answer: Answer, title: str, ladder: Ladder | None) -> Finding:
    said = findings.difference(ladder) if ladder else []
    notes = (findings.missing(answer), findings.serial(answer), findings.power_safe(answer))
    return Finding(answer, title, words.case_parameters(answer.case), ladder, tuple(said),
                   tuple(note for note in notes if note), yardsticks.all_of(answer))


def _scalings(run: RunSummary) -> tuple[Scaling, ...]:
    groups = scaling.groups(run)
    found = []
    for quantity in scaling.QUANTITIES:
        own = [group for group in groups if group.quantity == quantity]
        titles = words.case_titles([group.case for group in own])
        for group in own:
            lines = tuple((words.series_text(series.like, quantity), series)
                          for series in group.series)
            found.append(Scaling(titles[group.case], quantity, lines))
    return tuple(found)


def _scaling_plots(
    run: RunSummary, target: float, subtitle: str, suffix: str
) -> tuple[Plot, ...]:
    made: list[Plot] = []
    for quantity in scaling.QUANTITIES:
        groups = [group for group in scaling.groups(run) if group.quantity == quantity]
        figures = draw_scaling.scaling(groups, target, subtitle)
        made += plots(figures, f"scaling-{quantity}{suffix}",
                      f"Medians with 95% intervals against {quantity}, {subtitle}")
    return tuple(made)


def environment(summary: Summary) -> list[tuple[str, list[str], bool]]:
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


def side_by_side(views: list[RunView]) -> list[tuple[str, str, list[Answer | None]]]:
    """(title, parameters, answer of each run) for every case that some run measured."""
    found = {f.answer.case: None for view in views for f in view.findings}
    cases = sorted(found, key=Case.sort_key)
    titles = words.case_titles(cases)
    table = []
    for case in cases:
        answers = [next((f.answer for f in view.findings if f.answer.case == case), None)
                   for view in views]
        table.append((titles[case], words.case_parameters(case), answers))
    return table


def coverages(summary: Summary) -> list[tuple[int, str]]:
    """What an interval of a median covers, for each n of the report."""
    found = {}
    for row in (row for run in summary.runs for row in run.rows):
        if row.throughput and row.throughput.interval:
            found[row.n] = words.percent(100 * row.throughput.interval.coverage)
    return sorted(found.items())

"""What a study of the gate found: alarms where there was nothing, findings where there was something.

Pure: named results in, Markdown out. ci/gate_study.py makes the runs.
"""

from __future__ import annotations

import statistics as python_statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pragmark_report.errors import InputError

from . import calibration, other_rules
from .calibration import Rate
from .model import GateResult, Judgement, Metric, Phase, Rule, Verdict
from .words import metric_change, percent, short_names

ANY = "any of them"


@dataclass(frozen=True)
class StudyRun:
    """One run of the whole program. `result` is None when it ended without one."""

    kind: str  # "null", "plant-5%", "settings", "fixed"
    name: str
    result: GateResult | None


@dataclass(frozen=True)
class Row:
    """One benchmark over all usable runs of one kind, or any benchmark of a run."""

    kind: str
    benchmark: str
    first: Rate  # runs with a first finding that it is slower, before fresh launches
    regressed: Rate  # confirmed
    improved: Rate
    undecided: Rate
    effect: float | None  # median over runs; None for ANY


def rows(runs: Sequence[StudyRun]) -> list[Row]:
    """By kind, in the order of their first run; a run that is void or lost is in none."""
    found = []
    for kind in dict.fromkeys(run.kind for run in runs):
        usable = [run.result for run in runs if run.kind == kind and run.result and
                  not run.result.void]
        names = list(dict.fromkeys(each.benchmark for result in usable
                                   for each in result.judgements))
        for name in names:
            judged = [[each for each in result.judgements if each.benchmark == name]
                      for result in usable]
            effects = [each.effect for run in judged for each in run]
            found.append(_row(kind, name, judged, python_statistics.median(effects)))
        if names:
            found.append(_row(kind, ANY, [list(result.judgements) for result in usable], None))
    return found


def _row(kind: str, name: str, runs: Sequence[Sequence[Judgement]], effect: float | None) -> Row:
    def share(holds) -> Rate:
        return calibration.rate(sum(any(map(holds, judged)) for judged in runs), len(runs))

    return Row(
        kind, name, share(first_slower),
        *(share(lambda each, verdict=verdict: each.verdict is verdict)
          for verdict in (Verdict.REGRESSED, Verdict.IMPROVED, Verdict.UNDECIDED)),
        effect)


def first_slower(judgement: Judgement) -> bool:
    """Fresh launches are made only to confirm a finding; its effect tells which way it was."""
    return judgement.confirmation is not None and judgement.effect < 0


def unusable(runs: Sequence[StudyRun]) -> dict[str, int]:
    """Runs without a usable result by kind: lost, or void."""
    counts = {run.kind: 0 for run in runs}
    for run in runs:
        counts[run.kind] += run.result is None or bool(run.result.void)
    return counts


def synthetic_alarms(runs: Sequence[StudyRun], seed: int) -> calibration.Calibration:
    """The rate over runs drawn from the real launches of identical programs.

    The launches of all runs of kind "null" but confirmations (those were made because of what
    came before) are one series. InputError when there are too few.
    """
    results = [run.result for run in runs if run.kind == "null" and run.result]
    if not results:
        raise InputError("the study", "no run of kind null", "make some with --null")
    launches = [replace(launch, index=place * 100_000 + launch.index)
                for place, result in enumerate(results) for launch in result.launches]
    effects = calibration.effects_of(launches, results[0].metric, Phase.MAIN, Phase.EXTENSION)
    return calibration.calibrate(effects, results[0].rule, seed=seed)


def replayed(runs: Sequence[StudyRun], metric: Metric) -> tuple[other_rules.Row, ...]:
    """What other rules say about the launches of the kinds with nothing or a share planted."""
    return other_rules.replay_table([
        other_rules.ReplayedRun(
            run.result.launches, run.result.planted,
            frozenset(each.benchmark for each in run.result.judgements
                      if each.verdict is Verdict.REGRESSED))
        for run in runs
        if run.result and not run.result.void and (run.kind == "null" or "plant" in run.kind)
    ], metric)


def markdown(runs: Sequence[StudyRun], seed: int) -> str:
    """The whole account, of a study that goes on, too."""
    results = [run.result for run in runs if run.result]
    if not results:
        raise InputError("the study", "no run has a result", "see the logs beside where they belong")
    try:
        noise = _noise(synthetic_alarms(runs, seed))
    except InputError as error:
        noise = [f"No rate of drawn runs: {error}."]
    metric, rule = results[0].metric, results[0].rule
    lost = ", ".join(f"{count} of {kind}" for kind, count in unusable(runs).items() if count)
    return "\n".join([
        _conditions(results, rule),
        "",
        f"Runs without a usable result: {lost or 'none'}.",
        "",
        *_table(rows(runs), metric),
        "",
        *noise,
        "",
        *_replay(replayed(runs, metric)),
    ])


def _conditions(results: Sequence[GateResult], rule: Rule) -> str:
    context = results[0].baseline.context
    cpu = results[0].cpu
    seconds = python_statistics.median(result.seconds for result in results)
    return (
        f"{len(results)} runs of the whole program, median {seconds:.0f} s each, in random order; "
        f"SQLite {context.get('sqlite_version', '?')}, {context.get('filesystem', '?')}, "
        f"{context.get('cpu_model', '?')}, both arms on {'no' if cpu is None else 'one'} core. "
        f"{rule.launches} launches of each benchmark, margin {percent(rule.margin)}, family-wise "
        f"alpha {percent(rule.alpha)}. k/N with exact 95% intervals."
    )


def _table(found: Sequence[Row], metric: Metric) -> list[str]:
    short = short_names(row.benchmark for row in found if row.benchmark != ANY)
    lines = ["| Runs | Benchmark | Median effect | First finding | Regressed (confirmed) | Improved "
             "| Undecided |", "| --- | --- | ---: | --- | --- | --- | --- |"]
    for row in found:
        effect = "" if row.effect is None else metric_change(row.effect, metric)
        cells = [row.kind, short.get(row.benchmark, row.benchmark), effect,
                 *(shown(each) for each in (row.first, row.regressed, row.improved, row.undecided))]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _noise(found: calibration.Calibration) -> list[str]:
    short = short_names(each.benchmark for each in found.noise)
    lines = [
        f"False alarms over runs drawn from the real launches of the null runs ({found.label}): "
        f"{shown(found.alarms_unconfirmed)} before and {shown(found.alarms)} after confirmation.",
        "",
        "| Benchmark | Launches | SD of a launch | Lag-1 | Smallest slowdown seen in 9 of 10 | "
        "Margin |", "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    return lines + [
        f"| {short[each.benchmark]} | {each.launches} | {each.sd:.1%} | {each.lag1:+.2f} | "
        f"{percent(each.smallest_visible)} | {percent(each.margin)} |" for each in found.noise]


def _replay(found: Sequence[other_rules.Row]) -> list[str]:
    """A false alarm is one in any benchmark of a run; detection is told for the benchmark that is
    found least often."""
    any_row = {(row.rule, row.planted): row for row in found if row.benchmark == other_rules.ANY}
    shares = sorted({row.planted for row in found if row.planted > 0})
    heads = ["Rule", "False alarms in any benchmark",
             *(f"{percent(share)} planted, worst benchmark" for share in shares)]
    lines = ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
    for rule in dict.fromkeys(row.rule for row in found):
        cells = [rule]
        none = any_row.get((rule, 0.0))
        cells.append(shown(none.rate) if none else "-")
        for share in shares:
            each = [row.rate for row in found if row.rule == rule and row.planted == share
                    and row.benchmark != other_rules.ANY]
            cells.append(shown(min(each, key=lambda r: r.hits / r.runs)) if each else "-")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def shown(found: Rate) -> str:
    """`3/20 [3%, 38%]`."""
    return f"{found.hits}/{found.runs} [{found.low:.1%}, {found.high:.1%}]"


def by_kind(results: Mapping[str, GateResult | None]) -> list[StudyRun]:
    """From file names, KIND-NUMBER, in their order."""
    return [StudyRun(name.rpartition("-")[0], name, result) for name, result in results.items()]

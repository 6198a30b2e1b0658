"""What a study of the gate found: alarms where there was nothing, findings where there was something.

Pure: a study in, Markdown out. study_account.py is what it reads, ci/gate_study.py makes the runs.
"""

from __future__ import annotations

import statistics as python_statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pragmark_report.errors import InputError

from . import calibration, other_rules
from .calibration import Rate
from .model import Judgement, Metric, Phase, Verdict
from .study_account import NULL, PLANT, Study, StudyRun
from .words import metric_change, percent, short_names

ANY = "any of them"


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
        usable = [run.account for run in runs if run.kind == kind and run.usable]
        names = list(dict.fromkeys(each.benchmark for account in usable
                                   for each in account.judgements))
        for name in names:
            judged = [[each for each in account.judgements if each.benchmark == name]
                      for account in usable]
            effects = [each.effect for run in judged for each in run]
            found.append(_row(kind, name, judged, python_statistics.median(effects)))
        if names:
            found.append(_row(kind, ANY, [list(account.judgements) for account in usable], None))
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
        counts[run.kind] += not run.usable
    return counts


def synthetic_alarms(study: Study, seed: int) -> calibration.Calibration:
    """The rate over runs drawn from the real launches of identical programs.

    The launches of all runs of kind "null" but confirmations (those were made because of what
    came before) are one series. InputError when there are too few.
    """
    effects: dict[str, list[float]] = {}
    for run in study.runs:
        if run.kind == NULL and run.account:
            for name, phases in run.account.effects.items():
                for phase in (Phase.MAIN, Phase.EXTENSION):
                    effects.setdefault(name, []).extend(phases.get(phase.value, ()))
    if not effects:
        raise InputError("the study", "no run of kind null", "make some with --null")
    return calibration.calibrate(effects, study.rule, seed=seed)


def replayed(study: Study) -> tuple[other_rules.Row, ...]:
    """What other rules say about the launches of the kinds with nothing or a share planted."""
    return other_rules.table([(run.account.planted, run.account.replies)
                              for run in study.runs if run.usable])


def markdown(study: Study, seed: int) -> str:
    """The whole account, of a study that goes on, too."""
    found = rows(study.runs)
    try:
        noise = _noise(synthetic_alarms(study, seed))
    except InputError as error:
        noise = [f"No rate of drawn runs: {error}."]
    lost = ", ".join(f"{count} of {kind}" for kind, count in unusable(study.runs).items() if count)
    return "\n".join([
        " ".join(_answer(found)),
        "",
        _conditions(study),
        "",
        f"Runs without a usable result: {lost or 'none'}.",
        "",
        *_table(found, study.metric),
        "",
        *noise,
        "",
        *_replay(replayed(study)),
    ])


def _answer(found: Sequence[Row]) -> Iterator[str]:
    """What the study says, in a sentence for each kind that says whether the gate errs."""
    for row in found:
        if row.benchmark == ANY and row.kind == NULL:
            yield (f"Of {row.regressed.runs} runs of a program against itself, {row.regressed.hits} "
                   f"called something regressed ({row.first.hits} before fresh launches): the exact "
                   f"95% interval ends at {row.regressed.high:.1%}.")
    planted: dict[str, list[Row]] = {}
    for row in found:
        if row.kind.startswith(PLANT) and row.benchmark != ANY:
            planted.setdefault(row.kind.removeprefix(PLANT), []).append(row)
    for share, own in sorted(planted.items(), key=lambda each: float(each[0].rstrip("%"))):
        short = short_names(row.benchmark for row in own)
        told = ", ".join(f"{short[row.benchmark]} {row.regressed.hits}/{row.regressed.runs}"
                         for row in own)
        yield f"A planted slowdown of {share} was found and confirmed in: {told}."


def _conditions(study: Study) -> str:
    accounts = [run.account for run in study.runs if run.account]
    seconds = python_statistics.median(account.seconds for account in accounts)
    context, rule = study.context, study.rule
    return (
        f"{len(accounts)} runs of the whole program, median {seconds:.0f} s each, in random order; "
        f"SQLite {context['sqlite_version'] or '?'}, {context['filesystem'] or '?'}, "
        f"{context['cpu_model'] or '?'}, both arms on {'no' if study.cpu is None else 'one'} core. "
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

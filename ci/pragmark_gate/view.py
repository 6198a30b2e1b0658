"""The rows that every output shows: computed once, so that no two outputs can differ."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from pragmark_report.errors import one_line
from pragmark_report.stats import MAD_TO_SIGMA

from . import words
from .model import CountComparison, CountVerdict, GateResult, Judgement, Launch, Phase, Verdict

DECIDING = (Phase.MAIN, Phase.EXTENSION)
SEVERITY = (Verdict.REGRESSED, Verdict.UNDECIDED, Verdict.UNGATEABLE, Verdict.IMPROVED,
            Verdict.PASSED)
VERDICT_WORDS = {Verdict.UNGATEABLE: "cannot be gated here"}
# Of a context that has many keys: what a reader asks first. The JSON has them all.
CONFIGURATION = ("pragma_set", "durability", "sqlite_version", "filesystem", "pragmark_version",
                 "pragmark_build_type", "cpu_model", "kernel")
SET_KEY = "pragma_set:"  # and the set's name: its settings
# Of a context, what differs between any two processes: readings of the moment, and the command.
OF_THE_MOMENT = {"date", "load_avg", "mhz_per_cpu", "steal_percent", "fdatasync_us_p50",
                 "environment_grade", "environment_reasons", "executable", "command", "seed"}


@dataclass(frozen=True)
class Row:
    """One benchmark, in words. Every text is one printable line."""

    benchmark: str
    verdict: Verdict
    verdict_words: str
    change: str  # of the metric
    interval: str
    n: int
    p: str  # one-sided, in the direction of the change
    alpha: str
    visible: str
    margin: str
    noise: str  # robust SD of the launches
    reason: str  # with what fresh launches said, when there were some
    seconds: float  # spent on its launches


def rows(result: GateResult) -> list[Row]:
    """One for each judgement, in their order."""
    return [_row(each, result) for each in result.judgements]


def by_severity(every: Sequence[Row]) -> list[Row]:
    """What needs a reader's eye comes first; the order is kept within a verdict."""
    return sorted(every, key=lambda row: SEVERITY.index(row.verdict))


def _row(judgement: Judgement, result: GateResult) -> Row:
    metric = result.metric
    mine = [each for each in result.launches if each.benchmark == judgement.benchmark]
    worse = judgement.effect <= 0
    p = judgement.p_slower if worse else judgement.p_faster
    looked = judgement.looks > 0  # without a look its figures are no measurement
    return Row(
        benchmark=one_line(judgement.benchmark),
        verdict=judgement.verdict,
        verdict_words=VERDICT_WORDS.get(judgement.verdict, judgement.verdict.value),
        change=words.metric_change(judgement.effect, metric) if looked else words.NOTHING,
        interval=words.metric_interval(judgement.low, judgement.high, metric),
        n=judgement.launches,
        p=words.probability(p) if looked else words.NOTHING,
        alpha=words.probability(judgement.alpha) if looked else words.NOTHING,
        visible=words.percent(judgement.smallest_visible) if looked else words.NOTHING,
        margin=words.percent(judgement.margin),
        noise=_noise([each for each in mine if each.phase in DECIDING], result),
        reason=one_line(judgement.reason),
        seconds=sum(each.seconds for each in mine),
    )


def _noise(launches: Sequence[Launch], result: GateResult) -> str:
    effects = [each.effect(result.metric) for each in launches]
    if len(effects) < 2:
        return words.NOTHING
    middle = statistics.median(effects)
    spread = MAD_TO_SIGMA * statistics.median(abs(each - middle) for each in effects)
    return words.percent(spread)


def null_sentence(result: GateResult) -> str:
    """How the baseline did against its own copy."""
    if result.pairing is None:
        return "Null arm: none; the files were recorded earlier, and their history is the noise."
    null = [each for each in result.launches if each.phase is Phase.NULL]
    if not null:
        return "Null arm: no launches of the baseline against its own copy."
    effects = [each.effect(result.metric) for each in null]
    middle = words.metric_change(statistics.median(effects), result.metric)
    return (f"Null arm: {len(null)} launches of the baseline against its own copy, median {middle}, "
            f"SD {_noise(null, result)}.")


def changed_counts(result: GateResult) -> list[CountComparison]:
    quiet = (CountVerdict.SAME, CountVerdict.NOT_MEASURED)
    return [each for each in result.counts if each.verdict not in quiet]


def counts_sentence(result: GateResult) -> str:
    """How many counts there were and how many of them are the same."""
    if not result.counts:
        return "Counts: none were taken."
    tally = {verdict: sum(each.verdict is verdict for each in result.counts)
             for verdict in CountVerdict}
    said = ", ".join(f"{many} {verdict.value}" for verdict, many in tally.items() if many)
    return f"Counts per operation: {said}."


def configuration(result: GateResult) -> list[tuple[str, str, str]]:
    """(key, baseline, candidate): what is asked first, and everything in which the arms differ."""
    before, after = (_one_set(each.context) for each in (result.baseline, result.candidate))
    keys = [key for key in dict.fromkeys((*before, *after))
            if key in CONFIGURATION or key.startswith(SET_KEY)
            or (before.get(key) != after.get(key) and key not in OF_THE_MOMENT)]
    place = {key: index for index, key in enumerate(CONFIGURATION)}
    keys.sort(key=lambda key: place.get(key, 0 if key.startswith(SET_KEY) else len(place)))
    return [tuple(one_line(str(text)) for text in (key, before.get(key, words.NOTHING),
                                                   after.get(key, words.NOTHING))) for key in keys]


def _one_set(context: Mapping[str, object]) -> dict[str, object]:
    """The context with its PRAGMA set, when there is one only, under a key without its name, so
    that the sets of two arms stand beside each other."""
    sets = [key for key in context if key.startswith(SET_KEY)]
    if len(sets) != 1:
        return dict(context)
    name = sets[0]
    rest = {key: value for key, value in context.items() if key != name}
    return {"pragma_set": f"{name.removeprefix(SET_KEY)}: {context[name]}", **rest}


def rule_line(result: GateResult) -> str:
    """The rule as it is in the JSON: every parameter by its name."""
    rule = result.rule
    said = " ".join(f"{each.name}={getattr(rule, each.name):.10g}" for each in fields(rule))
    return f"{said}; seed={result.seed}"


def run_line(result: GateResult) -> str:
    """How the run was made."""
    better = "higher" if result.metric.higher_is_better else "lower"
    metric = f"{result.metric.name} ({better} is better)"
    if result.pairing is None:
        return one_line(f"{metric}, recorded files; of the rule, margin, exclude, alpha, "
                        "confidence and ungateable count here")
    cpu = "not pinned" if result.cpu is None else f"both arms on CPU {result.cpu}"
    return one_line(
        f"{metric}, paired by {result.pairing.value}, {cpu}, "
        f"{words.duration(result.seconds)} of {words.duration(result.budget_seconds)}"
    )

"""Two files into a comparison. Refuses, with one line, what does not compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pragmark_report import page_place, words
from pragmark_report.errors import InputError
from pragmark_report.load import Loaded, load_all
from pragmark_report.load_result import Result
from pragmark_report.model import Run

from . import bench, capacity, tune
from .measured import asked_differently, differences, parameters
from .model import Comparison, Difference, Side

TWO_ALIKE = "give two results of one kind and one question"
WEAK = ("Two runs at two times are weak evidence: whatever else changed in between counts as a "
        "difference. `pragmark gate` pairs both programs in one run, and judges.")
EACH_ALONE = "An interval covers 95% by itself; of {count}, about {chance} miss by chance."


def compare(path_a: str, path_b: str, asked: Sequence[str] | None) -> Comparison:
    """`asked` names metrics; None takes the usual ones. Raises InputError when a file cannot be
    used, or the two do not compare."""
    metrics = asked or bench.DEFAULT_METRICS
    a, b = _one(path_a), _one(path_b)
    kinds = [_kind(each) for each in (a, b)]
    if kinds[0] != kinds[1]:
        raise InputError(path_b, f"a result of {kinds[1]}, and {path_a} is one of {kinds[0]}",
                         TWO_ALIKE)
    if isinstance(a, Run):
        made = _bench(a, b, metrics)
    elif kinds[0].startswith("pragmark tune"):
        tune.refuse_unknown(asked or ())
        made = _tune(a, b, metrics)
    elif asked:
        raise InputError("--metric", "a result of pragmark capacity has its own quantities",
                         "leave it out")
    else:
        made = _capacity(a, b)
    if not made.facts and not any(metric.lines for metric in made.metrics):
        raise InputError(path_b, f"no benchmark in common with {path_a} that has a figure of "
                         f"{words.listed(metrics)} on both sides", TWO_ALIKE)
    return made


def _one(path: str) -> Run | Result:
    loaded: Loaded = load_all([path])
    if loaded.inputs is not None:
        return loaded.inputs.runs[0]
    found = loaded.results[0]
    if found.kind not in ("capacity", "tune"):
        raise InputError(path, f"a result of pragmark {found.kind}, which has nothing to compare",
                         "pragmark report shows several of them on one page")
    return found


def _kind(subject: Run | Result) -> str:
    if isinstance(subject, Run):
        return "pragmark bench"
    return (f"pragmark {subject.kind}" if subject.kind == subject.question
            else f"pragmark {subject.kind} ({subject.question})")


def _bench(a: Run, b: Run, metrics: Sequence[str]) -> Comparison:
    only_a, only_b = bench.only(a, b)
    found = bench.metrics_of(a, b, metrics)
    return Comparison(
        "bench", "bench", (_side("A", a.source, a.context), _side("B", b.source, b.context)),
        differences(a.context, b.context), found, (), only_a, only_b,
        (*_same_bytes(a.digest, b.digest), *bench.notes(a, b), *_closing(found)))


def _tune(a: Result, b: Result, metrics: Sequence[str]) -> Comparison:
    contexts = [page_place.context_of(each) for each in (a, b)]
    only_a, only_b = tune.only(a, b)
    found, differing = tune.metrics_of(a, b, metrics), _differing(a, b)
    return Comparison(
        "tune", a.question, (_side("A", a.source, contexts[0]), _side("B", b.source, contexts[1])),
        differing, found, tune.facts_of(a, b), only_a, only_b,
        (*asked_differently(differing), *_same_bytes(a.digest, b.digest), *_closing(found)))


def _capacity(a: Result, b: Result) -> Comparison:
    contexts = [page_place.context_of(each) for each in (a, b)]
    found, differing = capacity.metrics_of(a, b), _differing(a, b)
    return Comparison(
        "capacity", a.question,
        (_side("A", a.source, contexts[0]), _side("B", b.source, contexts[1])),
        differing, found, capacity.facts_of(a, b), (), (),
        (*asked_differently(differing), *_same_bytes(a.digest, b.digest), *_closing(found)))


def _differing(a: Result, b: Result) -> tuple[Difference, ...]:
    """What was asked differently, and what else the contexts do not say alike."""
    asked = [parameters(each.document["parameters"]) for each in (a, b)]
    return (*differences(*asked), *differences(*map(page_place.context_of, (a, b))))


def _side(letter: str, source: str, context: Mapping[str, str]) -> Side:
    return Side(letter, source, page_place.place(context), context.get("date", ""))


def _same_bytes(a: str, b: str) -> tuple[str, ...]:
    return ("A and B are the same bytes: one measurement given twice.",) if a == b else ()


def _closing(metrics: Sequence) -> tuple[str, ...]:
    count = sum(each.ratio.interval is not None for metric in metrics for each in metric.lines)
    if count < 2:
        return (WEAK,)
    chance = words.significant(0.05 * count, 2)
    return (WEAK, EACH_ALONE.format(count=count, chance=chance))

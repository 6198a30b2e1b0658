"""The runs of a study as what is kept of them: verdicts, the effect of every launch, other rules' replies.

A result has every slice, a quarter of a megabyte; an account has a few kilobytes, and everything
that study.py tells follows from it. `pragmark.gate-study/1` is a study as JSON, with the members of
the dataclasses below. Pure but for load().
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pragmark_report.errors import InputError
from pragmark_report.json_file import NextSteps, read_object

from . import calibration, other_rules
from .document import UNBOUNDED
from .model import GateResult, Judgement, Metric, Phase, Rule, Verdict
from .other_rules import Reply
from .shape import ShapeError, from_plain, to_plain

SCHEMA = "pragmark.gate-study/1"
NULL = "null"
PLANT = "plant-"
EFFECT_DIGITS = 6  # a launch's effect is known to a thousandth at best
# What has to be the same in all runs, for them to be counted together.
CONTEXT_KEYS = ("pragmark_version", "sqlite_version", "sqlite_source_id", "filesystem", "cpu_model",
                "virtualization", "kernel")
AGAIN = "give what `gate_study.py pack` wrote"
NEXT_STEPS = NextSteps(give=AGAIN, again="pack the study again", refill=AGAIN)


@dataclass(frozen=True)
class Account:
    """A run with a result. `void` is the reason for which it says nothing, or empty."""

    seed: int
    seconds: float
    planted: float
    void: str
    judgements: tuple[Judgement, ...]
    effects: Mapping[str, Mapping[str, tuple[float, ...]]]  # benchmark -> phase -> of each launch
    replies: tuple[Reply, ...]  # of the kinds with nothing or a share planted


@dataclass(frozen=True)
class StudyRun:
    """One run of the whole program. `account` is None when it ended without a result."""

    kind: str  # "null", "plant-5%", "settings", "fixed"
    name: str
    account: Account | None

    @property
    def usable(self) -> bool:
        """It has a result, and that is not void."""
        return self.account is not None and not self.account.void


@dataclass(frozen=True)
class Study:
    """All runs, in the order of time. ENSURES: at least one has a result."""

    metric: Metric
    rule: Rule
    cpu: int | None  # the core that both arms were pinned to
    context: Mapping[str, str]
    runs: tuple[StudyRun, ...]


def study_of(results: Mapping[str, GateResult | None]) -> Study:
    """From results by file name, KIND-NUMBER, in the order of time. Refuses unlike runs."""
    known = {name: result for name, result in results.items() if result}
    if not known:
        raise InputError("the study", "no run has a result", "see the logs beside where they belong")
    first = next(iter(known.values()))
    for name, result in known.items():
        if _conditions(result) != _conditions(first):
            raise InputError(name, f"it ran under other conditions than {next(iter(known))}",
                             "keep the runs of one build, rule and machine in one folder")
    replies = _replies(known, first.metric)
    return Study(
        first.metric, first.rule, first.cpu, _context(first),
        tuple(StudyRun(kind_of(name), name, result and _account(result, replies.get(name, ())))
              for name, result in results.items()))


def kind_of(name: str) -> str:
    return name.rpartition("-")[0]


def _context(result: GateResult) -> dict[str, str]:
    return {key: result.baseline.context.get(key, "") for key in CONTEXT_KEYS}


def _conditions(result: GateResult) -> tuple:
    return _context(result), result.metric, result.rule, result.cpu


def _replies(results: Mapping[str, GateResult], metric: Metric) -> dict[str, tuple[Reply, ...]]:
    names = [name for name, result in results.items() if not result.void and
             (kind_of(name) == NULL or kind_of(name).startswith(PLANT))]
    replayed = [other_rules.ReplayedRun(
        results[name].launches, results[name].planted,
        frozenset(each.benchmark for each in results[name].judgements
                  if each.verdict is Verdict.REGRESSED)) for name in names]
    return dict(zip(names, other_rules.replies(replayed, metric)))


def _account(result: GateResult, replies: Sequence[Reply]) -> Account:
    effects: dict[str, dict[str, tuple[float, ...]]] = {}
    for phase in Phase:
        for name, values in calibration.effects_of(result.launches, result.metric, phase).items():
            rounded = tuple(round(value, EFFECT_DIGITS) for value in values)
            effects.setdefault(name, {})[phase.value] = rounded
    return Account(result.seed, round(result.seconds, 1), result.planted, result.void,
                   result.judgements, effects, tuple(replies))


def dumps(study: Study) -> str:
    """Ends with a newline."""
    members = to_plain(study, UNBOUNDED)
    runs = ",\n".join(json.dumps(run, allow_nan=False) for run in members.pop("runs"))
    head = json.dumps({"schema": SCHEMA, **members}, indent=1, allow_nan=False)
    return f"{head[:-2]},\n \"runs\": [\n{runs}\n ]\n}}\n"  # a run a line


def load(path: str) -> Study:
    """Strict, as a result is read."""
    document = read_object(path, NEXT_STEPS).document
    if document.pop("schema", None) != SCHEMA:
        raise InputError(path, f"it is no {SCHEMA}", AGAIN)
    try:
        study = from_plain(Study, document, UNBOUNDED)
    except ShapeError as error:
        raise InputError(path, str(error), AGAIN) from None
    if not any(run.account for run in study.runs):
        raise InputError(path, "no run has a result", AGAIN)
    return study

"""The answer of a run in one sentence, and the SQL to paste. Pure but for the set reader."""

from __future__ import annotations

import math
from typing import Protocol

from . import choose
from .model import Configuration, Effect, Objective, Verdict
from .result import LEVERS, Answer, Result, Waterfall

RECOMMENDED, STAYS, EXPLAINED, SKIPPED = "recommended", "base stays", "explained", "skipped"
NONE = Answer(SKIPPED, "", None, "")
OF = {Objective.THROUGHPUT: "the requests/s", Objective.P99: "the p99"}


class SqlSource(Protocol):
    def sql(self, name: str) -> str: ...


def of(result: Result, sets: SqlSource) -> Answer:
    """REQUIRES: the result has all but its answer."""
    if result.question == LEVERS:
        return _levers(result, sets)
    best, apart = choose.winner(result.confirmed), choose.weaker_winner(result.confirmed)
    base = result.experiment.configurations[0]
    chosen = best.candidate.configuration if best else base
    sentence = _recommended(result, best) if best else _stays(result, base)
    if apart:
        sentence += (f" {apart.candidate.configuration.pragmas.name} brings "
                     f"{times(apart.effect, result)}, but is only "
                     f"{apart.candidate.configuration.pragmas.durability}.")
    return Answer(RECOMMENDED if best else STAYS, sentence, chosen, sets.sql(chosen.pragmas.name),
                  apart)


def _recommended(result: Result, best: choose.Confirmed) -> str:
    one, parameters = best.candidate.configuration, result.parameters
    return (f"{one.pragmas.name} brings {times(best.effect, result)} "
            f"{OF[parameters.objective]} of {_workloads(result)} over {parameters.base}, confirmed "
            f"by {best.effect.n} fresh blocks; it is {one.pragmas.durability}.")


def _stays(result: Result, base: Configuration) -> str:
    parameters = result.parameters
    tried = [each for each in result.confirmed if not each.candidate.weaker]
    if tried:
        why = (f"{tried[0].candidate.configuration.pragmas.name} was not confirmed by fresh blocks "
               f"({times(tried[0].effect, result)})")
    elif any(each.verdict is Verdict.BETTER for each in result.effects):
        why = f"nothing that is at least {base.pragmas.durability} was found to bring anything"
    else:
        why = f"no change brings a measurable gain in {OF[parameters.objective]}{_visible(result)}"
    return f"{parameters.base} stays: for {_workloads(result)}, {why}."


def _visible(result: Result) -> str:
    seen = [each.smallest_visible for each in result.effects if each.smallest_visible is not None]
    return f" (gains from {max(seen):.1%} would have been seen)" if seen else ""


def _levers(result: Result, sets: SqlSource) -> Answer:
    told = "; ".join(_fall(each, result) for each in result.waterfalls)
    end = result.waterfalls[-1].end
    return Answer(EXPLAINED, f"From the original design to the best: {told}.", end,
                  sets.sql(end.pragmas.name))


def _fall(fall: Waterfall, result: Result) -> str:
    if fall.total is None:
        return f"{fall.workload} has no way that could be measured"
    largest = max(fall.steps, key=lambda each: each.gain)
    return (f"{fall.workload} {times(fall.total, result)}, most of it by "
            f"\"{largest.comparison.what}\" ({times(largest, result)})")


def _workloads(result: Result) -> str:
    return " and ".join(result.parameters.workloads)


def times(effect: Effect, result: Result) -> str:
    """`1.42x [1.38, 1.47]`: the ratio of the objective itself."""
    sign = result.parameters.objective.sign
    shown = f"{number(math.exp(sign * effect.gain))}x"
    if effect.low is None or effect.high is None:
        return shown
    ends = sorted(math.exp(sign * end) for end in (effect.low, effect.high))
    return f"{shown} [{number(ends[0])}, {number(ends[1])}]"


def number(factor: float) -> str:
    """Three digits."""
    if factor >= 100:
        return f"{factor:,.0f}"
    return f"{factor:.1f}" if factor >= 10 else f"{factor:.3g}" if factor < 0.1 else f"{factor:.2f}"

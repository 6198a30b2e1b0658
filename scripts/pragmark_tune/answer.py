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
FILE_SETTINGS = ("page_size", "auto_vacuum")  # that a database in WAL mode keeps as they are


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
    sentence += _of_new_files(chosen, base)
    if apart:
        sentence += (f" {apart.candidate.configuration.pragmas.name} brings "
                     f"{times(apart.effect, result)}{_losses(apart, result)}, but is only "
                     f"{apart.candidate.configuration.pragmas.durability}.")
    return Answer(RECOMMENDED if best else STAYS, sentence, chosen, sets.sql(chosen.pragmas.name),
                  apart)


def _of_new_files(chosen: Configuration, base: Configuration) -> str:
    """What pasted SQL would silently not do."""
    names = [name for name in FILE_SETTINGS if name in chosen.pragmas.settings
             and chosen.pragmas.settings[name] != base.pragmas.settings.get(name)]
    if not names:
        return ""
    takes = "takes" if len(names) == 1 else "take"
    return (f" {' and '.join(names)} {takes} effect only in a new database, or after "
            "journal_mode=DELETE and VACUUM.")


def _recommended(result: Result, best: choose.Confirmed) -> str:
    one, parameters = best.candidate.configuration, result.parameters
    return (f"{one.pragmas.name} brings {times(best.effect, result)} "
            f"{OF[parameters.objective]} {_of_workloads(result)} over {parameters.base}, confirmed "
            f"by {best.effect.n} fresh blocks{_losses(best, result)}; it is "
            f"{one.pragmas.durability}.")


def _of_workloads(result: Result) -> str:
    several = len(result.parameters.workloads) > 1
    return f"{'in the geometric mean ' if several else ''}of {_workloads(result)}"


def _losses(one: choose.Confirmed, result: Result) -> str:
    """A mean hides them."""
    told = [f"{each.comparison.workload} ({times(each, result)})" for each in one.losses]
    return f", at the cost of {' and '.join(told)}" if told else ""


def _stays(result: Result, base: Configuration) -> str:
    parameters = result.parameters
    tried = [each for each in result.confirmed if not each.candidate.weaker]
    alone = [each for each in parameters.workloads if _helped(result, each)]
    if tried:
        why = _not_confirmed(tried[0], result)
    elif result.confirmed:  # all of them weaker
        why = f"nothing that is at least {base.pragmas.durability} was found to bring anything"
    elif len(parameters.workloads) > 1 and alone:
        why = f"what helps {' and '.join(alone)} alone does not help the mean"
    elif alone:  # main effects of a factorial
        why = "what helps on average over the other settings does not help the base"
    else:
        why = f"no change brings a measurable gain in {OF[parameters.objective]}{_visible(result)}"
    return f"{parameters.base} stays: for {_workloads(result)}, {why}."


def _helped(result: Result, workload: str) -> bool:
    return any(each.verdict is Verdict.BETTER and each.comparison.workload == workload
               and not each.comparison.terms for each in result.effects)


def _not_confirmed(one: choose.Confirmed, result: Result) -> str:
    name = one.candidate.configuration.pragmas.name
    if not one.effect.comparable:
        return f"{name} cannot be compared by the fresh blocks: requests fail"
    return f"{name} was not confirmed by fresh blocks ({times(one.effect, result)})"


def _visible(result: Result) -> str:
    seen = [each.smallest_visible for each in result.effects
            if each.comparable and each.smallest_visible is not None]
    failing = dict.fromkeys(each.comparison.what for each in result.effects if not each.comparable)
    told = [f"gains from {max(seen):.1%} would have been seen"] if seen else []
    told += [f"{' and '.join(failing)} cannot be compared: requests fail"] if failing else []
    return f" ({'; '.join(told)})" if told else ""


def _levers(result: Result, sets: SqlSource) -> Answer:
    told = "; ".join(_fall(each, result) for each in result.waterfalls)
    end = result.waterfalls[-1].end
    sentence = f"From the original design to the best: {told}; it is {end.pragmas.durability}."
    sentence += _of_new_files(end, result.waterfalls[-1].start)
    return Answer(EXPLAINED, sentence, end, sets.sql(end.pragmas.name))


def _fall(fall: Waterfall, result: Result) -> str:
    if fall.total is None:
        return f"{fall.workload} has no way that could be measured"
    told = f"{fall.workload} {times(fall.total, result)}"
    gained = [each for each in fall.steps if each.verdict is Verdict.BETTER]
    if not gained:
        return told
    largest = max(gained, key=lambda each: each.gain)
    return (f"{told}, the largest step is \"{largest.comparison.what}\" "
            f"({times(largest, result)})")


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

"""The question `--with`: what does other work on the same database do to the tail, and for how long?

Each run is its own control: windows before the antagonist begins are the quiet part. It has
recovered at the first window after its end from which RESTING windows in a row are quiet again,
which means at most as high as nearly all of the quiet part's own.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pragmark_report.errors import InputError

from . import ceiling as ceilings
from . import slo, words
from .lab import Lab
from .model import US_PER_MS, Answer, Outcome, Recorded

KINDS = ("long-reader", "backup", "vacuum", "bulk-writer")
SHARE_OF_FOUND = 0.5  # of the rate that holds, when no --rate is given
RUNS = 3  # of each kind, in random order
LENGTH_STEPS = 6  # a run is as long as so many steps: a third quiet, a third with it, a third after
WINDOW_MS = 200.0
WINDOW_S = WINDOW_MS / 1000.0
LEAST_IN_WINDOW = 10  # requests that are due: with so many chance leaves none without any
BAND_QUANTILE = 0.95  # of the quiet windows
BAND_ROOM = 1.25  # the band reaches at least so far above their median
RESTING = 4  # windows in a row


@dataclass(frozen=True)
class Effect:
    """What one run showed."""

    quiet_ms: float
    band_ms: float
    during_ms: float
    during_max_ms: float
    recovery_s: float | None  # None: not within the run


def find(windows: Sequence[Mapping[str, Any]], begin_s: float, end_s: float) -> Effect | None:
    """None when there is no window before the antagonist or none beside it."""
    p99_ms, max_ms = levels_ms(windows, "p99_us"), levels_ms(windows, "max_us")
    quiet = [level for each, level in zip(windows, p99_ms) if each["t_s"] + WINDOW_S <= begin_s]
    places = [place for place, each in enumerate(windows) if begin_s <= each["t_s"] < end_s]
    if not quiet or not places:
        return None
    band = max(float(np.quantile(quiet, BAND_QUANTILE)), BAND_ROOM * float(np.median(quiet)))
    return Effect(
        float(np.median(quiet)), band, float(np.median([p99_ms[place] for place in places])),
        max(max_ms[place] for place in places), recovery(windows, end_s, band))


def levels_ms(windows: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    """A latency of each window. Where nothing was answered somebody has waited since the last
    answer, which came before the window in which there was one had ended."""
    levels = []
    answered_s = windows[0]["t_s"] if windows else 0.0
    for each in windows:
        ends_s = each["t_s"] + WINDOW_S
        if each[name] is None:
            levels.append((ends_s - answered_s) * 1000.0)
        else:
            levels.append(each[name] / US_PER_MS)
            answered_s = ends_s
    return levels


def recovery(windows: Sequence[Mapping[str, Any]], end_s: float, band_ms: float) -> float | None:
    """Seconds from the antagonist's end until it is quiet and stays so for RESTING windows. A window
    in which nothing was answered is not quiet."""
    after = [each for each in windows if each["t_s"] >= end_s]
    calm = [each["p99_us"] is not None and each["p99_us"] / US_PER_MS <= band_ms
            and each["failed"] == 0 for each in after]
    for place in range(len(calm) - RESTING + 1):
        if all(calm[place:place + RESTING]):
            return max(0.0, after[place]["t_s"] - end_s)
    return None


def answer_antagonists(lab: Lab, plan: slo.Plan, kinds: Sequence[str], rate: float | None
                       ) -> Outcome:
    parts: dict[str, Any] = {}
    if rate is None:
        found = slo.find(lab, plan)
        parts = {"ceiling": asdict(found.ceiling), "search": found.part()}
        if found.confirmed is None:
            return Outcome(Answer(f"Nothing to disturb: no rate holds {plan.objective.text}; give "
                                  "--rate.", "undecided", 3), parts)
        rate = SHARE_OF_FOUND * found.confirmed
    if rate * WINDOW_S < LEAST_IN_WINDOW:
        raise InputError(f"capacity --with at {words.rate(rate)}",
                         f"a window of {WINDOW_MS:g} ms has less than {LEAST_IN_WINDOW} requests",
                         f"give --rate {LEAST_IN_WINDOW / WINDOW_S:g} or more")
    saturated = slo.beyond(lab, plan, rate, "antagonist", "disturb")
    if saturated:
        return Outcome(saturated, parts)
    seconds = LENGTH_STEPS * plan.step_seconds
    start, end = seconds / 3.0, 2.0 * seconds / 3.0
    runs: dict[str, list[Recorded]] = {kind: [] for kind in kinds}
    for kind in random.Random(lab.shape.seed).sample([*kinds] * RUNS, RUNS * len(kinds)):
        asked = {"kind": kind, "start_s": start, "duration_s": end - start}
        request = replace(plan.request(rate, seconds), window_ms=WINDOW_MS, antagonist=asked)
        lab.extend(lab.cost_seconds(seconds))
        runs[kind].append(lab.step(request, "antagonist", None, differs=kind))
    told = [_told(kind, runs[kind]) for kind in kinds]
    usable = [each for each in told if each is not None]
    parts["antagonists"] = {"rate": rate, "start_s": start, "end_s": end, "kinds": usable}
    if not usable:
        return Outcome(Answer(f"Undecided: at {words.rate(rate)} no window shows them.",
                              "undecided", 3, rate), parts)
    return Outcome(_answer(usable, rate), parts, _caveats(usable))


def _told(kind: str, runs: Sequence[Recorded]) -> dict[str, Any] | None:
    effects = [find(each.step["windows"], each.step["antagonist"]["begin_s"],
                    each.step["antagonist"]["end_s"]) for each in runs]
    there = [each for each in effects if each is not None]
    if not there:
        return None
    after = [window for each in runs for window in each.step["windows"]
             if window["t_s"] >= each.step["antagonist"]["begin_s"]]
    total = sum(window["succeeded"] + window["failed"] for window in after)
    recovered = sum(each.recovery_s is not None for each in there)
    return {
        "kind": kind,
        "quiet_p99_ms": float(np.median([each.quiet_ms for each in there])),
        "band_ms": float(np.median([each.band_ms for each in there])),
        "during_p99_ms": float(np.median([each.during_ms for each in there])),
        "during_max_ms": max(each.during_max_ms for each in there),
        "added_ms": asdict(ceilings.estimate(
            [each.during_ms - each.quiet_ms for each in there])),
        "recovery_s": recovered_in([each.recovery_s for each in there]), "recovered": recovered,
        "failed_share": sum(window["failed"] for window in after) / total if total else 0.0,
        "wal_bytes_max": max(each.step["io"]["wal_bytes_max"] for each in runs),
        "steps": [each.index for each in runs],
    }


def recovered_in(seconds: Sequence[float | None]) -> dict[str, Any] | None:
    """The median; a run that did not recover took longer than any that did. None: so did most."""
    found = ceilings.estimate([math.inf if each is None else each for each in seconds])
    return asdict(replace(found, low=None, high=None)) if math.isfinite(found.value) else None


def _answer(told: Sequence[Mapping[str, Any]], rate: float) -> Answer:
    worst = max(told, key=lambda each: each["added_ms"]["value"])
    recovery_s, recovered, runs = worst["recovery_s"], worst["recovered"], len(worst["steps"])
    then = ("does not recover within the run" if recovered == 0
            else f"recovers within the run in {recovered} of {runs} runs" if recovery_s is None
            else f"recovers in {recovery_s['value']:.2g} s")
    sentence = (f"At {words.rate(rate)}, {worst['kind']} adds most: p99 from "
                f"{words.ms(worst['quiet_p99_ms'])} to {words.ms(worst['during_p99_ms'])}, and it "
                f"{then}.")
    return Answer(sentence, "described", 0, rate)


def _caveats(told: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    said = [f"p99 is of windows of {WINDOW_MS:g} ms, quiet ones too; {RUNS} runs of each kind."]
    said += [f"{each['kind']}: {each['failed_share']:.1%} of the requests failed from its begin on."
             for each in told if each["failed_share"] >= 0.001]
    said += [f"{each['kind']}: only {each['recovered']} of {len(each['steps'])} runs recovered."
             for each in told if each["recovered"] < len(each["steps"])]
    return tuple(said)

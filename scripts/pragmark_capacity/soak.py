"""The question `--soak`: does it stay as it was? Throughput, latency and WAL over a long step.

Each of the three gets a trend test; together they err in one soak of twenty (Holm). A trend is one
only when it also moved by LEAST_CHANGE over the soak: a long enough soak finds any trifle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from pragmark_report.exact_tests import holm

from . import slo, words
from .lab import Lab
from .model import US_PER_MS, Answer, Outcome
from .trend import Trend, blocks, find

ALPHA = 0.05
LEAST_CHANGE = 0.05  # of the median, over the whole soak
SHARE_OF_FOUND = 0.8  # of the rate that holds, when no --rate is given
MOST_WINDOWS = 600
LEAST_WINDOW_MS = 500.0
FEW_BLOCKS_SECONDS = 60.0
# name -> unit, whether more is worse, member of a window -> value
SERIES = {
    "throughput": ("requests/s", False), "p99": ("ms", True), "wal": ("MiB", True),
}


def answer_soak(lab: Lab, plan: slo.Plan, seconds: float, rate: float | None) -> Outcome:
    parts: dict[str, Any] = {}
    if rate is None:
        found = slo.find(lab, plan)
        parts = {"ceiling": asdict(found.ceiling), "search": found.part()}
        if found.confirmed is None:
            sentence = (f"No soak: no rate was found that holds {plan.objective.text}; give --rate "
                        "or another objective.")
            return Outcome(Answer(sentence, "undecided", 3), parts)
        rate = SHARE_OF_FOUND * found.confirmed
    saturated = slo.beyond(lab, plan, rate, "soak", "soak")
    if saturated:
        return Outcome(saturated, parts)
    window_ms = max(LEAST_WINDOW_MS, seconds * 1000.0 / MOST_WINDOWS)
    lab.extend(seconds)
    step = lab.step(replace(plan.request(rate, seconds), window_ms=window_ms), "soak",
                    plan.judged(seconds))
    trends = judge(step.step["windows"], window_ms / 1000.0)
    stalls = [each["ms"] for each in step.step["checkpoint_stalls"]]
    parts["soak"] = {
        "rate": rate, "seconds": seconds, "trends": trends,
        "stalls": {"count": int(step.step["io"]["checkpoints"]),
                   "longest_ms": max(stalls, default=0.0), "total_ms": sum(stalls)},
        "wal_bytes_max": step.step["io"]["wal_bytes_max"], "step": step.index,
    }
    return Outcome(_answer(plan, rate, seconds, step, trends), parts, _caveats(seconds))


def judge(windows: Sequence[Mapping[str, Any]], window_seconds: float) -> list[dict[str, Any]]:
    """The trends of a soak, in the order of SERIES. Worse and better are corrected together."""
    full = windows[:-1] if len(windows) > 1 else windows  # the last may be cut short
    series = {
        "throughput": [each["succeeded"] / window_seconds for each in full],
        "p99": [each["p99_us"] / US_PER_MS for each in full if each["p99_us"] is not None],
        # The file grows once to what the WAL needs, and is kept.
        "wal": [each["wal_bytes"] / 1048576.0 for each in full[len(full) // 2:]],
    }
    found = {name: find(values) for name, values in series.items() if values}
    sure = holm({name: trend.p for name, trend in found.items()}, ALPHA)
    if not grows_on(series["wal"]):
        sure["wal"] = (sure["wal"][0], False)
    return [{"what": name, "unit": SERIES[name][0], **asdict(trend),
             "verdict": _verdict(trend, sure[name][1], SERIES[name][1])}
            for name, trend in found.items()]


def grows_on(wal: Sequence[float]) -> bool:
    """Whether the file grows in most blocks. It is as large as the WAL ever was: now and then chance
    lets it grow, and one growth alone makes a trend."""
    steps = np.diff(blocks(wal))
    return bool(2 * np.count_nonzero(steps > 0) > steps.size)


def _verdict(trend: Trend, sure: bool, more_is_worse: bool) -> str:
    if not sure or abs(trend.change_share) < LEAST_CHANGE:
        return "steady"
    return "worse" if (trend.change_share > 0) == more_is_worse else "better"


def _answer(plan: slo.Plan, rate: float, seconds: float, step: Any,
            trends: Sequence[Mapping[str, Any]]) -> Answer:
    where = f"{words.rate(rate)} for {words.seconds(seconds)}"
    worse = [f"{each['what']} moved from {each['begin']:.3g} to {each['end']:.3g} {each['unit']}"
             for each in trends if each["verdict"] == "worse"]
    latency = plan.objective.latency_ms(step.step)
    told = "" if latency is None else f", {plan.objective.name} {words.ms(latency)}"
    if step.step["saturated"]:
        return Answer(f"Saturated during the soak: {where}; {step.reason}.", "saturated", 1, rate)
    if worse:
        return Answer(f"Unstable at {where}: {'; '.join(worse)}.", "unstable", 1, rate)
    if not step.holds:
        return Answer(f"Steady at {where}, but {plan.objective.text} was not held: {step.reason}.",
                      "missed", 1, rate)
    return Answer(f"Stable at {where}: {moves(trends)}{told}.", "stable", 0, rate)


def moves(trends: Sequence[Mapping[str, Any]]) -> str:
    """REQUIRES: none got worse."""
    steady = [each["what"] for each in trends if each["verdict"] == "steady"]
    said = [f"no trend in {', '.join(steady)}"] if steady else []
    said += [f"{each['what']} got better, from {each['begin']:.3g} to {each['end']:.3g} "
             f"{each['unit']}" for each in trends if each["verdict"] == "better"]
    return "; ".join(said)


def _caveats(seconds: float) -> tuple[str, ...]:
    if seconds >= FEW_BLOCKS_SECONDS:
        return ()
    return (f"A soak of {words.seconds(seconds)} sees only what comes within it; minutes and hours "
            "have troubles of their own.",)

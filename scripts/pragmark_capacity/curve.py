"""The question `--curve`: throughput and latency over the offered load, and where the knee is.

The knee is the load of the highest power, throughput divided by response time (Kleinrock, Power and
Deterministic Rules of Thumb for Probabilistic Problems in Computer Communications, ICC 1979): below
it more load costs little waiting, above it waiting grows faster than throughput. The response time
is the objective's percentile here, because nobody complains about a mean.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from . import ceiling as ceilings
from . import words
from .lab import Lab
from .model import PERCENTILES, US_PER_MS, Answer, Outcome, Recorded
from .slo import Plan

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.1, 1.25)
CEILING_RUNS = 3
MOST_ROUNDS = 7


def answer_curve(lab: Lab, plan: Plan) -> Outcome:
    """Rounds of all shares, each in its own order, so that drift falls on all alike."""
    ceiling = ceilings.measure(lab, plan.step_seconds, CEILING_RUNS)
    plan.require_requests(SHARES[0] * ceiling.value)
    order = random.Random(lab.shape.seed)
    steps: dict[float, list[Recorded]] = {share: [] for share in SHARES}
    for number in range(MOST_ROUNDS):
        if number and lab.remaining_seconds() < len(SHARES) * lab.cost_seconds(plan.step_seconds):
            break
        for share in order.sample(SHARES, len(SHARES)):
            steps[share].append(lab.step(plan.request(share * ceiling.value), "curve",
                                         plan.objective))
    points = [_point(share, share * ceiling.value, steps[share]) for share in SHARES]
    knee = find_knee(points, PERCENTILES[plan.objective.percentile] + "_ms")
    plateau = max(point["answered"]["value"] for point in points)
    rounds = len(steps[SHARES[0]])
    caveats = () if rounds > 5 else (
        f"Each point is {rounds} step{'s' if rounds > 1 else ''}: too few for an interval; "
        "give more --budget.",)
    parts = {"ceiling": asdict(ceiling),
             "curve": {"points": points, "knee": knee, "plateau": plateau}}
    if knee is None:
        sentence = "No knee: no load was answered in time."
        return Outcome(Answer(sentence, "undecided", 3), parts, caveats)
    sentence = (f"The knee is at {words.rate(knee['rate'])}, {knee['share']:.0%} of the ceiling "
                f"of {words.number(ceiling.value)}; {plan.objective.name} is "
                f"{words.ms(knee['p99_ms'])} there.")
    return Outcome(Answer(sentence, "described", 0, knee["rate"]), parts, caveats)


def find_knee(points: Sequence[Mapping[str, Any]], percentile: str) -> dict[str, object] | None:
    """The point of the highest power among those that keep up."""
    usable = [point for point in points
              if not point["saturated"] and point[percentile] and point[percentile]["value"] > 0]
    if not usable:
        return None
    best = max(usable, key=lambda point: point["achieved"]["value"] / point[percentile]["value"])
    return {"share": best["share"], "rate": best["offered"],
            "p99_ms": best[percentile]["value"],
            "why": "the highest throughput for its waiting (power: rate / "
                   f"{percentile.removesuffix('_ms').replace('_', '.')}) of the loads that were "
                   "kept up with"}


def _point(share: float, offered: float, steps: Sequence[Recorded]) -> dict[str, Any]:
    every = [each.step for each in steps]
    intended = sum(step["intended"] for step in every)
    failed = sum(sum(step["failed"].values()) for step in every)

    def ms(kind: str, name: str) -> dict | None:
        values = [None if step[kind][name] is None else step[kind][name] / US_PER_MS
                  for step in every]
        found = ceilings.maybe_estimate(values)
        return asdict(found) if found else None

    return {
        "share": share, "offered": offered,
        "achieved": asdict(ceilings.estimate([step["achieved_per_second"] for step in every])),
        "answered": asdict(ceilings.estimate([step["answered_per_second"] for step in every])),
        "p50_ms": ms("latency_us", "p50"), "p90_ms": ms("latency_us", "p90"),
        "p99_ms": ms("latency_us", "p99"),
        "p99_9_ms": ms("latency_us", "p99_9"), "service_p99_ms": ms("service_us", "p99"),
        "failed_share": failed / intended if intended else 0.0,
        "saturated": sum(step["saturated"] for step in every) * 2 > len(every),
        "steps": [each.index for each in steps],
    }

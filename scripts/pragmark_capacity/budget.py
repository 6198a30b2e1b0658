"""What a question takes at the least: a budget below that would not be kept."""

from __future__ import annotations

from . import ceiling, claim, curve, forecast, slo
from .lab import FIRST_OVERHEAD_SECONDS
from .model import warm_up

USUAL_SECONDS = {"curve": 180.0, "forecast": 240.0}
OTHER_SECONDS = 120.0
SPARE = 1.2  # of what is needed at the least, where that is more than usual


def least_steps(question: str, rate: float | None) -> int:
    """Of the usual length. A search's two confirmations count as the steps that they are as long
    as."""
    if question == "curve":
        return curve.CEILING_RUNS + len(curve.SHARES)
    if question == "forecast":
        return forecast.LEAST_ROUNDS * forecast.MOST_ARMS
    if rate is None:
        return ceiling.RUNS + 1 + slo.LEAST_PROBES + 2 * slo.CONFIRMING_STEPS
    return {"rate": slo.RATE_STEPS, "claim": claim.LOOKS[0]}.get(question, 1)


def least_seconds(question: str, rate: float | None, step_seconds: float) -> float:
    return least_steps(question, rate) * (step_seconds + warm_up(step_seconds))


def usual_seconds(question: str, rate: float | None, step_seconds: float) -> float:
    """What a question has when nobody says. What has a length of its own, a soak, comes on top."""
    least = least_seconds(question, rate, step_seconds)
    if rate is not None and question != "claim":  # all of its steps are known
        return least + least_steps(question, rate) * FIRST_OVERHEAD_SECONDS
    return max(USUAL_SECONDS.get(question, OTHER_SECONDS), SPARE * least)

"""The result as JSON, pragmark.capacity/1; reports/schema/capacity.schema.json says what each member
means. And the cost of requests, which follows from the answer alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pragmark_drive import steal

from .model import Outcome, Recorded, warm_up
from .options import Options
from .protocol import Ready

SCHEMA = "pragmark.capacity/1"
PARTS = ("ceiling", "search", "claim", "curve", "soak", "antagonists", "forecast")
HOURS_OF_A_MONTH = 730.0


def dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def make(options: Options, ready: Ready, steps: Sequence[Recorded], outcome: Outcome
         ) -> dict[str, Any]:
    answer = outcome.answer
    stolen = steal.mean_percent(
        (each.step["seconds"], each.step.get("steal_percent")) for each in steps)
    context = steal.with_steal(ready.context, stolen)
    return {
        "schema": SCHEMA,
        "pragmark_version": ready.context.get("pragmark_version", "unknown"),
        "question": options.question,
        "command": options.command,
        "seed": options.shape.seed,
        "exit_code": answer.exit_code,
        "context": context,
        "parameters": parameters(options, ready),
        "steps": [{"purpose": each.purpose, "shape": each.shape, "holds": each.holds,
                   "reason": each.reason, "step": dict(each.step)} for each in steps],
        "answer": {"sentence": answer.sentence, "verdict": answer.verdict, "rate": answer.rate,
                   "low": answer.low, "high": answer.high},
        **{name: outcome.parts.get(name) for name in PARTS},
        "cost": cost(options.monthly_cost, outcome),
        "caveats": [*outcome.caveats, *environment(context)],
    }


def parameters(options: Options, ready: Ready) -> dict[str, Any]:
    shape = options.shape
    total = sum(each.share for each in ready.operations)
    return {
        "pragmas": shape.pragmas, "strategy": shape.strategy, "threads": shape.threads,
        "rows": shape.rows, "payload": shape.payload,
        "mix": {each.name: each.share / total for each in ready.operations},
        "keys": shape.keys, "arrivals": options.arrivals, "step_seconds": options.step_seconds,
        "warmup_seconds": warm_up(options.step_seconds),
        "timeout_ms": options.objective.timeout_ms, "budget_seconds": options.budget_seconds,
        "cpus": shape.cpus, "sync_delay_us": shape.sync_delay_us,
        "slo": {**asdict(options.objective), "text": options.objective.text},
        "rate": options.rate, "soak_seconds": options.soak_seconds,
        "monthly_cost": options.monthly_cost,
    }


def cost(monthly: float | None, outcome: Outcome) -> dict[str, Any] | None:
    """None without a price, or without a rate that holds."""
    rate = _held(outcome)
    if monthly is None or not rate:
        return None
    per_million = monthly / (rate * HOURS_OF_A_MONTH * 3600.0) * 1e6
    return {"monthly": monthly, "hours": HOURS_OF_A_MONTH, "rate": rate,
            "per_million": per_million,
            "text": f"A million requests cost {per_million:.2g} of the currency in which a month "
                    f"costs {monthly:g}, when the held rate runs for all {HOURS_OF_A_MONTH:g} hours; "
                    "at a tenth of the load they cost ten times that."}


def _held(outcome: Outcome) -> float | None:
    if outcome.answer.verdict in ("holds", "reached", "stable"):
        return outcome.answer.rate
    return (outcome.parts.get("claim") or {}).get("held_instead")


def environment(context: Mapping[str, str]) -> list[str]:
    """What the context says against its own figures."""
    said = []
    if context.get("filesystem_warning"):
        said.append(context["filesystem_warning"])
    if context.get("environment_grade", "A") not in ("A", "B"):
        said.append(f"Environment grade {context['environment_grade']}: "
                    f"{context.get('environment_reasons', '')}.")
    return said

"""The result as JSON, pragmark.tune/1; reports/schema/tune.schema.json says what members mean."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .choose import Confirmed
from .front import Point, Reached, memory_bytes
from .hosts import is_python
from .model import CONFIDENCE, Configuration, Effect
from .result import Parameters, Result, Waterfall

SCHEMA = "pragmark.tune/1"
VERSION_KEY = "pragmark_version"
INTERACTION = "interaction"


def dumps(result: Result) -> str:
    return json.dumps(to_document(result), indent=1, allow_nan=False) + "\n"


def to_document(result: Result) -> dict[str, Any]:
    answered = [each for each in result.effects if each.comparison.kind != INTERACTION]
    together = [each for each in result.effects if each.comparison.kind == INTERACTION]
    return {
        "schema": SCHEMA,
        "pragmark_version": result.context.get(VERSION_KEY, "unknown"),
        "question": result.question,
        "command": result.command,
        "seed": result.seed,
        "context": dict(result.context),
        "parameters": _parameters(result.parameters),
        "configurations": [_configuration(one, result) for one in result.experiment.configurations],
        "blocks": [{"index": block.index, "phase": block.phase.value,
                    "values": [asdict(value) for value in block.values]}
                   for block in result.blocks],
        "effects": [_effect(each, result) for each in answered
                    if each.comparison.kind not in ("step", "total")],
        "interactions": [_interaction(each, result) for each in together],
        "waterfalls": [_waterfall(each, result) for each in result.waterfalls],
        "front": [_point(each, result) for each in result.front],
        "confirmation": _confirmation(result),
        "answer": _answer(result),
        "skipped": [asdict(each) for each in result.skipped],
        "notes": list(result.notes),
    }


def _parameters(given: Parameters) -> dict[str, Any]:
    return {
        "base": given.base,
        "vary": [{"setting": each.setting, "values": list(each.given),
                  "base_value": each.base_value} for each in given.vary],
        "workloads": list(given.workloads), "strategy": given.strategy, "threads": given.threads,
        "rows": given.rows, "payload": given.payload, "objective": given.objective.value,
        "design": given.design, "state": given.state, "budget_seconds": given.budget_seconds,
        "seconds": round(given.seconds, 3), "slice_seconds": round(given.slice_seconds, 4),
        "confidence": CONFIDENCE, "floor": given.floor, "family": given.family,
        "blocks": given.blocks, "confirmation_blocks": given.confirmation_blocks,
        "fresh_processes": given.fresh_processes,
    }


def _configuration(one: Configuration, result: Result) -> dict[str, Any]:
    rows = [each for each in result.reached if each.configuration.id == one.id]
    threads = result.parameters.threads
    connections = max((one.connections(each.workload, threads) for each in rows), default=0)
    cache = one.cache_bytes()
    return {
        "id": one.id, "label": one.label, "base": one.base, "pragmas": one.pragmas.name,
        "changes": list(one.changes), "durability": one.pragmas.durability,
        "strategy": one.strategy, "threads": threads, "in_flight": one.in_flight,
        "schema": one.schema, "memory_statistics": one.memory_statistics,
        "statement_logging": one.statement_logging,
        "program": one.strategy if is_python(one) else one.program,
        "memory_bytes": None if cache is None else cache * connections,
        "connections": connections, "measured": [_measured(each) for each in rows],
        "error": result.errors.get(one.id),
    }


def _measured(row: Reached) -> dict[str, Any]:
    return {"workload": row.workload,
            "throughput_per_second": asdict(row.throughput_per_second),
            "p99_us": asdict(row.p99_us), "failed_share": row.failed_share}


def factor_of(effect: Effect, result: Result) -> tuple[float, float | None, float | None]:
    """The ratio of the objective itself and its interval: a gain in p99 is a factor below 1."""
    sign = result.parameters.objective.sign
    ends = [None if end is None else math.exp(sign * end) for end in (effect.low, effect.high)]
    low, high = ends if sign > 0 else reversed(ends)
    return math.exp(sign * effect.gain), low, high


def _numbers(effect: Effect, result: Result) -> dict[str, Any]:
    factor, low, high = factor_of(effect, result)
    return {"factor": factor, "low": low, "high": high, "n": effect.n,
            "confidence": effect.confidence, "verdict": effect.verdict.value,
            "smallest_visible": effect.smallest_visible, "comparable": effect.comparable}


def _effect(effect: Effect, result: Result) -> dict[str, Any]:
    asked = effect.comparison
    sides = [one for one in result.experiment.configurations if one.id in asked.weights]
    return {
        "kind": asked.kind, "workload": asked.workload, "what": asked.what, "lever": asked.lever,
        "configuration": asked.configuration, "against": asked.against,
        **_numbers(effect, result), "interleaved": not any(map(is_python, sides)),
    }


def _interaction(effect: Effect, result: Result) -> dict[str, Any]:
    asked = effect.comparison
    return {"workload": asked.workload, "terms": list(asked.terms), **_numbers(effect, result)}


def _waterfall(one: Waterfall, result: Result) -> dict[str, Any]:
    return {
        "workload": one.workload, "start": one.start.id, "end": one.end.id,
        "steps": [_effect(each, result) for each in one.steps],
        "total": one.total and _effect(one.total, result),
    }


def _point(point: Point, result: Result) -> dict[str, Any]:
    row, chosen = point.reached, result.answer.recommended
    return {
        "configuration": row.configuration.id, "label": row.configuration.label,
        "workload": row.workload, "throughput_per_second": row.throughput_per_second.median,
        "p99_us": row.p99_us.median,
        "memory_bytes": memory_bytes(row, result.parameters.threads),
        "durability": row.configuration.pragmas.durability, "on_front": point.on_front,
        "base": row.configuration.base,
        "recommended": chosen is not None and chosen.id == row.configuration.id,
    }


def _confirmation(result: Result) -> dict[str, Any] | None:
    if not result.confirmed:
        return None
    return {"blocks": result.parameters.confirmation_blocks,
            "candidates": [_candidate(each, result) for each in result.confirmed]}


def _candidate(one: Confirmed, result: Result) -> dict[str, Any]:
    configuration = one.candidate.configuration
    numbers = _numbers(one.effect, result)
    kept = ("factor", "low", "high", "n", "confidence", "comparable")
    return {
        "configuration": configuration.id, "pragmas": configuration.pragmas.name,
        "durability": configuration.pragmas.durability, "weaker": one.candidate.weaker,
        **{key: numbers[key] for key in kept}, "confirmed": one.holds,
        "sql": result.sql_of[configuration.id],
    }


def _answer(result: Result) -> Mapping[str, Any]:
    answer = result.answer
    chosen = answer.recommended
    return {
        "status": answer.status, "sentence": answer.sentence,
        "recommended_set": chosen and chosen.pragmas.name,
        "recommended_sql": answer.sql or None,
        "durability": chosen.pragmas.durability if chosen else "unknown",
        "weaker": answer.weaker and _candidate(answer.weaker, result),
    }

"""A run as JSON, `pragmark.gate/1`: all that was measured, the rule, and the answer.

reports/schema/gate.schema.json describes it. What is loaded is checked against model.py, member by
member, so that a result of another version is refused instead of being half understood.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from pragmark_report.errors import InputError

from .model import GateResult
from .outcome import Policy, outcome
from .shape import ShapeError, from_plain, to_plain

SCHEMA = "pragmark.gate/1"
# What null stands for; nothing else may be infinite. A run of few launches has no interval, and
# may be unable to see any slowdown.
UNBOUNDED = {
    ("Judgement", "low"): -math.inf,
    ("Judgement", "high"): math.inf,
    ("Judgement", "smallest_visible"): math.inf,
}
HEAD = ("schema", "status", "exit_code", "headline", "warnings", "policy")
AGAIN = "give a file of `pragmark gate --out`"


def document_of(result: GateResult, policy: Policy) -> dict[str, Any]:
    """Plain values. Raises InputError on a number that is not finite: such a run says nothing."""
    answer = outcome(result, policy)
    try:
        members = to_plain(result, UNBOUNDED)
    except ShapeError as error:
        raise InputError("the result", str(error), "run the gate again") from None
    return {
        "schema": SCHEMA,
        "status": answer.status.value,
        "exit_code": answer.exit_code,
        "headline": answer.headline,
        "warnings": list(answer.warnings),
        "policy": to_plain(policy, {}),
        **members,
    }


def dumps(result: GateResult, policy: Policy) -> str:
    """Ends with a newline."""
    document = document_of(result, policy)
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def loads(text: str, source: str) -> tuple[GateResult, Policy]:
    """The run and the policy that it was held to. `source` names the text in a refusal."""
    document = _parsed(text, source)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else type(document).__name__
        raise InputError(source, f"unknown schema {found!r}", AGAIN)
    for name in HEAD:
        if name not in document:
            raise InputError(source, f"lacks `{name}`", AGAIN)
    members = {name: value for name, value in document.items() if name not in HEAD}
    try:
        result = from_plain(GateResult, members, UNBOUNDED)
        policy = from_plain(Policy, document["policy"], {})
    except ShapeError as error:
        raise InputError(source, str(error), AGAIN) from None
    if document["exit_code"] != outcome(result, policy).exit_code:
        raise InputError(source, "its exit code is not that of its judgements", AGAIN)
    return result, policy


def _parsed(text: str, source: str) -> Any:
    if not text.strip():
        raise InputError(source, "empty file", AGAIN)
    try:
        return json.loads(text, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise InputError(source, f"not valid JSON ({error})", AGAIN) from None


def _not_json(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")

"""A run as JSON, `pragmark.gate/1`: all that was measured, the rule, and the answer.

reports/schema/gate.schema.json describes it. What is loaded is checked against model.py, member by
member, so that a result of another version is refused instead of being half understood.
"""

from __future__ import annotations

import json
import math
from typing import Any

from pragmark_report.errors import InputError
from pragmark_report.json_file import NextSteps, read_object

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
    ("Confirmation", "low"): -math.inf,
    ("Confirmation", "high"): math.inf,
}
HEAD = ("schema", "status", "exit_code", "headline", "warnings", "policy")
AGAIN = "give a file of `pragmark gate --out`"
NEXT_STEPS = NextSteps(give=AGAIN, again="run the gate again", refill=AGAIN)


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


def load(path: str) -> tuple[GateResult, Policy]:
    """The run and the policy that it was held to; text from outside is made printable."""
    document = read_object(path, NEXT_STEPS).document
    if document.get("schema") != SCHEMA:
        raise InputError(path, f"unknown schema {document.get('schema')!r}", AGAIN)
    for name in HEAD:
        if name not in document:
            raise InputError(path, f"lacks `{name}`", AGAIN)
    members = {name: value for name, value in document.items() if name not in HEAD}
    try:
        result = from_plain(GateResult, members, UNBOUNDED)
        policy = from_plain(Policy, document["policy"], {})
    except ShapeError as error:
        raise InputError(path, str(error), AGAIN) from None
    if document["exit_code"] != outcome(result, policy).exit_code:
        raise InputError(path, "its exit code is not that of its judgements", AGAIN)
    return result, policy

"""A document of `pragmark verify` into a Verification.

Lenient about fields that the report does not need, strict about those that carry the claim.
"""

from __future__ import annotations

from pathlib import PurePath

from .errors import InputError
from .model import Check, Verification

VERIFY_SCHEMA = "pragmark.verify/1"
VERDICTS = ("pass", "fail", "ineffective", "misread", "warning", "unknown", "skipped")
AGAIN = "run `pragmark verify --format json` again"


def verification(path: str, document: dict) -> Verification:
    """Raises InputError when verdict, set name or checks are missing or unknown."""
    pragma_set = document.get("pragma_set")
    name = pragma_set.get("name") if isinstance(pragma_set, dict) else None
    if not isinstance(name, str) or not name:
        raise InputError(path, "verify result without `pragma_set.name`", AGAIN)
    checks = document.get("checks")
    if not isinstance(checks, list) or not checks:
        raise InputError(path, "verify result without `checks`, which proves nothing", AGAIN)
    sqlite = document.get("sqlite")
    version = sqlite.get("version") if isinstance(sqlite, dict) else None
    return Verification(
        source=PurePath(path).name,
        pragma_set=name,
        verdict=_verdict(path, document),
        sqlite_version=_text(version),
        checks=tuple(_check(path, check) for check in checks),
    )


def _verdict(path: str, holder: dict) -> str:
    verdict = holder.get("verdict")
    if verdict not in VERDICTS:
        raise InputError(path, f"unknown verdict {str(verdict)[:40]}", AGAIN)
    return verdict


def _check(path: str, check: object) -> Check:
    if not isinstance(check, dict):
        raise InputError(path, "an entry of `checks` is not an object", AGAIN)
    texts = (
        "connection",
        "setting",
        "claimed",
        "read_back",
        "observed",
        "reason",
        "consequence",
        "repair",
    )
    return Check(
        verdict=_verdict(path, check), **{key: _text(check.get(key)) for key in texts}
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)

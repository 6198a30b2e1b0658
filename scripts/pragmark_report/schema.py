"""Checks a document against a JSON Schema, as far as the schemas of reports/schema use it.

A keyword that this file does not know is an error of the schema, never something let through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "reports" / "schema"
SAYS_NOTHING = {"$schema", "$id", "$defs", "title", "description", "examples", "default"}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,),
    "integer": (int,), "number": (int, float), "null": (type(None),),
}
MAX_SHOWN = 60  # characters of a value in a complaint


@lru_cache(maxsize=None)
def of_file(name: str) -> dict:
    """The schema of that file. Raises OSError when it is not installed."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def first_breach(document: object, schema: dict) -> str | None:
    """What is wrong with the document, with its place, in one line; None when nothing is."""
    return next(_breaches(document, schema, schema, ""), None)


def _breaches(value: object, schema: dict | bool, root: dict, place: str) -> Iterator[str]:
    if isinstance(schema, bool):
        if not schema:
            yield f"{place or 'the document'} is not allowed"
        return
    for keyword, argument in schema.items():
        if keyword in SAYS_NOTHING:
            continue
        yield from RULES[keyword](value, argument, schema, root, place)


def _where(place: str) -> str:
    return place or "the document"


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:MAX_SHOWN]


def _is(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[name])


def _reference(value: object, argument: str, _: dict, root: dict, place: str) -> Iterator[str]:
    target: object = root
    for part in argument.removeprefix("#/").split("/"):
        target = target[part]
    yield from _breaches(value, target, root, place)


def _type(value: object, argument: object, _: dict, __: dict, place: str) -> Iterator[str]:
    names = argument if isinstance(argument, list) else [argument]
    if not any(_is(value, name) for name in names):
        yield f"{_where(place)} is {_shown(value)}, not of type {' or '.join(names)}"


def _enum(value: object, argument: list, _: dict, __: dict, place: str) -> Iterator[str]:
    if value not in argument:
        yield f"{_where(place)} is {_shown(value)}, which is none of {_shown(argument)}"


def _const(value: object, argument: object, _: dict, __: dict, place: str) -> Iterator[str]:
    if value != argument:
        yield f"{_where(place)} is {_shown(value)}, not {_shown(argument)}"


def _required(value: object, argument: list, _: dict, __: dict, place: str) -> Iterator[str]:
    missing = [key for key in argument if isinstance(value, dict) and key not in value]
    if missing:
        yield f"{_where(place)} has no `{missing[0]}`"


def _properties(value: object, argument: dict, _: dict, root: dict, place: str) -> Iterator[str]:
    for key, schema in argument.items() if isinstance(value, dict) else ():
        if key in value:
            yield from _breaches(value[key], schema, root, f"{place}.{key}".lstrip("."))


def _patterns(value: object, argument: dict, _: dict, root: dict, place: str) -> Iterator[str]:
    for key, item in value.items() if isinstance(value, dict) else ():
        for pattern, schema in argument.items():
            if re.search(pattern, key):
                yield from _breaches(item, schema, root, f"{place}.{key}".lstrip("."))


def _additional(value: object, argument: object, schema: dict, root: dict, place: str
                ) -> Iterator[str]:
    patterns = schema.get("patternProperties", {})
    for key, item in value.items() if isinstance(value, dict) else ():
        if key in schema.get("properties", {}) or any(re.search(p, key) for p in patterns):
            continue
        if argument is False:
            yield f"{_where(place)} holds `{key[:MAX_SHOWN]}`, which is unknown here"
        yield from () if argument is False else _breaches(item, argument, root, f"{place}.{key}")


def _items(value: object, argument: dict, _: dict, root: dict, place: str) -> Iterator[str]:
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from _breaches(item, argument, root, f"{place}[{number}]")


def _one_of(value: object, argument: list, _: dict, root: dict, place: str) -> Iterator[str]:
    complaints = [next(_breaches(value, schema, root, place), None) for schema in argument]
    if complaints.count(None) == 0:
        yield complaints[-1]  # the last is the fullest form: schemas say null first
    elif complaints.count(None) > 1:
        yield f"{_where(place)} fits several forms of which it must fit one"


def _any_of(value: object, argument: list, _: dict, root: dict, place: str) -> Iterator[str]:
    complaints = [next(_breaches(value, schema, root, place), None) for schema in argument]
    if None not in complaints:
        yield complaints[-1]


def _all_of(value: object, argument: list, _: dict, root: dict, place: str) -> Iterator[str]:
    for schema in argument:
        yield from _breaches(value, schema, root, place)


def _limit(breaks: Callable[[float, float], bool], words: str, size: Callable) -> Callable:
    def rule(value: object, argument: float, _: dict, __: dict, place: str) -> Iterator[str]:
        measured = size(value)
        if measured is not None and breaks(measured, argument):
            yield f"{_where(place)} is {_shown(value)}, {words} {argument}"
    return rule


def _number(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _count(value: object) -> int | None:
    return len(value) if isinstance(value, (list, str, dict)) else None


def _less(a: float, b: float) -> bool:
    return a < b


def _more(a: float, b: float) -> bool:
    return a > b


RULES: dict[str, Callable] = {
    "$ref": _reference, "type": _type, "enum": _enum, "const": _const, "required": _required,
    "properties": _properties, "patternProperties": _patterns, "additionalProperties": _additional,
    "items": _items, "oneOf": _one_of, "anyOf": _any_of, "allOf": _all_of,
    "minimum": _limit(_less, "less than", _number),
    "maximum": _limit(_more, "more than", _number),
    "exclusiveMinimum": _limit(lambda a, b: a <= b, "not more than", _number),
    "exclusiveMaximum": _limit(lambda a, b: a >= b, "not less than", _number),
    "minItems": _limit(_less, "with fewer items than", _count),
    "maxItems": _limit(_more, "with more items than", _count),
    "minLength": _limit(_less, "shorter than", _count),
    "maxLength": _limit(_more, "longer than", _count),
    "pattern": lambda value, argument, _, __, place: (
        [f"{_where(place)} is {_shown(value)}, not of the form {argument}"]
        if isinstance(value, str) and not re.search(argument, value) else []),
}

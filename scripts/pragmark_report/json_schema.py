"""The part of JSON Schema that pragmark's schemas use, since the distribution has no validator.

An unknown keyword is an error: a schema must not seem to demand what nothing here checks.
"""

from __future__ import annotations

from collections.abc import Iterator

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
WORDS = {"$schema", "title", "description", "$defs"}


def breaches(value: object, schema: dict, root: dict, where: str = "$") -> Iterator[str]:
    """One line for each part of the value that the schema does not allow."""
    for keyword, wanted in schema.items():
        if keyword not in WORDS:
            yield from CHECKS[keyword](value, wanted, schema, root, where)


def _reference(value, wanted, schema, root, where):
    yield from breaches(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, where)


def _type(value, wanted, schema, root, where):
    kinds = [wanted] if isinstance(wanted, str) else wanted
    if not any(_is(value, kind) for kind in kinds):
        yield f"{where}: {value!r} is no {wanted}"


def _is(value: object, kind: str) -> bool:
    if kind in ("number", "integer"):
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(
            value, bool)
    return isinstance(value, KINDS[kind])


def _const(value, wanted, schema, root, where):
    if value != wanted:
        yield f"{where}: {value!r} is not {wanted!r}"


def _enum(value, wanted, schema, root, where):
    if value not in wanted:
        yield f"{where}: {value!r} is none of {wanted}"


def _minimum(value, wanted, schema, root, where):
    if _is(value, "number") and value < wanted:
        yield f"{where}: {value} is below {wanted}"


def _maximum(value, wanted, schema, root, where):
    if _is(value, "number") and value > wanted:
        yield f"{where}: {value} is above {wanted}"


def _required(value, wanted, schema, root, where):
    if isinstance(value, dict):
        yield from (f"{where}: lacks {name}" for name in wanted if name not in value)


def _properties(value, wanted, schema, root, where):
    for name, inner in wanted.items():
        if isinstance(value, dict) and name in value:
            yield from breaches(value[name], inner, root, f"{where}.{name}")


def _additional(value, wanted, schema, root, where):
    for name in value if isinstance(value, dict) else ():
        if name not in schema.get("properties", {}):
            if wanted is False:
                yield f"{where}: {name} is not known"
            else:
                yield from breaches(value[name], wanted, root, f"{where}.{name}")


def _items(value, wanted, schema, root, where):
    for place, each in enumerate(value if isinstance(value, list) else ()):
        yield from breaches(each, wanted, root, f"{where}[{place}]")


def _min_items(value, wanted, schema, root, where):
    if len(value) < wanted:
        yield f"{where}: fewer than {wanted} items"


def _max_items(value, wanted, schema, root, where):
    if len(value) > wanted:
        yield f"{where}: more than {wanted} items"


def _one_of(value, wanted, schema, root, where):
    if sum(not list(breaches(value, each, root, where)) for each in wanted) != 1:
        yield f"{where}: {value!r} is not exactly one of its kinds"


CHECKS = {"$ref": _reference, "type": _type, "const": _const, "enum": _enum, "minimum": _minimum,
          "maximum": _maximum, "required": _required, "properties": _properties,
          "additionalProperties": _additional, "items": _items, "minItems": _min_items,
          "maxItems": _max_items, "oneOf": _one_of}

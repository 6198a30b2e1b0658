"""Frozen dataclasses to plain JSON values and back, by their type hints; strict on the way in.

A member that is missing, unknown, or of another type is refused. A number is finite, except in a
member named in `unbounded`: there null stands for the infinity that is given.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

# (class name, member) -> what null means there. JSON has no infinity.
Unbounded = Mapping[tuple[str, str], float]


class ShapeError(ValueError):
    """The value does not have the shape. The message says where."""


def to_plain(value: object, unbounded: Unbounded, where: str = "") -> object:
    """REQUIRES: every number is finite or stands in an unbounded member."""
    if dataclasses.is_dataclass(value):
        owner = type(value).__name__
        return {
            each.name: _member_to_plain(getattr(value, each.name), unbounded, (owner, each.name))
            for each in dataclasses.fields(value)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_plain(each, unbounded, f"{where}.{key}") for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_plain(each, unbounded, where) for each in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    number = float(value)  # numpy's floats too
    if not math.isfinite(number):
        raise ShapeError(f"{where.lstrip('.')} is {number}")
    return number


def _member_to_plain(value: object, unbounded: Unbounded, member: tuple[str, str]) -> object:
    if member in unbounded and value == unbounded[member]:
        return None
    return to_plain(value, unbounded, ".".join(member))


def from_plain(kind: object, value: object, unbounded: Unbounded, where: str = "") -> object:
    """The value as `kind`: a dataclass, an Enum, or what type hints of these are made of."""
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, value, unbounded, where)
    if origin in (types.UnionType, typing.Union):
        inner = next(each for each in typing.get_args(kind) if each is not type(None))
        return None if value is None else from_plain(inner, value, unbounded, where)
    if origin is tuple:
        return _tuple(typing.get_args(kind), value, unbounded, where)
    if origin is not None and issubclass(origin, Mapping):
        inner = typing.get_args(kind)[1]
        return {key: from_plain(inner, each, unbounded, f"{where}.{key}")
                for key, each in _of(dict, value, where).items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise ShapeError(f"{_at(where)} is {value!r}") from None
    return _scalar(kind, value, where)


def _dataclass(kind: type, value: object, unbounded: Unbounded, where: str) -> object:
    members = _of(dict, value, where)
    hints = _hints(kind)
    names = [each.name for each in dataclasses.fields(kind)]
    for name in members:
        if name not in names:
            raise ShapeError(f"{_at(where)} has an unknown member `{name}`")
    read = {}
    for name in names:
        if name not in members:
            raise ShapeError(f"{_at(where)} lacks `{name}`")
        null_means = unbounded.get((kind.__name__, name))
        if members[name] is None and null_means is not None:
            read[name] = null_means
        else:
            read[name] = from_plain(hints[name], members[name], unbounded, f"{where}.{name}")
    return kind(**read)


@lru_cache(maxsize=None)
def _hints(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)


def _tuple(inner: tuple, value: object, unbounded: Unbounded, where: str) -> tuple:
    items = _of(list, value, where)
    kinds = [inner[0]] * len(items) if inner[-1] is Ellipsis else list(inner)
    if len(kinds) != len(items):
        raise ShapeError(f"{_at(where)} has {len(items)} items instead of {len(kinds)}")
    return tuple(from_plain(kind, each, unbounded, f"{where}[{place}]")
                 for place, (kind, each) in enumerate(zip(kinds, items)))


def _scalar(kind: object, value: object, where: str) -> object:
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ShapeError(f"{_at(where)} is not finite")
        return float(value)
    if kind in (int, str, bool) and type(value) is kind:
        return value
    raise ShapeError(f"{_at(where)} is {type(value).__name__}, not {getattr(kind, '__name__', kind)}")


def _of(kind: type, value: object, where: str) -> typing.Any:
    if not isinstance(value, kind):
        raise ShapeError(f"{_at(where)} is {type(value).__name__}, not {kind.__name__}")
    return value


def _at(where: str) -> str:
    return f"`{where.lstrip('.')}`" if where else "the document"

"""Turns dataclasses into JSON and back, by the types of their fields. Pure.

Fields that a reader does not know are left alone, and those that are missing have their defaults.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_origin, get_type_hints

from kinescope_upload.output.json_text import plain, utc
from kinescope_upload.text.hints import shown

if TYPE_CHECKING:
    from collections.abc import Hashable

    from _typeshed import DataclassInstance

T = TypeVar("T")


def to_json(fact: DataclassInstance) -> dict[str, Any]:
    """Gives the fields as JSON knows them: moments as ISO 8601 in UTC, texts that any reader takes."""
    return {field.name: _plain(getattr(fact, field.name)) for field in fields(fact)}


def _plain(value: object) -> object:
    match value:
        case str():
            return plain(shown(value))
        case datetime():
            return utc(value)
        case tuple():
            return [_plain(member) for member in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return to_json(value)
        case _:
            return value


def from_json(kind: type[T], node: object) -> T:
    """Reads what `to_json` made of such a dataclass.

    Raises:
        ValueError: It is not of that form.
    """
    if not isinstance(node, dict):
        raise ValueError(f"is no {kind.__name__}")  # noqa: TRY004 - one error for all that a file may hold
    hints = _types(cast("Hashable", kind))
    try:
        return kind(**{name: _read(hints[name], value) for name, value in node.items() if name in hints})
    except TypeError:
        raise ValueError(f"a field of {kind.__name__} is missing") from None


@cache
def _types(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: object) -> object:  # noqa: ANN401 - a type, as `get_type_hints` gives it
    if get_origin(kind) is tuple:
        return _read_all(get_args(kind)[0], value)
    if members := get_args(kind):  # X | None
        return None if value is None else _read(next(one for one in members if one is not NoneType), value)
    if kind is datetime:
        return _moment(value)
    if hasattr(kind, "__dataclass_fields__"):
        return from_json(kind, value)
    if issubclass(kind, StrEnum):
        return kind(value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"is no {kind.__name__}")
    return value


def _read_all(kind: Any, value: object) -> tuple[object, ...]:  # noqa: ANN401 - as above
    if not isinstance(value, list):
        raise ValueError("is no list")  # noqa: TRY004 - one error for all that a file may hold
    return tuple(_read(kind, member) for member in value)


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("is no moment")
    return moment.astimezone(UTC)

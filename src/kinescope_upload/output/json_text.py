r"""Formats the lines of the JSON output (docs/json.md). Pure.

Every line is plain ASCII with escapes for all other characters: it survives any encoding, and no name can control a
terminal. The bytes of a file name that is not UTF-8 become `\xff`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kinescope_upload.text import escaped
from kinescope_upload.text.hints import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from _typeshed import DataclassInstance

    from kinescope_upload.output.terminal_output import Clock

    JsonValue = str | int | float | bool | datetime | None | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
    JsonFields = Mapping[str, JsonValue]

VERSION: Final = 2


def json_line(event: str, fields: JsonFields, clock: Clock) -> str:
    """Formats one line: version, the event's name, the time in UTC, then the event's own fields.

    Moments are formatted by `utc` and texts by `plain`, so that the fields hold both as they are.
    """
    return json.dumps(_formatted({"v": VERSION, "event": event, "time": clock.now(), **fields})) + "\n"


def _formatted(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return plain(shown(value))
    if isinstance(value, Mapping):
        return {key: _formatted(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_formatted(member) for member in value]
    return utc(value) if isinstance(value, datetime) else value


def object_of(fact: DataclassInstance, **names: str | None) -> dict[str, Any]:
    """Gives the fields of a fact as those of a JSON object, numbers to three digits after the point.

    Args:
        fact: A dataclass.
        names: Another name for a field of this name; None leaves the field out.
    """
    found = ((names.get(field.name, field.name), getattr(fact, field.name)) for field in fields(fact))
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in found if key}


def utc(moment: datetime) -> str:
    """Formats a moment as ISO 8601 in UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plain(text: str) -> str:
    r"""Escapes lone surrogates, which strict JSON readers refuse: bytes that are not UTF-8 become `\xff`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(escaped(char) if "\ud800" <= char <= "\udfff" else char for char in text)
    return text

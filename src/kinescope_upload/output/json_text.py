r"""Formats the lines of the JSON output (docs/json.md). Pure.

Every line is plain ASCII with escapes for all other characters: it survives any encoding, and no name can control a
terminal. The bytes of a file name that is not UTF-8 become `\xff`.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Final

from kinescope_upload.text import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kinescope_upload.output.terminal_output import Clock

    JsonValue = str | int | float | bool | None | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
    JsonFields = Mapping[str, JsonValue]

VERSION: Final = 1


def json_line(event: str, fields: JsonFields, clock: Clock) -> str:
    """Formats one line: version, the event's name, the time in UTC, then the event's own fields."""
    return json.dumps({"v": VERSION, "event": event, "time": utc(clock.now()), **fields}) + "\n"


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

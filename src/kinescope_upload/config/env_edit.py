"""Sets values in the text of a `.env` file, and leaves every other line as it is. Pure."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from dotenv.parser import parse_stream

from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotenv.parser import Binding

_BINDING: Final = re.compile(
    r"""
    (?P<before> \s* (?:export[^\S\r\n]+)? (?:'[^']+'|[^=\#\s]+) [^\S\r\n]* = )
    (?: [^\S\r\n]*'(?:\\.|[^'\\])*' | [^\S\r\n]*"(?:\\.|[^"\\])*" | [^\r\n]*? )
    (?P<after> (?:[^\S\r\n]+\#[^\r\n]*)? [^\S\r\n]* (?:\r\n|\n|\r)? )
    """,
    re.VERBOSE | re.DOTALL,
)
"""A line as python-dotenv reads it: a value in quotes may be of several lines, and a comment begins after a space."""


def with_values(text: str, values: Mapping[str, str], *, name: str) -> str:
    """Gives the text with these values: the last line of a name gets the value, names that are not there are added.

    Args:
        text: What the file holds; empty where there is none.
        values: Values by name.
        name: The file's name in messages.

    Raises:
        UsageError: A line is written in a way that cannot be changed, or a value cannot be written.
    """
    bindings = list(parse_stream(io.StringIO(text)))
    newline = "\r\n" if "\r\n" in text else "\n"
    pieces = [binding.original.string for binding in bindings]
    last = {binding.key: number for number, binding in enumerate(bindings) if binding.key}
    for key, value in values.items():
        found = _BINDING.fullmatch(pieces[last[key]]) if key in last else None
        if found:
            pieces[last[key]] = f"{found['before']}{_written(value)}{found['after']}"
            continue
        if pieces and not pieces[-1].endswith(("\n", "\r")):
            pieces[-1] += newline
        pieces.append(f"{key}={_written(value)}{newline}")
    result = "".join(pieces)
    if _read(result) != {**_read(text), **values}:
        raise UsageError(
            f"{', '.join(values)} cannot be set in {name} as it is written, so it is left as it is.",
            "Write each setting as NAME=value on a line of its own.",
        )
    return result


def _written(value: str) -> str:
    """The value as it is where that is read back, else in single quotes."""
    if _value_of(next(iter(parse_stream(io.StringIO(f"X={value}\n"))))) == value and "\n" not in value:
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _read(text: str) -> dict[str, str]:
    """What the text says: the last value of each name."""
    return {binding.key: _value_of(binding) for binding in parse_stream(io.StringIO(text)) if binding.key}


def _value_of(binding: Binding) -> str:
    return binding.value or ""

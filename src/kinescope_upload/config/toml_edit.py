"""Sets values in the text of kupload.toml, and leaves every other line as it is. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.library_paths import nfc

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDERS: Final = "folders"
_HEADER: Final = re.compile(r"""\s*\[\s*(?:folders|"folders"|'folders')\s*\]\s*(?:#.*)?$""")
_NEXT_HEADER: Final = re.compile(r"\s*\[")
_VALUE: Final = re.compile(r"""(?P<before>.*?=\s*)(?:"[^"]*"|'[^']*')(?P<after>\s*(?:\#.*)?)$""")
_BARE_KEY: Final = re.compile(r"[a-z_]+")


def with_pins(text: str, pins: Mapping[str, str], *, name: str) -> str:
    """Gives the text with these pins in [folders]: a pin that is there gets the id, others are added below the last.

    Args:
        text: What the file holds; empty where there is none.
        pins: Folder ids by course.
        name: The file's name in messages.

    Raises:
        UsageError: [folders] is written in a way that cannot be changed line by line.
    """
    lines, newline = _lines_of(text)
    header = next((number for number, line in enumerate(lines) if _HEADER.match(line)), None)
    if header is None:
        lines += [*([""] if lines and lines[-1].strip() else []), "[folders]"]
        header = len(lines) - 1
    for course, folder_id in pins.items():
        _set(lines, header, course, folder_id)
    result = newline.join(lines) + newline
    if not _says(result, text, _FOLDERS, pins):
        raise UsageError(
            f"[folders] in {name} is written in a way that kupload cannot change, so it is left as it is.",
            "Write it as [folders] on a line of its own, with a course on each line below.",
        )
    return result


def with_settings(text: str, settings: Mapping[str, str], *, name: str) -> str:
    """Gives the text with these settings at its top: one that is there gets the value, others are added.

    Args:
        text: What the file holds; empty where there is none.
        settings: Texts by key, above all sections.
        name: The file's name in messages.

    Raises:
        UsageError: One of them is written in a way that cannot be changed line by line.
    """
    lines, newline = _lines_of(text)
    for key, value in settings.items():
        _set(lines, -1, key, value)
    result = newline.join(lines) + newline
    if not _says(result, text, None, settings):
        raise UsageError(
            f"{', '.join(settings)} cannot be set in {name} as it is written, so it is left as it is.",
            "Write each setting on a line of its own, above the first line that begins with [.",
        )
    return result


def _lines_of(text: str) -> tuple[list[str], str]:
    newline = "\r\n" if "\r\n" in text else "\n"
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else [], newline


def _set(lines: list[str], header: int, key: str, value: str) -> None:
    """Sets the value in the section below this line; -1 means above the first section."""
    last = header
    for number in range(header + 1, len(lines)):
        if _NEXT_HEADER.match(lines[number]):
            break
        there = _key(lines[number])
        if there is None:
            continue
        last = number
        if _is_same(there, key) and (found := _VALUE.match(lines[number])):
            lines[number] = f"{found['before']}{_quoted(value)}{found['after']}"
            return
    is_bare = header < 0 and _BARE_KEY.fullmatch(key)
    lines.insert(last + 1, f"{key if is_bare else json.dumps(key, ensure_ascii=False)} = {_quoted(value)}")


def _quoted(value: str) -> str:
    """The value as TOML: in single quotes, where backslashes mean nothing, if it has any."""
    is_literal = "\\" in value and "'" not in value and value.isprintable()
    return f"'{value}'" if is_literal else json.dumps(value, ensure_ascii=False)


def _key(line: str) -> str | None:
    """The key that the line sets; None where it sets none."""
    try:
        return next(iter(tomllib.loads(line)), None)
    except tomllib.TOMLDecodeError:
        return None


def _is_same(key: str, other: str) -> bool:
    return nfc(key) == nfc(other)


def _says(result: str, before: str, section: str | None, entries: Mapping[str, str]) -> bool:
    """Whether the new text says what the old one said, and the entries beside it."""
    try:
        new, old = tomllib.loads(result), tomllib.loads(before)
    except tomllib.TOMLDecodeError:
        return False
    new_entries, old_entries = (new, old) if section is None else (new.pop(section, {}), old.pop(section, {}))
    is_rest_kept = section is None or new == old
    return is_rest_kept and _composed(new_entries) == _composed(old_entries) | _composed(entries)


def _composed(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {nfc(key): value for key, value in entries.items()}

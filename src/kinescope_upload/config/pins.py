"""Sets courses' folders in the text of kupload.toml, and leaves every other line as it is. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER: Final = re.compile(r"""\s*\[\s*(?:folders|"folders"|'folders')\s*\]\s*(?:#.*)?$""")
_NEXT_HEADER: Final = re.compile(r"\s*\[")
_VALUE: Final = re.compile(r"""(?P<before>.*?=\s*)(?:"[^"]*"|'[^']*')(?P<after>\s*(?:\#.*)?)$""")


def with_pins(text: str, pins: Mapping[str, str], *, name: str) -> str:
    """Gives the text with these pins in [folders]: a pin that is there gets the id, others are added below the last.

    Args:
        text: What the file holds; empty where there is none.
        pins: Folder ids by course.
        name: The file's name in messages.

    Raises:
        UsageError: [folders] is written in a way that cannot be changed line by line.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
    header = next((number for number, line in enumerate(lines) if _HEADER.match(line)), None)
    if header is None:
        lines += [*([""] if lines and lines[-1].strip() else []), "[folders]"]
        header = len(lines) - 1
    for course, folder_id in pins.items():
        _set(lines, header, course, folder_id)
    result = newline.join(lines) + newline
    if not _says(result, text, pins):
        raise UsageError(
            f"[folders] in {name} is written in a way that kupload cannot change, so it is left as it is.",
            "Write it as [folders] on a line of its own, with a course on each line below.",
        )
    return result


def _set(lines: list[str], header: int, course: str, folder_id: str) -> None:
    last = header
    for number in range(header + 1, len(lines)):
        if _NEXT_HEADER.match(lines[number]):
            break
        key = _key(lines[number])
        if key is None:
            continue
        last = number
        if _is_same(key, course) and (found := _VALUE.match(lines[number])):
            lines[number] = f'{found["before"]}"{folder_id}"{found["after"]}'
            return
    lines.insert(last + 1, f'{json.dumps(course, ensure_ascii=False)} = "{folder_id}"')


def _key(line: str) -> str | None:
    """The course that the line names; None where it names none."""
    try:
        return next(iter(tomllib.loads(line)), None)
    except tomllib.TOMLDecodeError:
        return None


def _is_same(key: str, course: str) -> bool:
    return normalize("NFC", key) == normalize("NFC", course)


def _says(result: str, before: str, pins: Mapping[str, str]) -> bool:
    """Whether the new text says what the old one said, and the pins beside it."""
    try:
        new, old = tomllib.loads(result), tomllib.loads(before)
    except tomllib.TOMLDecodeError:
        return False
    folders = {normalize("NFC", key): value for key, value in new.pop("folders", {}).items()}
    kept = {normalize("NFC", key): value for key, value in old.pop("folders", {}).items()}
    return new == old and folders == kept | {normalize("NFC", key): value for key, value in pins.items()}

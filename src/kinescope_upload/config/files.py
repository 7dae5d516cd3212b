"""Reads `.env` and kupload.toml, with the line of every value."""

from __future__ import annotations

import io
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dotenv.parser import parse_stream

from kinescope_upload.config.settings import SettingOrigin, Source
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Holds a value as a user wrote it; its `repr` hides the text, which may be a secret."""

    text: str
    place: SettingOrigin

    def __repr__(self) -> str:
        return f"Written({self.place})"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """Holds the content of `.env`.

    Attributes:
        values: The values that are not empty, by name; the last one of each name.
        is_there: Whether there is such a file.
        is_readable_by_others: Whether other users of this machine may read the file.
    """

    values: Mapping[str, Written]
    is_there: bool = True
    is_readable_by_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """Holds kupload.toml: its parsed content, its text to find lines in, and the folder where its paths start."""

    name: str
    content: Mapping[str, object]
    folder: Path
    text: str = ""

    def place(self, key: str, section: str = "") -> SettingOrigin:
        """Locates the key; without a line when that is not certain."""
        name = f"[{section}] {key}" if section else key
        return SettingOrigin(source=Source.TOML, name=name, file=self.name, line=self._line(key, section))

    def _line(self, key: str, section: str) -> int | None:
        begins = re.compile(rf"""\s*(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')\s*=""")
        current, found = "", []
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := re.fullmatch(r"\s*\[\s*([\w-]+)\s*\]\s*(?:#.*)?", line):
                current = header[1]
            elif current == section and begins.match(line):
                found.append(number)
        return found[0] if len(found) == 1 else None


def read_env_file(path: Path, name: str, *, must_exist: bool) -> EnvFile:
    """Reads the values of a `.env` file, without interpolation.

    Args:
        path: The file.
        name: Its name in messages.
        must_exist: Whether its absence is an error, because the user named it.

    Raises:
        UsageError: It cannot be read or parsed; names the line.
    """
    text = _text(path, name, must_exist=must_exist)
    if text is None:
        return EnvFile(values={}, is_there=False)
    values: dict[str, Written] = {}
    for binding in parse_stream(io.StringIO(text)):
        written = binding.original.string
        line = binding.original.line + _line_breaks_before(written)
        if binding.error:
            raise UsageError(
                f"{name} line {line} cannot be parsed.",
                "A line is NAME=value; a value that begins with a quotation mark must end with one.",
            )
        if binding.key and (binding.value or "").strip():
            place = SettingOrigin(source=Source.ENV_FILE, name=binding.key, file=name, line=line)
            values[binding.key] = Written(text=(binding.value or "").strip(), place=place)
    return EnvFile(values=values, is_readable_by_others=_is_readable_by_others(path))


def _line_breaks_before(written: str) -> int:
    """Counts the line breaks before the first character that is not white space."""
    return len(re.findall(r"\r\n|\n|\r", written[: len(written) - len(written.lstrip())]))


def read_toml_file(path: Path, name: str) -> TomlFile:
    """Reads kupload.toml; empty when there is no such file.

    Raises:
        UsageError: It cannot be read or is not TOML; names the line.
    """
    text = _text(path, name, must_exist=False)
    if text is None:
        return TomlFile(name=name, content={}, folder=path.parent)
    import tomllib  # noqa: PLC0415 - without kupload.toml, nothing is TOML

    try:
        return TomlFile(name=name, content=tomllib.loads(text), text=text, folder=path.parent)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is not valid TOML: {error}.", _toml_hint(text)) from None


def _toml_hint(text: str) -> str:
    if "\\" in text:
        return r"Put a path with backslashes in single quotes: library = 'E:\Academy Courses'."
    return "Put text in quotation marks, but not numbers: jobs = 4."


def _text(path: Path, name: str, *, must_exist: bool) -> str | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        if must_exist:
            raise UsageError(f"{name} does not exist.", "Correct --env-file or create the file.") from None
        return None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{_bad_encoding(data, error, name)}.", "Save it as UTF-8.") from None


def _bad_encoding(data: bytes, error: UnicodeDecodeError, name: str) -> str:
    if data.startswith(_UTF16_MARKS):
        return f"{name} is written in UTF-16"
    line = len(re.findall(rb"\r\n|\n|\r", data[: error.start])) + 1
    return f"{name} line {line} is not UTF-8"


def _is_readable_by_others(path: Path) -> bool:
    if os.name != "posix":
        return False
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    except OSError:
        return False

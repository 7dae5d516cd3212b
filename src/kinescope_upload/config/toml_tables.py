"""Checks kupload.toml (known keys, no secret) and reads its tables [folders] and [database]. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kinescope_upload.config.catalog import DATABASE_KEYS, SECRETS, Setting, known_toml_keys
from kinescope_upload.config.files import TomlFile, Written
from kinescope_upload.config.names import nearest
from kinescope_upload.config.values import parse_uuid, parse_yes_or_no, shown
from kinescope_upload.errors import UsageError
from kinescope_upload.model import DurationUnit, LessonTable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_SECTIONS: Final = frozenset({"folders", "database", "cluster"})


def check_keys(file: TomlFile) -> None:
    """Checks that every key is known and none names a secret.

    Raises:
        UsageError: Names the key and a similar one, or where the secret belongs.
    """
    _check(file, file.content, known_toml_keys() | _SECTIONS)
    checked_section(file, "database", DATABASE_KEYS)


def checked_section(file: TomlFile, section: str, known: Collection[str]) -> Mapping[str, object]:
    """The table of this name, empty where there is none, after a look at its keys.

    Raises:
        UsageError: It is no table, a key is not known or names a secret.
    """
    table = _section(file, section)
    _check(file, table, known, section)
    return table


def _check(file: TomlFile, table: Mapping[str, object], known: Collection[str], section: str = "") -> None:
    for key in table:
        if key not in known:
            raise _secret(file, key, section) or _unknown(file, key, known, section)


def _secret(file: TomlFile, key: str, section: str) -> UsageError | None:
    variable = SECRETS.get(key.casefold())
    if variable is None:
        return None
    return UsageError(
        f"{file.place(key, section)}: a secret does not belong here, since the file may be shared.",
        f"Put it into .env as {variable}, and remove it here.",
    )


def _unknown(file: TomlFile, key: str, known: Collection[str], section: str) -> UsageError:
    plain = key.casefold().removeprefix("kupload_").removeprefix("kinescope_")
    near = nearest(plain, known)
    hint = f"Did you mean {near}?" if near else f"Known are {', '.join(sorted(known))}."
    return UsageError(f"{file.place(shown(key)[1:-1], section)} is not a setting of kupload.", hint)


def written_in(file: TomlFile, setting: Setting) -> Written | None:
    """Reads the setting's value in kupload.toml; None when it has none or an empty one.

    Raises:
        UsageError: The value is neither a text nor a number.
    """
    if setting.toml is None or setting.toml not in file.content:
        return None
    value, place = file.content[setting.toml], file.place(setting.toml)
    is_misplaced = isinstance(value, bool) and setting.parse is not parse_yes_or_no
    if is_misplaced or not isinstance(value, str | int | float):
        raise UsageError(f"{place} must be a text or a number.")
    text = str(value).strip()
    return Written(text=text, place=place) if text else None


def folders_of(file: TomlFile) -> Mapping[str, str]:
    """Reads the pinned folder ids by course."""
    folders: dict[str, str] = {}
    for course, text in _texts(file, "folders").items():
        try:
            folders[course] = parse_uuid(text)
        except ValueError as error:
            raise UsageError(f"{file.place(course, 'folders')}: {shown(text)} {error}") from None
    return MappingProxyType(folders)


def table_of(file: TomlFile) -> LessonTable:
    """Reads the names of the lessons' table and its columns."""
    names = _texts(file, "database")
    for key, text in names.items():
        if not text.isprintable():
            raise UsageError(f"{file.place(key, 'database')}: {shown(text)} holds a character that no name has.")
    unit = names.pop("duration_unit", DurationUnit.SECONDS)
    try:
        return LessonTable(**names, duration_unit=DurationUnit(unit.lower()))
    except ValueError:
        place = file.place("duration_unit", "database")
        raise UsageError(f"{place}: {shown(unit)} is no unit.", 'Write "seconds" or "minutes".') from None


def _section(file: TomlFile, section: str) -> Mapping[str, object]:
    table = file.content.get(section, {})
    if not isinstance(table, dict):
        raise UsageError(
            f"{file.place(section)} must be a table.", f"Write it as [{section}], with a key on each line."
        )
    return table


def _texts(file: TomlFile, section: str) -> dict[str, str]:
    """Reads the section's texts that are not empty."""
    texts: dict[str, str] = {}
    for key, value in _section(file, section).items():
        if not isinstance(value, str):
            raise UsageError(f"{file.place(key, section)} must be a text in quotation marks.")
        if text := value.strip():
            texts[key] = text
    return texts

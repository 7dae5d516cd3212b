"""Checks this machine for `kupload doctor`: settings, library, progress folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.check import Check, SettingFact, Standing
from kinescope_upload.config import Secret, Source
from kinescope_upload.database.dsn import masked
from kinescope_upload.errors import BatchStoppedError, MissingSettingsError, UsageError
from kinescope_upload.library.disk import Disk
from kinescope_upload.model import LessonTable
from kinescope_upload.progress import check_folder, nearest_existing, read_records, records_of
from kinescope_upload.survey import map_library
from kinescope_upload.survey.idle import foreign_library
from kinescope_upload.text import count, format_bytes
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.config import Settings
    from kinescope_upload.progress import AllProgress
    from kinescope_upload.survey import Survey
    from kinescope_upload.upload import Record

_NEEDED: Final = ("needed_library", "needed_api_key", "needed_project_id")
_SPARE: Final = 10_000_000
"""Bytes that should be free beside a copy of the largest progress file: a new file replaces the old one."""


def setting_facts(settings: Settings) -> tuple[SettingFact, ...]:
    """Lists every setting with its value as it may be shown, and where it was read."""
    return tuple(
        SettingFact(
            name=name,
            value=_shown(name, getattr(settings, name)),
            place=str(origin.place),
            is_default=origin.place.source is Source.DEFAULT,
            shadowed=tuple(map(str, origin.shadowed)),
        )
        for name, origin in settings.origins.items()
    )


def _shown(name: str, value: object) -> str:
    match value:
        case None | () | "":
            return "–"
        case Secret() if name == "database_url":
            return masked(value.reveal())
        case tuple():
            return ", ".join(map(str, value))
        case Mapping():
            return ", ".join(f"{key}: {entry}" for key, entry in value.items()) or "–"
        case LessonTable():
            return value.table
        case bool():
            return "yes" if value else "no"
        case str() | int() | float() | Path() | Secret():
            return str(value)
        case _:
            return "set"


def check_settings(settings: Settings) -> Iterator[Check]:
    """Checks for missing settings, untrusted addresses, ignored values and warnings."""
    errors = list(_errors_of(settings))
    absent = [error for error in errors if isinstance(error, MissingSettingsError)]
    for missing in absent[:-1]:
        missing.hint = ""  # it is the same for each
    for error in errors:
        yield Check.of_error("settings", error, Standing.WRONG_HERE)
    if settings.notify:
        yield _check_notify()
    for origin in settings.origins.values():
        if origin.shadowed:
            others = ", ".join(map(str, origin.shadowed))
            message = f"{origin.place} is used; {others} has another value, which is ignored."
            yield Check.of("settings", Standing.NOTE, message)
    for warning in settings.warnings:
        yield Check.of("settings", Standing.NOTE, warning)


def _check_notify() -> Check:
    """Whether messages can be sent from this installation at all."""
    from kinescope_upload.monitor.services import check_installed

    try:
        check_installed()
    except UsageError as error:
        return Check.of_error("settings", error, Standing.WRONG_HERE)
    return Check.of("settings", Standing.NOTE, "KUPLOAD_NOTIFY is set.", Hint(("notify", "--test"), " tries it."))


def _errors_of(settings: Settings) -> Iterator[UsageError]:
    for name in (*_NEEDED, *(() if settings.no_db else ("needed_database_url",)), "check_addresses"):
        try:
            getattr(settings, name)()
        except UsageError as error:
            yield error


def check_library(settings: Settings, survey: Survey, progress: AllProgress) -> Iterator[Check]:
    """Checks the library: its size, unreadable files, doubts about the mapping."""
    mapped = survey.selected(map_library(settings, survey, _records_of(progress, survey.elsewhere)))
    files = [assignment.file for assignment in survey.unchecked.assignments]
    size = format_bytes(sum(file.size for file in files))
    courses = count(len(survey.known_courses), "course", "courses")
    message = f"{count(len(files), 'video file', 'video files')}, {size}, {courses}; mapped by the {survey.source}."
    yield Check.good("library", message)
    if survey.rows is not None and survey.files:
        for doubt in foreign_library(survey):
            reason = f"{doubt.subject}: {doubt.reason}"
            yield Check.of("library", Standing.WRONG_HERE, f"{reason}.", doubt.hint)
    root, disk = settings.needed_library(), Disk()
    unread = [file.path for file in files if not disk.can_read(os.fspath(root / file.path))]
    if unread:
        message = f"{count(len(unread), 'file', 'files')} cannot be read; the first is {unread[0]}."
        yield Check.of("library", Standing.WRONG_HERE, message, "Correct the file permissions.")
    if doubts := [doubt for doubt in progress.told_here(mapped.doubts, survey.courses) if doubt.blocking]:
        message = f"{count(len(doubts), 'doubt', 'doubts')} about which file belongs to which lesson."
        hint = Hint("See them: ", ("map",), "; ", ("map", "--confirm"), " asks.")
        yield Check.of("library", Standing.NOTE, message, hint)
    if not survey.is_proven and not settings.trust_scan:
        message = "Without the database nothing proves which lesson a file belongs to."
        needs = "A run then needs a map file (--map FILE) or --trust-scan."
        yield Check.of("library", Standing.NOTE, message, needs)


def _records_of(progress: AllProgress, without: frozenset[str]) -> Mapping[str, Record]:
    """What the progress files say; nothing where they cannot be read, which their own check says."""
    try:
        return records_of(progress, without)
    except UsageError:
        return {}


def check_progress(settings: Settings) -> Iterator[Check]:
    """Checks whether the progress folder can be read and written, and whether the disk has space."""
    folder = settings.progress
    try:
        records = read_records(folder)
    except UsageError as error:
        yield Check.of_error("progress", error, Standing.WRONG_HERE)
        return
    try:
        check_folder(folder)
    except BatchStoppedError as error:
        hint = "Make it writable or name another with --progress."
        yield Check.of("progress", Standing.WRONG_HERE, error.what, hint)
        return
    there = nearest_existing(folder)
    known = f"{count(len(records), 'lesson is', 'lessons are')} known"
    what = known if there == folder else "a run creates it"
    yield Check.good("progress", f"{folder} can be written; {what}.")
    yield _check_room(there, folder)


def _check_room(there: Path, folder: Path) -> Check:
    free = shutil.disk_usage(there).free
    needed = _SPARE + max((path.stat().st_size for path in folder.glob("*.json")), default=0)
    message = f"{format_bytes(free)} free for the progress files."
    if free >= needed:
        return Check.good("disk", message)
    hint = f"Free some space: {format_bytes(needed)} is needed."
    return Check.of("disk", Standing.WRONG_OUTSIDE, message, hint)

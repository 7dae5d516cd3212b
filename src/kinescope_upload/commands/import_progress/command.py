"""`kupload import-progress`: the replaced system's progress becomes our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kinescope_upload.commands.import_progress.old_progress import OldProgress, parse_old_progress
from kinescope_upload.commands.import_progress.takeover import Known, Takeover, take_over
from kinescope_upload.commands.import_progress.view import print_takeover
from kinescope_upload.commands.look import Look, look_at_library
from kinescope_upload.connect import database_of
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library.scan import read_json_file
from kinescope_upload.mapping import known_courses
from kinescope_upload.progress import ProgressStore, read_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.upload import Record

__all__ = ["import_progress"]


def import_progress(settings: Settings, options: DisplayOptions, stdout: TextIO, *, file: Path) -> int:
    """Takes over what the file holds and the progress files do not know.

    Returns:
        0 when every uploaded lesson is known afterwards, else 1.

    Raises:
        UsageError: The file, the library or a progress file cannot be read, or another run holds a course.
        BatchStoppedError: The database or the progress folder refuses.
    """
    old = parse_old_progress(read_json_file(file, "old progress file"), origin=str(file))
    look = _look(settings)
    takeover = _take(old, look, settings)
    print_takeover(takeover, options, stdout)
    return ExitCode.NOT_DONE if takeover.not_taken else ExitCode.DONE


def _look(settings: Settings) -> Look | None:
    if settings.library is None:
        return None
    return look_at_library(settings, None if settings.database_url is None else database_of(settings))


def _take(old: OldProgress, look: Look | None, settings: Settings) -> Takeover:
    every = take_over(old, _known(settings, look, {}))
    if not every.taken:
        return every
    with ProgressStore(settings.progress, every.by_course) as progress:
        takeover = take_over(old, _known(settings, look, read_records(settings.progress)))
        for course, records in takeover.by_course.items():
            progress.save_all(course, records)
    return takeover


def _known(settings: Settings, look: Look | None, records: Mapping[str, Record]) -> Known:
    courses = {*settings.folders, *(path.stem for path in settings.progress.glob("*.json"))}
    if look is None:
        return Known(files={}, courses_of_lessons={}, courses=courses, records=records)
    rows = look.rows or {}
    is_proven = look.is_proven or settings.trust_scan
    courses_of_lessons = {lesson_id: row.course for lesson_id, row in rows.items()}
    courses_of_lessons |= {one.lesson_id: one.course for one in look.survey.mapped.assignments}
    return Known(
        files={one.lesson_id: one for one in look.mapped.assignments} if is_proven else {},
        courses_of_lessons=courses_of_lessons,
        courses=courses.union(known_courses(look.survey.mapped, rows)),
        records=records,
    )

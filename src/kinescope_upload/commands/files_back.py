"""Writes down, before a run begins, which lessons' files have other names now, and which are the old ones again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.events import Warned
from kinescope_upload.library.checksums import md5_now
from kinescope_upload.plan import Decision
from kinescope_upload.plan.known import FileMd5s
from kinescope_upload.progress import read_md5s
from kinescope_upload.upload.events import ReplacementCalledOff
from kinescope_upload.upload.table import advance

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.events import Emit
    from kinescope_upload.plan import Plan
    from kinescope_upload.progress import Progress


def md5s_of_files(settings: Settings) -> FileMd5s:
    """The MD5s of the library's files: those that are remembered, and those that are read now."""
    return FileMd5s(known=read_md5s(settings.progress), read=partial(md5_now, settings.needed_library()))


def follow_renamed(plan: Plan, progress: Progress) -> None:
    """Writes down where the files of linked lessons are now: the old names are free for other files from then on."""
    records = progress.records
    progress.save_all(
        [
            replace(record, path=lesson.file.path, modified_ns=lesson.file.modified_ns)
            for lesson in plan.lessons
            if (record := records.get(lesson.lesson_id))
            and lesson.decision is Decision.SKIP
            and record.path is not None
            and record.stage.is_linked
            and not record.is_in_place(lesson.file)
            and record.is_for(lesson.file)
            and not (lesson.record and lesson.record.own_file_is_there)
        ]
    )


def call_off(plan: Plan, progress: Progress, emit: Emit) -> None:
    """Calls off the replacements of lessons whose old files are back; what was begun is deleted at the run's end."""
    lessons = [lesson.lesson_id for lesson in plan.lessons if lesson.calls_off]
    if not lessons:
        return
    records, now = progress.records, datetime.now(UTC)
    called_off = [record for key in lessons if (record := records.get(key)) and record.serving]
    progress.save_all([advance(record, ReplacementCalledOff(at=now)) for record in called_off])
    for record in called_off:
        told = f"{record.lesson_id}: its old file is back, so its begun replacement is called off; viewers see the old."
        emit(Warned(message=told))

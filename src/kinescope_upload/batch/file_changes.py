"""Looks whether a lesson's file is still the one that was uploaded: before the row is written, and at the run's end."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import FileChangedError, LessonFailedError, TryAgainError
from kinescope_upload.events import Warned
from kinescope_upload.library.scan import stat_file
from kinescope_upload.library.source import VideoSource
from kinescope_upload.plan import Decision
from kinescope_upload.retries.retrier import Retrier
from kinescope_upload.text import count
from kinescope_upload.upload.same_file import is_same_file

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Backends, Run
    from kinescope_upload.model import VideoFile
    from kinescope_upload.plan import Plan, PlannedLesson
    from kinescope_upload.upload import Record

_SHOWN: Final = 10


def check_unchanged(run: Run, record: Record) -> Record:
    """Returns the record with its file's time as it is now, unless the file was seen and is another.

    A file with another time is read and compared by its MD5. One that is away says nothing.

    Raises:
        FileChangedError: It has changed since its upload.
        LessonFailedError: It has another time and cannot be read.
        InterruptedRunError: The batch ends.
    """
    backends = run.backends
    file = stat_file(backends.library, record.path, backends.disk) if record.path else None
    if file is None:
        return record
    if not is_same_file(record, file, partial(_md5_of_first, run, file)):
        raise FileChangedError(
            f'"{record.path}" has changed since its upload; video {record.video_id} has the old content and is kept, '
            "its row is not written.",
            "`kupload verify` tells what differs, `kupload repair` how to go on; the old file, put back, is linked by "
            "the next run.",
        )
    return replace(record, modified_ns=file.modified_ns)


def _md5_of_first(run: Run, file: VideoFile, length: int) -> str | None:
    def read() -> str | None:
        path, disk, check = run.backends.library / file.path, run.backends.disk, run.stop.check
        with VideoSource(path, file, with_checksum=True, disk=disk, check=check) as source:
            return source.md5_of_first(length, check)

    try:
        return Retrier(run.waits, tell=lambda _error, _decision: None).call(read)
    except TryAgainError as error:
        raise LessonFailedError(error.what, error.hint) from error


def warn_of_changes(run: Run, plan: Plan) -> None:
    """Names the linked lessons whose files have changed since their upload, or have another time."""
    records = run.backends.progress.records
    changed: list[str] = []
    redated: list[str] = []
    for lesson in plan.lessons:
        record = records.get(lesson.lesson_id)
        file = _file_now(run.backends, lesson, record) if record else None
        if record and file and not record.is_for(file):
            (redated if record.differs_in_time(file) else changed).append(lesson.lesson_id)
    _warn(run, changed, "that changed since the upload", "tells more")
    _warn(run, redated, "with another time than at the upload", "compares the content")


def _warn(run: Run, lesson_ids: list[str], what: str, verify: str) -> None:
    if not lesson_ids:
        return
    names = ", ".join(lesson_ids[:_SHOWN])
    more = f" and {len(lesson_ids) - _SHOWN:,} more" if len(lesson_ids) > _SHOWN else ""
    lessons = count(len(lesson_ids), "linked lesson has a file", "linked lessons have files")
    run.emit(Warned(message=f"{lessons} {what}: {names}{more}. `kupload verify` {verify}."))


def _file_now(backends: Backends, lesson: PlannedLesson, record: Record) -> VideoFile | None:
    """The file of a linked lesson; one that this run uploaded is looked at again, the plan has just seen the others."""
    path = lesson.file.path
    if not record.stage.is_linked or record.path != path:
        return None
    was_linked = lesson.decision is Decision.SKIP
    return lesson.file if was_linked else stat_file(backends.library, path, backends.disk)

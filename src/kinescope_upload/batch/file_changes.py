"""Looks whether a lesson's file is still the one that was uploaded: before the row is written, and at the run's end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.errors import (
    BatchStoppedError,
    FileUnreadableError,
    LessonFailedError,
    TryAgainError,
)
from kinescope_upload.events import Warned
from kinescope_upload.library.as_sent import check_as_sent
from kinescope_upload.library.hasher import HasherBeside
from kinescope_upload.library.look import look_into
from kinescope_upload.library.scan import stat_file
from kinescope_upload.library.source import VideoSource
from kinescope_upload.plan import Decision
from kinescope_upload.plan.changes import SHOWN, FileChange, changes_sentence
from kinescope_upload.retries.retrier import Retrier
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.same_file import accept_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.batch.run import Backends, Run
    from kinescope_upload.media.verdict import Look
    from kinescope_upload.model import VideoFile
    from kinescope_upload.plan import Plan, PlannedLesson
    from kinescope_upload.upload import Record

_T = TypeVar("_T")


def check_unchanged(run: Run, record: Record) -> Record:
    """Returns the record with its file's time as it is now, unless the file was seen and is another.

    A file with another time is read and compared by its MD5. One that is away says nothing.

    Raises:
        FileOutdatedError: It has changed since its upload began.
        LessonFailedError: It has another time and cannot be read.
        InterruptedRunError: The batch ends.
    """
    read, ask = partial(_md5_of_first, run), partial(_md5_of_video, run, record)
    return check_as_sent(record, run.backends.library, run.backends.disk, read, ask)


def _md5_of_first(run: Run, file: VideoFile, length: int) -> str | None:
    def read() -> str | None:
        path, disk, check = run.backends.library / file.path, run.backends.disk, run.stop.check
        with VideoSource(path, file, hasher=HasherBeside, disk=disk, check=check) as source:
            return source.md5_of_first(length, check)

    return _tried(run, read)


def _md5_of_video(run: Run, record: Record) -> str | None:
    video_id = record.video_id
    video = _tried(run, lambda: run.backends.kinescope.video(video_id)) if video_id else None
    return video.md5 if video else None


def _tried(run: Run, attempt: Callable[[], _T]) -> _T:
    try:
        return Retrier(run.waits, tell=lambda _error, _decision: None).call(attempt)
    except TryAgainError as error:
        raise LessonFailedError(error.what, error.hint) from error


def _change(lesson: PlannedLesson, record: Record, file: VideoFile, look: Look | None = None) -> FileChange:
    return replace(FileChange.of(record, file, look), is_mixed_up=lesson.mixed_up is not None)


def warn_of_changes(run: Run, plan: Plan) -> None:
    """Names the linked lessons whose files have changed since their upload, or have another time.

    A time that only a file system or a change of the clocks has shifted is recorded: the next shift counts from there.
    """
    records = run.backends.progress.records
    changed: list[FileChange] = []
    redated: list[str] = []
    accepted: list[Record] = []
    for lesson in plan.lessons:
        record = _told_apart(records.get(lesson.lesson_id), lesson)
        file = _file_now(run.backends, lesson, record) if record else None
        if record is None or file is None:
            continue
        if lesson.is_other and file == lesson.file:
            changed.append(_change(lesson, record, file))
        elif (same := accept_file(record, file, lambda _: None)) is not None:
            accepted.append(same)
        elif record.differs_in_time(file):
            redated.append(lesson.lesson_id)
        else:
            look = _look(run.backends, file) if len(changed) < SHOWN else None
            changed.append(_change(lesson, record, file, look))
    with suppress(BatchStoppedError):  # the next run sees them again
        run.backends.progress.save_all(accepted)
    if changed:
        run.emit(Warned(message=changes_sentence(changed)))
    if redated:
        lessons = count(len(redated), "linked lesson has a file", "linked lessons have files")
        told = f"{lessons} with another time than at the upload: {first_few(redated, most=SHOWN)}. "
        message = Hint(told, ("verify",), " compares them.")
        run.emit(Warned(message=message))


def _told_apart(record: Record | None, lesson: PlannedLesson) -> Record | None:
    """The record as it is now, with what the plan knows of the file that was sent."""
    if record and lesson.record and lesson.record.own_file_is_there and lesson.decision is Decision.SKIP:
        return replace(record, own_file_is_there=True)
    return record


def _look(backends: Backends, file: VideoFile) -> Look | None:
    """What is in the file; None where it cannot be read now."""
    with suppress(FileUnreadableError):
        return backends.looks.of(file) or look_into(backends.disk, backends.library, file)
    return None


def _file_now(backends: Backends, lesson: PlannedLesson, record: Record) -> VideoFile | None:
    """The file of a linked lesson; one that this run uploaded is looked at again, the plan has just seen the others."""
    if not record.stage.is_linked or record.path is None or lesson.decision is Decision.IN_DOUBT:
        return None
    if lesson.decision is Decision.SKIP:
        return lesson.file
    return stat_file(backends.library, record.path, backends.disk)

"""Notes that an uploaded lesson is not done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kinescope_upload.errors import FileOutdatedError, InDoubtError, LessonLostError
from kinescope_upload.events import LessonFailed
from kinescope_upload.upload import Failure
from kinescope_upload.upload.table import unproven

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Run
    from kinescope_upload.errors import LessonFailedError
    from kinescope_upload.upload import Record


def fail(run: Run, record: Record, error: LessonFailedError) -> None:
    """Writes down and tells that an uploaded lesson is not done; its video is kept."""
    note_failure(run, record, error)
    run.emit(LessonFailed.of(record.lesson_id, error))


def note_failure(run: Run, record: Record, error: LessonFailedError) -> None:
    """Writes down why the lesson is not done."""
    failure = Failure(reason=str(error), at=datetime.now(UTC), is_in_doubt=isinstance(error, InDoubtError))
    with suppress(LessonLostError):  # whoever has the lesson now writes down what becomes of it
        run.backends.progress.save(replace(_seen_changed(record, error), failure=failure))


def _seen_changed(record: Record, error: LessonFailedError) -> Record:
    """The record; one whose file was seen changed is linked only once its content is proven, whatever its time is."""
    return unproven(record) if isinstance(error, FileOutdatedError) else record

"""Looks whether a lesson's file is still the one that was uploaded: before the row is written, and at the run's end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import FileChangedError
from kinescope_upload.events import Warned
from kinescope_upload.library.scan import stat_file
from kinescope_upload.plan import Decision
from kinescope_upload.text import count

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Backends, Run
    from kinescope_upload.plan import Plan, PlannedLesson
    from kinescope_upload.upload import Record

_SHOWN: Final = 10


def check_unchanged(backends: Backends, record: Record) -> None:
    """Returns unless the file was seen and differs from what was uploaded; one that is away says nothing.

    Raises:
        FileChangedError: It has changed since its upload.
    """
    file = stat_file(backends.library, record.path, backends.disk) if record.path else None
    if file and not record.is_for(file):
        raise FileChangedError(
            f'"{record.path}" has changed since its upload; video {record.video_id} has the old content and is kept, '
            "its row is not written.",
            "`kupload verify` tells what differs, `kupload repair` how to go on; the old file, put back, is linked by "
            "the next run.",
        )


def warn_of_changes(run: Run, plan: Plan) -> None:
    """Names the linked lessons whose files have changed since their upload."""
    records = run.backends.progress.records
    changed = [
        lesson.lesson_id
        for lesson in plan.lessons
        if (record := records.get(lesson.lesson_id)) and _has_changed(run.backends, lesson, record)
    ]
    if changed:
        names = ", ".join(changed[:_SHOWN])
        more = f" and {len(changed) - _SHOWN:,} more" if len(changed) > _SHOWN else ""
        lessons = count(len(changed), "linked lesson has a file", "linked lessons have files")
        message = f"{lessons} that changed since the upload: {names}{more}. `kupload verify` tells more."
        run.emit(Warned(message=message))


def _has_changed(backends: Backends, lesson: PlannedLesson, record: Record) -> bool:
    """A lesson that this run uploaded is looked at again; of the others the plan has just seen the file."""
    path = lesson.file.path
    if not record.stage.is_linked or record.path != path:
        return False
    was_linked = lesson.decision is Decision.SKIP
    file = lesson.file if was_linked else stat_file(backends.library, path, backends.disk)
    return file is not None and not record.is_for(file)

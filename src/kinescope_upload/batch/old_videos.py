"""At a run's end: deletes the old videos of its courses whose time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import TryAgainError
from kinescope_upload.events import OldVideoDeleted, Warned
from kinescope_upload.progress.old_videos import DeletionTools, delete_due
from kinescope_upload.retries.retrier import Retrier

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Run


def delete_old_videos(run: Run) -> None:
    """Deletes them and tells of each; without the database nobody knows whether a row names one, so all are kept.

    What cannot be deleted now is the next run's.

    Raises:
        InterruptedRunError: The batch ends.
        BatchStoppedError: A deletion cannot be written down.
    """
    backends = run.backends
    if backends.database is None:
        return
    tools = DeletionTools(
        api=backends.kinescope,
        store=backends.progress,
        rows=backends.database.rows,
        now=backends.service.now,
        call=Retrier(run.waits, tell=lambda error, _: run.emit(Warned(message=str(error)))).call,
        wait=lambda: run.stop.pause(run.options.orphan_wait),
    )
    try:
        for deletion in delete_due(tools):
            if deletion.error:
                run.emit(Warned(message=f"{deletion.lesson_id}: {deletion.error}"))
            else:
                event = OldVideoDeleted(lesson_id=deletion.lesson_id, video_id=deletion.video_id, reason=deletion.why)
                run.emit(event)
    except TryAgainError as error:
        run.emit(Warned(message=f"{error} Old videos are deleted by the next run."))

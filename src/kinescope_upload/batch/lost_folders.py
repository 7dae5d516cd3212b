"""Finds out in mid-run that a course's folder went away, so that the course stops with one reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import AbsentError, InDoubtError, LessonFailedError
from kinescope_upload.kinescope.course_folders import FolderState, match_folders

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Run
    from kinescope_upload.upload import Record


def explained(run: Run, record: Record, error: AbsentError) -> LessonFailedError:
    """Tells why Kinescope creates no upload in the record's folder; notes the course where that folder is gone.

    Args:
        run: The batch.
        record: The lesson's record.
        error: What Kinescope said. It is all that is known where the project's list still has the folder.

    Raises:
        KuploadError: The list cannot be had.
    """
    project_id = run.options.project_id
    listed = run.backends.kinescope.folders(project_id)
    if record.parent_id.lower() in {project_id.lower(), *(folder.id.lower() for folder in listed)}:
        return error
    [folder] = match_folders([record.course], pinned={}, folders=listed, project_id=project_id)
    if folder.state is FolderState.THERE:
        what = f'The course\'s folder "{record.course}" on Kinescope was taken away and made anew in mid-run.'
        gone: LessonFailedError = LessonFailedError(what, "Run the same command again; it uses the new one.")
    else:
        gone = InDoubtError(f"{folder.problem}; the course had its folder when the run began.", folder.hint)
    run.lost_folders[record.course] = gone
    return gone

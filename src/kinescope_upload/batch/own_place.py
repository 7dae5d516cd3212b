"""Looks whether a lesson's own file is still at its path when its turn comes: the plan may be days old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import InDoubtError
from kinescope_upload.library.scan import stat_file, videos_in
from kinescope_upload.library_paths import folder_of
from kinescope_upload.plan.moved_since import moved_since
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.batch.run import Run
    from kinescope_upload.model import VideoFile
    from kinescope_upload.plan import PlannedLesson


def file_now(run: Run, lesson: PlannedLesson) -> VideoFile:
    """The lesson's file as it is now; one that has vanished as planned, which is found out when it is opened.

    Raises:
        InDoubtError: Files were given other names: another lesson's may be at this path.
    """
    planned = lesson.file
    file = stat_file(run.backends.library, planned.path, run.backends.disk)
    if file is None:
        return planned
    if file == planned:
        return file
    known = run.planned_in(folder_of(planned.path))  # looks through all lessons
    if (reason := why_moved(run, planned, file, known)) is not None:
        raise InDoubtError(
            f"Since this was planned, files were given other names: {reason}. Nothing was sent.",
            Hint("To decide again whose file is whose: ", (), "."),
        )
    return file


def why_moved(run: Run, planned: VideoFile, file: VideoFile, known: Iterable[VideoFile]) -> str | None:
    """Why the file at a lesson's path may be another lesson's than planned; None where nothing says so.

    Args:
        run: The batch.
        planned: The lesson's file, as planned.
        file: What is at its path now, another than that.
        known: The files of its folder, as planned.
    """
    return moved_since(planned, file, known, videos_in(run.backends.library, folder_of(planned.path)))

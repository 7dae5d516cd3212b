"""Stops a run that begins a new progress folder while Kinescope holds unfinished uploads that another one knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import ThrottledError, TryAgainError, UnreachableError, UsageError
from kinescope_upload.events import Emit, Warned
from kinescope_upload.kinescope.course_folders import match_folders
from kinescope_upload.kinescope.video import VideoState
from kinescope_upload.plan import Decision
from kinescope_upload.text import count
from kinescope_upload.upload import Dialect
from kinescope_upload.upload.marks import bears_a_mark
from kinescope_upload.upload.titles import is_title_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kinescope_upload.config import Settings
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.plan import Plan, PlannedLesson

_NAMED: Final = 3
_WAY_OUT: Final = (
    "Name the folder that knows them (--progress DIR): it may be on another machine, or in the directory that the "
    "earlier run was started in. Where it is lost, run again with --new-progress; these videos stay until somebody "
    "deletes them."
)


def check_nothing_is_unfinished(plan: Plan, settings: Settings, kinescope: KinescopeApi, emit: Emit) -> None:
    """Looks through the folders of the courses that bytes are sent for; one request for each hundred videos.

    Call it where the progress folder knows no course.

    Args:
        plan: What the run does.
        settings: The project, its folders, and the dialect.
        kinescope: Lists the videos.
        emit: Receives a warning where Kinescope does not list them.

    Raises:
        UsageError: There are unfinished videos of ours; names some of them.
        TryAgainError: Kinescope cannot be reached, or asks to slow down.
    """
    work = [lesson for lesson in plan.work if lesson.decision is not Decision.LINK]
    try:
        found = list(_unfinished(work, settings, kinescope))
    except (UnreachableError, ThrottledError):
        raise  # the next request would fail in the same way
    except TryAgainError as error:
        emit(Warned(message=f"Whether an earlier run left unfinished videos is not known: {error.what}"))
        return
    if found:
        named = ", ".join(f'"{video.title}" ({video.id})' for video in found[:_NAMED])
        more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        videos = count(len(found), "unfinished video", "unfinished videos")
        raise UsageError(
            f"The progress folder {settings.progress} is new, and Kinescope holds {videos} of an earlier run: "
            f"{named}{more}. Nothing was sent: a second copy of each would be.",
            _WAY_OUT,
        )


def _unfinished(work: Iterable[PlannedLesson], settings: Settings, kinescope: KinescopeApi) -> Iterator[Video]:
    titles: dict[str, list[str]] = {}
    for lesson in work:
        titles.setdefault(lesson.course, []).append(lesson.title)
    if not titles:
        return
    project_id = settings.needed_project_id()
    folders = kinescope.folders(project_id)
    for one in match_folders(titles, pinned=settings.folders, folders=folders, project_id=project_id):
        for folder_id in one.folder_ids if one.is_good and one.folder_ids != (project_id,) else ():
            for video in kinescope.videos(folder_id=folder_id):
                if video.state is VideoState.PARTIAL and is_ours(video, settings.dialect, titles[one.course]):
                    yield video


def is_ours(video: Video, dialect: Dialect, titles: Iterable[str]) -> bool:
    """Whether an unfinished video was begun by some kupload: by its mark; in the dialect `tus` by a lesson's title."""
    if bears_a_mark(video.description):
        return True
    return dialect is Dialect.TUS and any(is_title_of(video.title, title) for title in titles)

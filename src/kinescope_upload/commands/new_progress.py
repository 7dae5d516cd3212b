"""Stops a run whose progress is new, or has lost a journal, while Kinescope holds unfinished uploads of before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import ThrottledError, TryAgainError, UnreachableError, UsageError
from kinescope_upload.events import Emit, Warned
from kinescope_upload.kinescope.course_folders import match_folders
from kinescope_upload.kinescope.video import VideoState
from kinescope_upload.plan import Decision
from kinescope_upload.plan.decision import SENT
from kinescope_upload.progress import records_of
from kinescope_upload.progress.course_file import file_of
from kinescope_upload.progress.snapshot import set_aside_of
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Dialect
from kinescope_upload.upload.marks import bears_a_mark, bears_mark
from kinescope_upload.upload.titles import is_title_of
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from kinescope_upload.config import Settings
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.plan import Plan, PlannedLesson
    from kinescope_upload.progress import AllProgress, Progress
    from kinescope_upload.upload import Record


def check_nothing_is_unfinished(
    plan: Plan, settings: Settings, kinescope: KinescopeApi, emit: Emit, progress: AllProgress
) -> None:
    """Looks through the folders of the courses that bytes are sent for; one request for each hundred videos.

    Call it where the progress folder knows no course.

    Args:
        plan: What the run does.
        settings: The project, its folders, and the dialect.
        kinescope: Lists the videos.
        emit: Receives a warning where Kinescope does not list them.
        progress: What is recorded, also by machines that share the work: they may have begun some.

    Raises:
        UsageError: There are unfinished videos of ours; names some of them.
        TryAgainError: Kinescope cannot be reached, or asks to slow down.
    """
    work = [lesson for lesson in plan.work if lesson.decision is not Decision.LINK]
    try:
        found = _unknown(list(_unfinished(work, settings, kinescope)), records_of(progress).values())
    except (UnreachableError, ThrottledError):
        raise  # the next request would fail in the same way
    except TryAgainError as error:
        emit(Warned(message=f"Whether an earlier run left unfinished videos is not known: {error.what}"))
        return
    if found:
        videos = count(len(found), "unfinished video", "unfinished videos")
        new, hint = progress.nothing_known()
        raise UsageError(
            f"{new}, and Kinescope holds {videos} of an earlier run: {_some(found)}. Nothing was sent: a second copy "
            "of each would be.",
            hint,
        )


def check_lost_journals(plan: Plan, progress: Progress, settings: Settings, kinescope: KinescopeApi) -> None:
    """Looks in the folders of courses whose journal is lost for videos that no record knows.

    Those are unfinished videos of ours, and complete ones of the size of a file that is to be sent.
    Returns when there are none; the loss is forgotten then.

    Args:
        plan: The lessons.
        progress: What is known, and which courses lost their journal.
        settings: The project, its folders, and the dialect.
        kinescope: Lists the videos.

    Raises:
        UsageError: There are such videos; names some of them.
        TryAgainError: Kinescope cannot be reached, or does not list them.
    """
    courses = progress.courses_without_journal
    lessons = [lesson for lesson in plan.lessons if lesson.course in courses]
    listed = [
        video
        for video, of_course in _videos(lessons, settings, kinescope)
        if _is_unfinished(video, of_course, settings.dialect) or _is_sent_already(video, of_course)
    ]
    found = _unknown(listed, progress.records.values())
    if found:
        kept = [name for course in courses for name in set_aside_of(file_of(settings.progress, course))]
        what = "Part of the progress" if kept else "The journal"
        how = f"was set aside ({', '.join(sorted(kept))})" if kept else "is missing"
        put_back = "" if kept else "Put the journal back into the progress folder. Where it is lost, "
        raise UsageError(
            f"{what} of {', '.join(sorted(courses))} {how}, and Kinescope holds "
            f"{count(len(found), 'video', 'videos')} that no record knows: {_some(found)}. Nothing was sent: a second "
            "copy of each would be.",
            Hint(
                put_back,
                ("repair",),
                " links those that are complete and certainly a lesson's, and ",
                ("repair", "--delete-unknown"),
                " asks of each of the others.",
            ),
        )
    progress.forget_lost_journals()


def _unknown(videos: Iterable[Video], records: Collection[Record]) -> list[Video]:
    """The videos that no record names, by an id or a mark."""
    ids = [record.video_id for record in records] + [old.video_id for one in records for old in one.old_videos]
    known = set(map(video_key, ids))
    marks = {mark for record in records for mark in (record.mark, *record.lost_marks)}
    return [
        video
        for video in videos
        if video_key(video.id) not in known and not any(bears_mark(video.description, mark) for mark in marks)
    ]


def _some(videos: Sequence[Video]) -> str:
    return first_few([f'"{video.title}" ({video.id})' for video in videos])


def _unfinished(work: Iterable[PlannedLesson], settings: Settings, kinescope: KinescopeApi) -> Iterator[Video]:
    for video, of_course in _videos(work, settings, kinescope):
        if _is_unfinished(video, of_course, settings.dialect):
            yield video


def _videos(
    lessons: Iterable[PlannedLesson], settings: Settings, kinescope: KinescopeApi
) -> Iterator[tuple[Video, Sequence[PlannedLesson]]]:
    """The videos in the folders of these lessons' courses, each with the lessons of its course."""
    by_course: dict[str, list[PlannedLesson]] = {}
    for lesson in lessons:
        by_course.setdefault(lesson.course, []).append(lesson)
    if not by_course:
        return
    project_id = settings.needed_project_id()
    folders = kinescope.folders(project_id)
    for one in match_folders(by_course, pinned=settings.folders, folders=folders, project_id=project_id):
        for folder_id in one.folder_ids if one.is_good and one.folder_ids != (project_id,) else ():
            for video in kinescope.videos(folder_id=folder_id):
                yield video, by_course[one.course]


def _is_unfinished(video: Video, lessons: Iterable[PlannedLesson], dialect: Dialect) -> bool:
    return video.state is VideoState.PARTIAL and is_ours(video, dialect, (lesson.title for lesson in lessons))


def _is_sent_already(video: Video, lessons: Iterable[PlannedLesson]) -> bool:
    """Whether a complete video has the size of a file that is to be sent; its title, while no size is told."""
    return video.state is VideoState.COMPLETE and any(
        is_title_of(video.title, lesson.title) if video.size is None else video.size == lesson.file.size
        for lesson in lessons
        if lesson.decision in SENT
    )


def is_ours(video: Video, dialect: Dialect, titles: Iterable[str]) -> bool:
    """Whether an unfinished video was begun by some kupload: by its mark; in the dialect `tus` by a lesson's title."""
    if bears_a_mark(video.description):
        return True
    return dialect is Dialect.TUS and any(is_title_of(video.title, title) for title in titles)

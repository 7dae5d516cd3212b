"""One lesson, held against all that is known of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.facts import Finding, Lesson, TargetFolder
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.videos import problems_of
from kinescope_upload.kinescope.video import Video
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["LessonContext", "SeenVideo", "judge"]


class SeenVideo(Enum):
    """What is known of a video that need not be remembered."""

    GONE = auto()
    GOOD = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonContext:
    """A lesson and what it is held against.

    Attributes:
        lesson: The lesson.
        place: Where its course's videos belong.
        has_database: Whether the database was asked.
        look: What was seen of a video: all of it, that nothing is wrong with it, or that it is nowhere.
        sharers: Other lessons whose rows name the same video.
    """

    lesson: Lesson
    place: TargetFolder | None
    has_database: bool
    look: Callable[[str], Video | SeenVideo]
    sharers: tuple[str, ...] = ()


def judge(case: LessonContext) -> Iterator[Finding]:
    """Everything that disagrees about the lesson; nothing when all sides agree."""
    yield from _of_file_and_row(case)
    if case.sharers and case.look(case.lesson.row_id or "") is not SeenVideo.GONE:
        reason = f"{_name(case)}: video {case.lesson.row_id} is also that of {', '.join(case.sharers)}"
        yield _finding(Kind.SHARED_VIDEO, case, reason, "See to it that each row names its own.", case.lesson.row_id)
    row = case.lesson.row
    if row is not None and row.video_id is not None and case.lesson.row_id is None:
        reason = f'{_name(case)}: its row holds "{row.video_id}"'
        yield _finding(Kind.ROW_STRANGE, case, reason, "Correct it; `kupload repair` shows the ways.")
    elif case.lesson.row_id is not None:
        yield from _of_linked(case, case.lesson.row_id)
    else:
        yield from _of_unlinked(case)


def _of_file_and_row(case: LessonContext) -> Iterator[Finding]:
    lesson = case.lesson
    has_row = lesson.row is not None or not case.has_database
    if lesson.file is None and not lesson.is_explained:
        summary = lesson.summary
        sent = f'; "{summary.path}" was sent for it' if summary and summary.is_begun else ""
        hint = "Put its file into the library, or say which it is: `kupload map --write`, then --map FILE."
        yield _finding(Kind.LESSON_WITHOUT_FILE, case, f"{_name(case)} has no file{sent}", hint)
    if has_row:
        return
    if lesson.summary and lesson.summary.is_begun:
        hint = "Put the row back; without it nobody sees the video."
        yield _finding(Kind.LESSON_WITHOUT_ROW, case, f"{_name(case)} has no row in the database", hint, lesson.own_id)
    elif lesson.file:
        reason = f'"{lesson.file.path}" is for lesson {lesson.lesson_id}, which has no row in the database'
        yield _finding(Kind.FILE_WITHOUT_LESSON, case, reason, "Add the lesson, or correct its id in the map file.")


def _of_linked(case: LessonContext, row_id: str) -> Iterator[Finding]:
    """The row names a video."""
    lesson = case.lesson
    seen = case.look(row_id)
    other = lesson.own_id if lesson.own_id != row_id else None
    if seen is SeenVideo.GONE:
        yield _points_nowhere(case, row_id, other)
        return
    if other is not None:
        yield _of_two(case, row_id, other)
    elif lesson.summary is None or not lesson.summary.is_begun:
        reason = f"{_name(case)}: its video {row_id} is not kupload's, as far as the progress files know"
        hint = "`kupload import-progress` takes over what the replaced system knew."
        yield _finding(Kind.NOT_RECORDED, case, reason, hint, row_id)
    if isinstance(seen, Video):
        yield from problems_of(lesson, seen, case.place)


def _points_nowhere(case: LessonContext, row_id: str, other: str | None) -> Finding:
    reason = f"{_name(case)}: its row names video {row_id}, which is nowhere on Kinescope"
    if other and case.look(other) is not SeenVideo.GONE and case.lesson.summary and case.lesson.summary.has_all_bytes:
        reason += f"; kupload uploaded {other}"
    return _finding(Kind.ROW_POINTS_NOWHERE, case, reason, "`kupload repair` clears it.", row_id, other)


def _of_two(case: LessonContext, row_id: str, own_id: str) -> Finding:
    summary = case.lesson.summary
    if case.look(own_id) is SeenVideo.GONE:
        reason = f"{_name(case)}: its row names {row_id}; kupload had {own_id} for it, which is gone"
        hint = "`kupload repair` takes the row's over when it is provably the lesson's."
        return _finding(Kind.VIDEO_GONE, case, reason, hint, row_id, own_id)
    did = "uploaded" if summary and summary.has_all_bytes else "began to upload"
    reason = f"{_name(case)}: its row names {row_id}, and kupload {did} {own_id}"
    return _finding(Kind.TWO_VIDEOS, case, reason, "`kupload repair` shows the ways to go on.", row_id, own_id)


def _of_unlinked(case: LessonContext) -> Iterator[Finding]:
    """The row names none, or there is no row."""
    lesson = case.lesson
    summary = lesson.summary
    if summary is None or not summary.is_begun:
        if lesson.file and (lesson.row or not case.has_database):
            reason = f'{_name(case)}: "{lesson.file.path}" is not uploaded'
            yield _finding(Kind.NOT_UPLOADED, case, reason, "`kupload` uploads it.")
        return
    own_id = summary.video_id
    seen = case.look(own_id) if own_id else SeenVideo.GONE
    if not summary.has_all_bytes:
        reason = f"{_name(case)}: its upload is begun and not finished"
        yield _finding(Kind.UNFINISHED, case, reason, "`kupload` goes on with it.", own_id)
    elif seen is SeenVideo.GONE:
        reason = f"{_name(case)}: kupload uploaded video {own_id}, which is nowhere on Kinescope"
        yield _finding(
            Kind.VIDEO_GONE, case, reason, "`kupload repair` lets the next run upload it again.", None, own_id
        )
    else:
        if lesson.row is not None:
            reason = f"{_name(case)}: video {own_id} is there, and its row names none"
            yield _finding(Kind.ROW_EMPTY, case, reason, "`kupload repair` links it.", own_id)
        elif not case.has_database and summary.stage is Stage.UPLOADED:
            reason = f"{_name(case)}: video {own_id} is uploaded, and its row is not written"
            yield _finding(Kind.ROW_EMPTY, case, reason, "`kupload` with the database links it.", own_id)
        if isinstance(seen, Video):
            yield from problems_of(lesson, seen, case.place)


def _name(case: LessonContext) -> str:
    return case.lesson.lesson_id


def _finding(  # noqa: PLR0913, PLR0917 - what a finding names
    kind: Kind, case: LessonContext, reason: str, hint: str, video_id: str | None = None, other_id: str | None = None
) -> Finding:
    lesson = case.lesson
    return Finding(
        kind=kind,
        course=lesson.course,
        reason=reason,
        hint=hint,
        lesson_id=lesson.lesson_id,
        path=lesson.file.path if lesson.file else None,
        video_id=video_id,
        other_id=other_id,
    )

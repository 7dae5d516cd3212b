"""What is wrong with the video that is a lesson's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.facts import Finding, Lesson, TargetFolder
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.kinescope.video import SUSPENDED, VideoState
from kinescope_upload.text import distinct_bytes
from kinescope_upload.upload.titles import fit_title, is_title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.kinescope.video import Video

__all__ = ["is_broken", "is_same_content", "is_unfinished", "lacks_original", "problems_of"]

_DONE: Final = "done"
_ABORTED: Final = "aborted"
_REPAIR: Final = "`kupload repair` puts it right."
_DEEP: Final = "`kupload verify --deep` reads the file again."


def is_unfinished(video: Video) -> bool:
    """Whether Kinescope may still bring the video to `done` by itself."""
    is_at_work = video.status not in {_DONE, _ABORTED, SUSPENDED}
    return is_at_work and video.state in {VideoState.PARTIAL, VideoState.COMPLETE}


def is_broken(video: Video) -> bool:
    """Whether Kinescope says that the video will never be `done`."""
    is_given_up = video.status in {_ABORTED, SUSPENDED} and video.state is VideoState.PARTIAL
    return is_given_up or video.state is VideoState.BROKEN


def lacks_original(video: Video) -> bool:
    """Whether Kinescope keeps no original of it: then size and MD5 will never be told (docs/kinescope.md)."""
    return video.status == _DONE and not video.has_original


def is_same_content(lesson: Lesson, video: Video) -> bool:
    """Whether size and MD5 of the original are known on both sides, and equal."""
    has_facts = lesson.md5 is not None and lesson.size is not None
    return has_facts and (lesson.size, lesson.md5) == (video.size, video.md5)


def problems_of(lesson: Lesson, video: Video, place: TargetFolder | None) -> Iterator[Finding]:
    """Everything that is wrong with the lesson's video; nothing when the sides agree."""
    yield from _of_status(lesson, video)
    yield from _of_content(lesson, video)
    if place is not None:
        yield from _of_place(lesson, video, place)
    if lesson.title and not is_title_of(video.title, lesson.title):
        title = fit_title(lesson.title)
        reason = f'{lesson.lesson_id}: its video {video.id} is called "{video.title}", the lesson "{title}"'
        yield _finding(Kind.TITLE_DIFFERS, lesson, video, reason, _REPAIR)


def _of_status(lesson: Lesson, video: Video) -> Iterator[Finding]:
    if video.status == _DONE:
        return
    kind, hint = _meaning_of(lesson, video)
    yield _finding(
        kind, lesson, video, f'{lesson.lesson_id}: Kinescope says "{video.status}" of video {video.id}', hint
    )


def _meaning_of(lesson: Lesson, video: Video) -> tuple[Kind, str]:
    match video.state:
        case VideoState.COMPLETE:
            return Kind.PROCESSING, "`kupload verify --wait` waits for it."
        case VideoState.BROKEN:
            return Kind.STATUS_ERROR, "Look at it at Kinescope; `kupload repair` shows the ways to go on."
        case VideoState.PARTIAL:
            return _meaning_of_partial(lesson, video)
        case _ if video.status == SUSPENDED:
            return Kind.STATUS_SUSPENDED, _SUSPENDED
        case _:
            return Kind.STATUS_UNKNOWN, "Look at it at Kinescope."


def _meaning_of_partial(lesson: Lesson, video: Video) -> tuple[Kind, str]:
    if lesson.summary and lesson.summary.is_begun and not lesson.summary.has_all_bytes:
        return Kind.UNFINISHED, "`kupload` goes on with it."
    if video.status == _ABORTED:
        return Kind.STATUS_ABORTED, "Look at it at Kinescope; `kupload repair` shows the ways to go on."
    wait = "" if video.status == SUSPENDED else "`kupload verify --wait` waits for it; "
    return Kind.STATUS_STUCK, f"{wait}`kupload repair` shows the ways to go on."


_SUSPENDED: Final = "Look at the plan and the video at Kinescope. kupload leaves the video as it is: it has content."


def _of_content(lesson: Lesson, video: Video) -> Iterator[Finding]:
    if lesson.size is not None and video.size is not None and lesson.size != video.size:
        kind = Kind.FILE_CHANGED if _is_what_was_sent(lesson, video) else Kind.SIZE_DIFFERS
        theirs, ours = distinct_bytes(video.size, lesson.size)
        reason = f"{lesson.lesson_id}: video {video.id} has {theirs}, {_ours(lesson)} has {ours}"
        yield _finding(kind, lesson, video, reason, _REPLACED if kind is Kind.FILE_CHANGED else _OTHER)
    elif lesson.md5 and video.md5 and lesson.md5 != video.md5:
        kind = Kind.FILE_CHANGED if _is_what_was_sent(lesson, video) else Kind.MD5_DIFFERS
        reason = f"{lesson.lesson_id}: video {video.id} has MD5 {video.md5}, {_ours(lesson)} has {lesson.md5}"
        yield _finding(kind, lesson, video, reason, _REPLACED if kind is Kind.FILE_CHANGED else _OTHER)
    elif video.status == _DONE and not is_same_content(lesson, video) and not lacks_original(video):
        yield _finding(
            Kind.NOT_COMPARED, lesson, video, f"{lesson.lesson_id}: {_why_not_compared(lesson, video)}", _DEEP
        )


_REPLACED: Final = "Put the old file back, or see `kupload repair` for the ways to send the new one."
_OTHER: Final = "Look at it at Kinescope; `kupload repair` shows the ways to go on."


def _is_what_was_sent(lesson: Lesson, video: Video) -> bool:
    """Whether the video is still what kupload sent, so that it is the file that has changed."""
    summary = lesson.summary
    if summary is None or lesson.file is None or not summary.has_all_bytes or summary.video_id != video.id:
        return False
    return summary.size == video.size and summary.md5 in {None, video.md5}


def _ours(lesson: Lesson) -> str:
    return f'"{lesson.file.path}"' if lesson.file else "what was sent"


def _why_not_compared(lesson: Lesson, video: Video) -> str:
    if video.md5 is None or video.size is None:
        return f"Kinescope does not tell size and MD5 of video {video.id}"
    if lesson.file and lesson.summary and lesson.summary.is_begun and not lesson.summary.is_for(lesson.file):
        return f'"{lesson.file.path}" was written to since it was sent, its size is the same'
    return f"the size of video {video.id} agrees, and no MD5 was taken of {_ours(lesson)}"


def _of_place(lesson: Lesson, video: Video, place: TargetFolder) -> Iterator[Finding]:
    if place.parent_id is None or place.holds(video):
        return
    if video.folder_id is None:
        reason = f"{lesson.lesson_id}: video {video.id} lies in the root of project {video.project_id}"
        yield _finding(Kind.PROJECT_ROOT, lesson, video, reason, _REPAIR)
    else:
        reason = (
            f'{lesson.lesson_id}: video {video.id} lies in folder {video.folder_id}, not in that of "{place.course}"'
        )
        yield _finding(Kind.WRONG_FOLDER, lesson, video, reason, _REPAIR)


def _finding(kind: Kind, lesson: Lesson, video: Video, reason: str, hint: str) -> Finding:
    return Finding(
        kind=kind,
        course=lesson.course,
        reason=reason,
        hint=hint,
        lesson_id=lesson.lesson_id,
        path=lesson.file.path if lesson.file else None,
        video_id=video.id,
    )

"""Compares a lesson with its video. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.kinescope.video import SUSPENDED, VideoState
from kinescope_upload.plan.decision import REPLACE_OR_SEND, doubt_outdated
from kinescope_upload.plan.lookalikes import whose_is_it
from kinescope_upload.text import distinct_bytes, format_duration
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.titles import fit_title, is_title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.audit.compare.facts import Finding, Lesson, TargetFolder
    from kinescope_upload.kinescope.video import Video

_DONE: Final = "done"
_ABORTED: Final = "aborted"


def is_unfinished(video: Video) -> bool:
    """Whether Kinescope may still bring the video to `done` by itself."""
    is_at_work = video.status not in {_DONE, _ABORTED, SUSPENDED}
    return is_at_work and video.state in {VideoState.PARTIAL, VideoState.COMPLETE}


def is_broken(video: Video) -> bool:
    """Whether Kinescope says that the video will never be `done`."""
    return video.has_failed


def lacks_original(video: Video) -> bool:
    """Whether Kinescope keeps no original of it, so that size and MD5 stay unknown (docs/kinescope.md)."""
    return video.status == _DONE and not video.has_original


def is_same_content(lesson: Lesson, video: Video) -> bool:
    """Whether size and MD5 of the original are known on both sides, and equal."""
    has_facts = lesson.md5 is not None and lesson.size is not None
    return has_facts and (lesson.size, lesson.md5) == (video.size, video.md5)


def problems_of(lesson: Lesson, video: Video, place: TargetFolder | None) -> Iterator[Finding]:
    """Yields everything that is wrong with the lesson's video; nothing when the sides agree."""
    name = f"{lesson.lesson_id}: video {video.id}"
    if video.status != _DONE:
        kind, hint = _meaning_of_status(lesson, video)
        yield lesson.finding(kind, f'{name} has status "{video.status}"', hint, video_id=video.id)
    yield from _of_content(lesson, video)
    if place is not None and place.parent_id is not None and not place.holds(video):
        if video.folder_id is None:
            kind, where = Kind.PROJECT_ROOT, f"the root of project {video.project_id}"
        else:
            kind, where = Kind.WRONG_FOLDER, f"folder {video.folder_id}"
        yield lesson.finding(kind, f'{name} is in {where}, not in the folder of "{place.course}"', video_id=video.id)
    if lesson.title and not is_title_of(video.title, lesson.title):
        reason = f'{name} is called "{video.title}", the lesson "{fit_title(lesson.title)}"'
        yield lesson.finding(Kind.TITLE_DIFFERS, reason, video_id=video.id)


def _meaning_of_status(lesson: Lesson, video: Video) -> tuple[Kind, str]:
    match video.state:
        case VideoState.COMPLETE:
            return Kind.PROCESSING, _WAIT
        case VideoState.BROKEN:
            return Kind.STATUS_ERROR, _CHECK
        case VideoState.PARTIAL if lesson.summary and not lesson.summary.has_all_bytes:
            return Kind.UNFINISHED, going_on(lesson)
        case VideoState.PARTIAL if video.status == _ABORTED:
            return Kind.STATUS_ABORTED, _CHECK
        case VideoState.PARTIAL:
            return Kind.STATUS_STUCK, "" if video.status == SUSPENDED else _WAIT
        case _ if video.status == SUSPENDED:
            return Kind.STATUS_SUSPENDED, _SUSPENDED
        case _:
            return Kind.STATUS_UNKNOWN, _CHECK


def going_on(lesson: Lesson) -> str:
    """What continues the lesson's upload."""
    summary = lesson.summary
    if lesson.file is None and (summary is None or summary.path is None):
        return "Its file is not known here: a machine that has it goes on, or put it into the library."
    if lesson.file is None:
        return "Its file is not there: put it back into the library."
    if summary is None or summary.path is None or lesson.file.is_at(summary.path) or summary.is_for(lesson.file):
        return Hint((), " continues it.")
    return Hint(f'It was begun from "{summary.path}"; ', (), " uploads the lesson's file.")


_CHECK: Final = "Check the video on Kinescope."
_WAIT: Final = Hint(("verify", "--wait"), " waits for it.")
_SUSPENDED: Final = "Check the plan and the video on Kinescope. The video has content, so kupload does not touch it."


def _of_content(lesson: Lesson, video: Video) -> Iterator[Finding]:
    if lesson.is_outdated and lesson.file and lesson.own_id == video.id:
        sent = lesson.summary.path if lesson.summary else None
        doubt = doubt_outdated(lesson.lesson_id, lesson.file.path, video.id, sent)
        yield changed_file(lesson, f"{lesson.lesson_id}: {doubt.reason}", doubt.hint, video.id)
        return
    own = lesson.summary if _is_what_was_sent(lesson, video) else None
    size = video.size if video.size is not None or own is None else own.size
    md5 = video.md5 or (own.md5 if own else None)
    if lesson.size is not None and size is not None and lesson.size != size:
        kind, theirs, ours = Kind.SIZE_DIFFERS, *distinct_bytes(size, lesson.size)
    elif lesson.md5 and md5 and lesson.md5 != md5:
        kind, theirs, ours = Kind.MD5_DIFFERS, f"MD5 {md5}", lesson.md5
    else:
        if video.status == _DONE and not is_same_content(lesson, video) and not lacks_original(video):
            reason = f"{lesson.lesson_id}: {_why_not_compared(lesson, video)}"
            yield lesson.finding(Kind.NOT_COMPARED, reason, _DEEP, video_id=video.id)
        yield from _of_duration(lesson, video)
        return
    reason = f"{lesson.lesson_id}: video {video.id} has {theirs}, {_ours(lesson)} has {ours}"
    if own:
        yield changed_file(lesson, reason, _publish(lesson), video.id)
    else:
        hint = _publish(lesson) if lesson.is_mixed_up else _CHECK
        yield lesson.finding(kind, reason, hint, video_id=video.id)


def _publish(lesson: Lesson) -> str:
    """What publishes the lesson's changed file; a person says whose one is that may be another lesson's."""
    if lesson.is_unclear:
        return "First settle whose what was uploaded for it is."
    if lesson.is_mixed_up and lesson.file:
        return whose_is_it(lesson.lesson_id, lesson.file, lesson.title)
    return Hint(("replace", lesson.lesson_id), " publishes it; or restore the old file.")


def changed_file(lesson: Lesson, reason: str, hint: str, video_id: str) -> Finding:
    """The finding about a lesson whose file is another than the one that was sent; one that is broken cannot follow."""
    if lesson.broken:
        return broken_file(lesson, f"{reason}, and {lesson.broken}", video_id=video_id)
    return lesson.finding(Kind.FILE_CHANGED, reason, hint, video_id=video_id)


def broken_file(lesson: Lesson, reason: str, *, video_id: str | None = None) -> Finding:
    """The finding about a lesson whose file no player can show, so that no run sends it."""
    is_empty = lesson.file is not None and lesson.file.size == 0
    hint = "Put a whole file in its place." if is_empty else REPLACE_OR_SEND
    return lesson.finding(Kind.FILE_BROKEN, reason, hint, video_id=video_id)


def _of_duration(lesson: Lesson, video: Video) -> Iterator[Finding]:
    ours, theirs = lesson.duration, video.duration
    if not ours or not theirs or not video.lasts_otherwise(ours):
        return
    reason = (
        f"{lesson.lesson_id}: video {video.id} lasts {format_duration(theirs)}, {_ours(lesson)} {format_duration(ours)}"
    )
    yield lesson.finding(Kind.DURATION_DIFFERS, reason, _CHECK, video_id=video.id)


_DEEP: Final = Hint(("verify", "--deep"), " reads the file again.")


def _is_what_was_sent(lesson: Lesson, video: Video) -> bool:
    """Whether the video is still what kupload sent, so that it is the file that has changed.

    What Kinescope does not say of it, for it keeps no originals or is not done, is as the progress file has it.
    """
    summary = lesson.summary
    if summary is None or lesson.file is None or not summary.has_all_bytes or summary.video_id != video.id:
        return False
    is_size = video.size == summary.size or (video.size is None and (summary.path or summary.md5) is not None)
    return is_size and (video.md5 is None or summary.md5 in {None, video.md5})


def _ours(lesson: Lesson) -> str:
    return f'"{lesson.file.path}"' if lesson.file else "the file that was sent"


def _why_not_compared(lesson: Lesson, video: Video) -> str:
    if video.md5 is None or video.size is None:
        return f"Kinescope gives no size and MD5 of video {video.id}"
    if lesson.file and lesson.is_redated:
        return f'"{lesson.file.path}" has another time than at its upload; its size is the same'
    return f"the size of video {video.id} agrees; the MD5 of {_ours(lesson)} is unknown"

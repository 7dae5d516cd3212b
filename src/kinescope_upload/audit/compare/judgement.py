"""Compares one lesson with everything that is known about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.videos import broken_file, going_on, problems_of
from kinescope_upload.kinescope.video import Video, VideoState
from kinescope_upload.plan.decision import ADD_OR_CORRECT, forget_pair
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kinescope_upload.audit.compare.facts import Finding, Lesson, TargetFolder
    from kinescope_upload.upload import OldVideo


_CONFIRM: Final = ("map", "--confirm")


class SeenVideo(Enum):
    """What is known about a video of which no details are kept."""

    GONE = auto()
    GOOD = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonContext:
    """A lesson and what it is compared with.

    Attributes:
        lesson: The lesson.
        place: Where its course's videos belong.
        has_database: Whether the database was read.
        look: Returns the video if it has a problem, else whether it exists.
        sharers: Other lessons whose rows name the same video.
        shown_by: The other lesson whose row names what was uploaded for this one, while its own row does not.
        is_in_map: Whether a map file says which file is the lesson's.
    """

    lesson: Lesson
    place: TargetFolder | None
    has_database: bool
    look: Callable[[str], Video | SeenVideo]
    sharers: tuple[str, ...] = ()
    shown_by: str | None = None
    is_in_map: bool = False


def judge(context: LessonContext) -> Iterator[Finding]:
    """Yields everything that disagrees about the lesson; nothing when all sides agree."""
    lesson = context.lesson
    yield from _of_file_and_row(context)
    if context.sharers and context.look(lesson.row_id or "") is not SeenVideo.GONE:
        reason = f"{lesson.lesson_id}: video {lesson.row_id} is also that of {', '.join(context.sharers)}"
        yield lesson.finding(Kind.SHARED_VIDEO, reason, "Each row must name its own video.", video_id=lesson.row_id)
    if is_half_empty := lesson.row is not None and lesson.row.has_address_only:
        yield from _of_address_alone(context)
    if lesson.row_id is not None:
        yield from _of_linked(context, lesson.row_id)
    elif is_half_empty:
        return
    elif lesson.row is not None and lesson.row.video_id is not None:
        yield lesson.finding(Kind.ROW_STRANGE, f'{lesson.lesson_id}: its row holds "{lesson.row.video_id}"')
    else:
        yield from _of_unlinked(context)


def _of_file_and_row(context: LessonContext) -> Iterator[Finding]:
    lesson, summary = context.lesson, context.lesson.summary
    is_gone = context.has_database and lesson.row is None and summary is not None
    if lesson.file is None and not (lesson.is_explained or is_gone):
        sent = f'; "{summary.path}" was sent for it' if summary and summary.path else ""
        was_sent = summary and summary.stage.is_linked and lesson.row_id
        hint = "Put it back, or put its new cut in its place." if was_sent else "Put its file into the library."
        yield lesson.finding(Kind.LESSON_WITHOUT_FILE, f"{lesson.lesson_id} has no file{sent}", hint)
    if lesson.row is not None or not context.has_database:
        return
    if summary:
        reason = f"{lesson.lesson_id} has no row in the database"
        hint = _without_row(lesson, context.shown_by)
        yield lesson.finding(Kind.LESSON_WITHOUT_ROW, reason, hint, video_id=lesson.own_id)
    elif lesson.file:
        reason = f'"{lesson.file.path}" is for lesson {lesson.lesson_id}, which has no row in the database'
        hint = forget_pair(lesson.lesson_id) if context.is_in_map else ADD_OR_CORRECT
        yield lesson.finding(Kind.FILE_WITHOUT_LESSON, reason, hint)


def _without_row(lesson: Lesson, shown_by: str | None) -> str:
    """What to do about a recorded lesson that the database does not have."""
    if shown_by:
        return f"Restore the row; its video is what viewers of {shown_by} see, so that nothing is to be deleted."
    restore = "Restore the row; without it nobody sees the video."
    if not (lesson.old_videos or (lesson.summary and lesson.summary.has_all_bytes)):
        return restore
    return Hint(f"{restore} If the lesson is gone for good, ", ("unlink", lesson.lesson_id, "--delete"), " ends it.")


def _of_address_alone(context: LessonContext) -> Iterator[Finding]:
    """The column of the row's id is empty, and the player's address is not."""
    lesson, row_id = context.lesson, context.lesson.row_id
    if row_id and context.look(row_id) is SeenVideo.GONE:
        return
    if row_id and row_id == lesson.own_id and lesson.summary and lesson.summary.has_all_bytes:
        reason = f"{lesson.lesson_id}: video {row_id} exists, and its row holds its address and no id"
        yield lesson.finding(Kind.ROW_EMPTY, reason, video_id=row_id)
    else:
        held = lesson.row.address if lesson.row else None
        reason = f'{lesson.lesson_id}: its row holds the address "{held}" and no video id'
        yield lesson.finding(Kind.ROW_STRANGE, reason, video_id=row_id)


def _of_linked(context: LessonContext, row_id: str) -> Iterator[Finding]:
    """The row names a video."""
    lesson = context.lesson
    seen = context.look(row_id)
    other = lesson.own_id if lesson.own_id != row_id else None
    if seen is SeenVideo.GONE:
        yield _row_points_nowhere(context, row_id, other)
        return
    if serving := lesson.serving:
        yield _being_replaced(lesson, serving)
        if isinstance(seen, Video):
            problems = problems_of(lesson.as_served(serving), seen, context.place)
            yield from (one for one in problems if one.kind is not Kind.TITLE_DIFFERS)  # the next one has its title
        return
    if other is not None:
        yield _two_videos(context, row_id, other)
    elif lesson.summary is None:
        reason = f"{lesson.lesson_id}: no progress file names its video {row_id}"
        yield lesson.finding(Kind.NOT_RECORDED, reason, "No action is needed: its row names it.", video_id=row_id)
    elif not lesson.summary.has_all_bytes and lesson.own_id and not _is_partial(seen):
        reason = f"{lesson.lesson_id}: its row names video {row_id}, and its progress says that it is not finished"
        hint = Hint((), " looks, and brings it up to date.")
        yield lesson.finding(Kind.UNFINISHED, reason, hint, video_id=row_id)
    if isinstance(seen, Video):
        old = lesson.old_in_row
        yield from problems_of(lesson.as_served(old) if old else lesson, seen, context.place)


def _being_replaced(lesson: Lesson, serving: OldVideo) -> Finding:
    reason = f"{lesson.lesson_id}: the replacement of its video {serving.video_id} is not finished"
    has_all_bytes = lesson.summary is not None and lesson.summary.has_all_bytes
    if lesson.broken and lesson.file and not has_all_bytes:
        return broken_file(lesson, f'{reason}: "{lesson.file.path}" {lesson.broken}', video_id=serving.video_id)
    hint = _what_then(lesson, has_all_bytes=has_all_bytes)
    return lesson.finding(Kind.UNFINISHED, reason, hint, video_id=serving.video_id, other_id=lesson.own_id)


def _what_then(lesson: Lesson, *, has_all_bytes: bool) -> str:
    """What goes on with a begun replacement, or calls it off; never what publishes another file than a person says."""
    again, off = ("replace", lesson.lesson_id), ("replace", lesson.lesson_id, "--drop")
    if lesson.is_called_off:
        return Hint("Its old file is its file again: ", (), " calls it off.")
    if lesson.is_exchanged:
        return Hint("Another lesson has its title now: ", _CONFIRM, " asks whose the file is, ", off, " calls it off.")
    if lesson.said:
        path = lesson.said.path
        return Hint(f'"{path}" is its file now: ', (*again, path), " publishes that, ", off, " calls it off.")
    if lesson.is_given_away:
        return Hint("Its file is another lesson's now: ", off, " calls it off.")
    if not (lesson.file or has_all_bytes):
        return Hint(f"{going_on(lesson)} ", off, " calls it off.")
    return Hint(again, " continues it, ", off, " calls it off.")


def _is_partial(seen: Video | SeenVideo) -> bool:
    return isinstance(seen, Video) and seen.state is VideoState.PARTIAL


def _row_points_nowhere(context: LessonContext, row_id: str, other: str | None) -> Finding:
    lesson = context.lesson
    reason = f"{lesson.lesson_id}: its row names video {row_id}, which is not on Kinescope"
    if other and context.look(other) is not SeenVideo.GONE and lesson.summary and lesson.summary.has_all_bytes:
        reason += f"; kupload uploaded {other}"
    return lesson.finding(Kind.ROW_POINTS_NOWHERE, reason, video_id=row_id, other_id=other)


def _two_videos(context: LessonContext, row_id: str, own_id: str) -> Finding:
    lesson = context.lesson
    if context.look(own_id) is SeenVideo.GONE:
        kind, what = Kind.VIDEO_GONE, f"the progress file names {own_id}, which is not on Kinescope"
    else:
        did = "uploaded" if lesson.summary and lesson.summary.has_all_bytes else "began to upload"
        kind, what = Kind.TWO_VIDEOS, f"kupload {did} {own_id}"
    replaced = ", which was replaced" if lesson.old_in_row else ""
    reason = f"{lesson.lesson_id}: its row names {row_id}{replaced}, and {what}"
    return lesson.finding(kind, reason, video_id=row_id, other_id=own_id)


def _to_send(lesson: Lesson, kind: Kind, what: str, hint: str, video_id: str | None = None) -> Finding:
    """What is said of a lesson whose file is to be sent: no run sends one that no player can show."""
    if lesson.broken and lesson.file:
        reason = f'{lesson.lesson_id}: its file "{lesson.file.path}" {lesson.broken}'
        return broken_file(lesson, reason, video_id=video_id)
    return lesson.finding(kind, f"{lesson.lesson_id}: {what}", hint, video_id=video_id)


def _of_unlinked(context: LessonContext) -> Iterator[Finding]:
    """The row names no video, or there is no row."""
    lesson, summary = context.lesson, context.lesson.summary
    if summary is None or not (summary.is_begun or summary.former_ids):
        if lesson.file and (lesson.row or not context.has_database):
            yield _to_send(lesson, Kind.NOT_UPLOADED, f'"{lesson.file.path}" is not uploaded', Hint((), " uploads it."))
        return
    own_id = summary.video_id
    seen = context.look(own_id) if own_id else SeenVideo.GONE
    if not summary.has_all_bytes:
        is_left = context.has_database and lesson.row is None and isinstance(seen, Video)
        hint = Hint(("repair",), " deletes what was sent.") if is_left else going_on(lesson)
        yield _to_send(lesson, Kind.UNFINISHED, "its upload is not finished", hint, own_id)
    elif seen is SeenVideo.GONE:
        reason = f"{lesson.lesson_id}: kupload uploaded video {own_id}, which is not on Kinescope"
        yield lesson.finding(Kind.VIDEO_GONE, reason, other_id=own_id)
    else:
        if lesson.row is not None and not lesson.is_outdated:
            yield lesson.finding(
                Kind.ROW_EMPTY, f"{lesson.lesson_id}: video {own_id} exists, and its row is empty", video_id=own_id
            )
        elif not context.has_database and summary.stage is Stage.UPLOADED and not lesson.is_outdated:
            reason = f"{lesson.lesson_id}: video {own_id} is uploaded, and its row is not written"
            yield lesson.finding(Kind.ROW_EMPTY, reason, "A run with the database links it.", video_id=own_id)
        if isinstance(seen, Video) and (lesson.row is not None or not context.has_database):
            yield from problems_of(lesson, seen, context.place)

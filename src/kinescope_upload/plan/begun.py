"""Tells which begun replacements are called off by their files, and which contradict what a person says now. Pure.

A pair that somebody wrote down, and the old file in its place, go before what `kupload replace` has begun.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from kinescope_upload.plan.decision import Decision, PlanDecision
from kinescope_upload.text.hints import Hint
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kinescope_upload.model import Assignment, LessonRow, VideoFile
    from kinescope_upload.plan.plan import Plan, PlannedLesson
    from kinescope_upload.upload import OldVideo, Record


class Begun(Protocol):
    """What is recorded of a begun replacement."""

    @property
    def path(self) -> str | None:
        """The file that it was begun from."""

    @property
    def size(self) -> int:
        """That file's size (bytes)."""

    @property
    def modified_ns(self) -> int:
        """That file's time of change (nanoseconds since the epoch)."""


def is_old_file(
    file: VideoFile, begun: Begun, serving: OldVideo, read: Callable[[VideoFile], str | None] | None = None
) -> bool:
    """Whether the file is what the row's own video was made of, and not the one that is to replace it.

    Args:
        file: The file.
        begun: What is recorded of the replacement.
        serving: The row's own video.
        read: Gives the file's MD5, which alone tells of a file at another path; None leaves that open.
    """
    may_be_begun = file.may_be(begun.path, size=begun.size, modified_ns=begun.modified_ns)
    is_begun = may_be_begun and begun.path is not None and file.is_at(begun.path)
    may_be_old = file.may_be(serving.path, size=serving.size, modified_ns=serving.modified_ns) and not is_begun
    if may_be_old and (serving.path is None or file.is_at(serving.path)):
        return True
    if read is None or serving.md5 is None:
        return False
    return file.size == serving.size and read(file) == serving.md5


def find_called_off(
    assignments: Iterable[Assignment],
    records: Mapping[str, Record],
    rows: Mapping[str, LessonRow],
    read: Callable[[VideoFile], str | None] | None,
) -> frozenset[str]:
    """The lessons whose begun replacement is called off: their file is what the video is made of that the row names.

    A file that another place gives to the lesson counts only where somebody wrote that down, or where the file that
    the replacement was begun from is another lesson's.

    Args:
        assignments: Which file belongs to which lesson.
        records: What is recorded, by lesson id.
        rows: The rows, by lesson id.
        read: Gives a file's MD5 where path, size and time do not tell; None leaves that open.
    """
    begun = [
        (one, record, serving)
        for one in assignments
        if (record := records.get(one.lesson_id)) and record.old_videos and (serving := record.serving)
    ]
    if not begun:
        return frozenset()
    taken = {one.file.path for one in assignments}
    return frozenset(
        one.lesson_id
        for one, record, serving in begun
        if (row := rows.get(one.lesson_id)) and is_same_video(row.video_id, serving.video_id)
        if one.source.is_written or record.path in {None, one.file.path} or record.path in taken
        if is_old_file(one.file, record, serving, read)
    )


def call_off(serving: OldVideo) -> PlanDecision:
    """Decides about a lesson whose begun replacement is called off."""
    reason = f"keeps video {serving.video_id}, whose file is its file again: its begun replacement is called off"
    return PlanDecision(Decision.SKIP, reason, calls_off=True)


def doubt_contradicted(
    assignment: Assignment, record: Record, given: Mapping[str, Assignment], owners: Mapping[str, str]
) -> PlanDecision | None:
    """Doubts a begun replacement that somebody's word speaks against, or of which no word tells any more.

    Args:
        assignment: The lesson and its file.
        record: What is recorded of it.
        given: What somebody wrote down, by the file's path.
        owners: The lesson whose own video was made of a file, by its path.
    """
    lesson_id, path = record.lesson_id, record.path or ""
    if (other := given.get(path)) and other.lesson_id != lesson_id:
        return PlanDecision(Decision.IN_DOUBT, *given_away(lesson_id, other))
    off = ("replace", lesson_id, "--drop")
    owner = owners.get(path, lesson_id)
    if owner != lesson_id and not assignment.source.is_written:
        reason = f'its replacement was begun from "{path}", the file of lesson {owner}, and no pair says so any more'
        hint = Hint(("replace", lesson_id), " goes on with it, ", off, " calls it off.")
        return PlanDecision(Decision.IN_DOUBT, reason, hint)
    if assignment.file.path != path and record.path is not None and not record.is_for(assignment.file):
        return _doubt_other_file(assignment, path)
    return None


def given_away(lesson_id: str, other: Assignment) -> tuple[str, Hint]:
    """Why the lesson's begun replacement does not go on, whose file another lesson has now, and what to do."""
    path = other.file.path
    reason = f'its replacement was begun from "{path}", which the {other.source} gives to lesson {other.lesson_id}'
    return reason, Hint(("replace", lesson_id, "--drop"), " calls it off; or correct who has the file.")


def doubt_given_away(plan: Plan, assignments: Iterable[Assignment]) -> Plan:
    """The plan, in which no replacement goes on from a file that somebody gave to another lesson since.

    Args:
        plan: What is planned of some lessons.
        assignments: Which file belongs to which lesson, of all.
    """
    given = {one.file.path: one for one in assignments if one.source.is_written}
    return replace(plan, lessons=tuple(_not_given_away(lesson, given.get(lesson.file.path)) for lesson in plan.lessons))


def _not_given_away(lesson: PlannedLesson, other: Assignment | None) -> PlannedLesson:
    is_begun = lesson.record is not None and lesson.record.serving is not None and not lesson.calls_off
    if other is None or other.lesson_id == lesson.lesson_id or not is_begun:
        return lesson
    reason, hint = given_away(lesson.lesson_id, other)
    return replace(lesson, planned=lesson.planned._replace(decision=Decision.IN_DOUBT, reason=reason, hint=hint))


def _doubt_other_file(assignment: Assignment, path: str) -> PlanDecision:
    lesson_id, file, off = assignment.lesson_id, assignment.file.path, ("replace", assignment.lesson_id, "--drop")
    if assignment.source.is_written:
        reason = f'its replacement was begun from "{path}", and the {assignment.source} names "{file}"'
        hint = Hint(("replace", lesson_id, file), " publishes that file, ", off, " keeps the video that viewers see.")
    else:
        reason = f'its replacement was begun from "{path}", and now "{file}" would be its file'
        hint = Hint(f'Put "{path}" back; ', off, " calls the replacement off.")
    return PlanDecision(Decision.IN_DOUBT, reason, hint)

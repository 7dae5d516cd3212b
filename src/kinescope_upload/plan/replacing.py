"""Decides whether a lesson's video can be replaced, and how. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from kinescope_upload.plan.decision import Decision
from kinescope_upload.plan.lookalikes import whose_is_it
from kinescope_upload.text.hints import Hint
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan.plan import PlannedLesson
    from kinescope_upload.upload import Record


class ReplaceStep(Enum):
    """What `kupload replace` does with a lesson."""

    BEGIN = auto()
    """Upload its file beside the video that it has."""
    GO_ON = auto()
    """Go on with what was begun."""
    CALL_OFF = auto()
    """Call off what was begun: the lesson keeps the video that viewers see."""
    UNCHANGED = auto()
    """Nothing: its file is the one that was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why the lesson's video cannot be replaced, and what to do about it."""

    reason: str
    hint: str


def _refuse_mixed_up(lesson: PlannedLesson) -> Refused | None:
    if lesson.mixed_up is None:
        return None
    return Refused(reason=lesson.mixed_up, hint=whose_is_it(lesson.lesson_id, lesson.file, lesson.title))


def _refuse_unrecorded(lesson: PlannedLesson) -> Refused:
    reason = f"{lesson.reason}, which no progress file names as kupload's"
    if not lesson.pair_is_written:
        named = Hint("Name the file that is to be shown: ", ("replace", lesson.lesson_id, lesson.file.path), ".")
        return Refused(reason=reason, hint=named)
    then = " empties its row; then the file is uploaded by "
    empty = Hint(("unlink", lesson.lesson_id), then, (), ", or after ", ("map", "--confirm"), ", if it asks.")
    return Refused(reason=f"{reason}, and which is not complete", hint=empty)


def replacement_of(lesson: PlannedLesson) -> ReplaceStep | Refused:
    """Decides what `kupload replace` does with a lesson, as far as files, rows and progress tell."""
    record = lesson.record
    if lesson.calls_off:
        return ReplaceStep.CALL_OFF
    if lesson.decision is Decision.IN_DOUBT and not lesson.is_outdated:
        return Refused(reason=lesson.reason, hint=lesson.hint)
    if record and (record.serving or record.stage.has_all_bytes):
        if lesson.decision is Decision.SKIP and not record.stage.is_linked:
            return Refused(reason=lesson.reason, hint=Hint(("verify",), " tells more."))
        if record.stage.has_all_bytes:
            if record.path is not None and record.is_for(lesson.file) and not lesson.is_other:
                return ReplaceStep.UNCHANGED if record.stage.is_linked else ReplaceStep.GO_ON
            return _refuse_mixed_up(lesson) or ReplaceStep.BEGIN
        return ReplaceStep.GO_ON
    if lesson.decision is Decision.SKIP:
        return _refuse_unrecorded(lesson)
    return Refused(reason="has no video yet", hint=Hint(("--course", lesson.course), " uploads it."))


def call_off_step(record: Record | None, row: LessonRow | None) -> ReplaceStep | Refused:
    """Decides whether a replacement can be called off: one was begun, and the row still names the video before it.

    Args:
        record: What is recorded of the lesson.
        row: The lesson's row.
    """
    if record is None or record.serving is None:
        return Refused(reason="no replacement of it was begun", hint=Hint(("verify",), " tells what there is."))
    if row and is_same_video(row.video_id, record.serving.video_id):
        return ReplaceStep.CALL_OFF
    held = row.video_id if row and row.video_id else "no video"
    return Refused(
        reason=f"its row names {held}, and no longer {record.serving.video_id}", hint=Hint(("verify",), " tells more.")
    )

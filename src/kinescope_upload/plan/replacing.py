"""Decides whether a lesson's video can be replaced, and how. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from kinescope_upload.plan.decision import Decision
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from kinescope_upload.plan.plan import PlannedLesson


class ReplaceStep(Enum):
    """What `kupload replace` does with a lesson."""

    BEGIN = auto()
    """Upload its file beside the video that it has."""
    GO_ON = auto()
    """Go on with what was begun."""
    UNCHANGED = auto()
    """Nothing: its file is the one that was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why the lesson's video cannot be replaced, and what to do about it."""

    reason: str
    hint: str


def _refuse_lookalike(lesson: PlannedLesson) -> Refused | None:
    if lesson.looks_like is None:
        return None
    path = lesson.file.path
    reason = f'its file "{path}" has the size and time of what was uploaded for lesson {lesson.looks_like}'
    hint = Hint("If it is to be this lesson's video, name it: ", ("replace", lesson.lesson_id, path), ".")
    return Refused(reason=reason, hint=hint)


def replacement_of(lesson: PlannedLesson) -> ReplaceStep | Refused:
    """Decides what `kupload replace` does with a lesson, as far as files, rows and progress tell."""
    record = lesson.record
    if lesson.decision is Decision.IN_DOUBT and not lesson.is_outdated:
        return Refused(reason=lesson.reason, hint=lesson.hint)
    if record and (record.serving or record.stage.has_all_bytes):
        if lesson.decision is Decision.SKIP and not record.stage.is_linked:
            return Refused(reason=lesson.reason, hint=Hint(("verify",), " tells more."))
        if record.stage.has_all_bytes:
            if record.path is not None and record.is_for(lesson.file):
                return ReplaceStep.UNCHANGED if record.stage.is_linked else ReplaceStep.GO_ON
            return _refuse_lookalike(lesson) or ReplaceStep.BEGIN
        return ReplaceStep.GO_ON
    if lesson.decision is Decision.SKIP:
        first = "empties its row; then the file is uploaded by"
        hint = Hint(
            ("unlink", lesson.lesson_id), f" {first} ", (), ", or after ", ("map", "--confirm"), ", if it asks."
        )
        return Refused(reason=f"{lesson.reason}, which no progress file names as kupload's", hint=hint)
    return Refused(reason="has no video yet", hint=Hint(("--course", lesson.course), " uploads it."))

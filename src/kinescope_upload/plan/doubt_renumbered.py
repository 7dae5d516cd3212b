"""Doubts lessons that may be other ones by now, and those whose place among them says nothing any more. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.plan.decision import Decision
from kinescope_upload.plan.renumbered import section_among
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kinescope_upload.plan.plan import PlannedLesson
    from kinescope_upload.plan.renumbered import Renumbered


def doubt_renumbered(lessons: Sequence[PlannedLesson], found: Renumbered, said: Collection[str]) -> list[PlannedLesson]:
    """The lessons, where nothing is done with any that may be another one now.

    Args:
        lessons: As they are decided.
        found: What is known to be renumbered.
        said: The lessons whose files somebody wrote down.
    """
    if not found.titles:
        return list(lessons)
    comers = {new: old for old, new in found.moved.items()}
    return [_doubted(one, found, said, comers) for one in lessons]


def _doubted(
    lesson: PlannedLesson, found: Renumbered, said: Collection[str], comers: Mapping[str, str]
) -> PlannedLesson:
    key = lesson.lesson_id
    if key in found.titles:
        reason, hint = found.reason(key), found.hint(key)
    elif key in comers and lesson.decision not in {Decision.SKIP, Decision.IN_DOUBT}:
        reason = f"what was uploaded for lesson {comers[key]} is its own now"
        hint = Hint(("repair",), " moves what is recorded to it.")
    elif key in said or not section_among(found.sections, key) or lesson.decision in {Decision.SKIP, Decision.IN_DOUBT}:
        return lesson
    elif lesson.record and lesson.record.is_begun:
        return lesson  # its title is the recorded one
    else:
        reason = "lessons of its section were renumbered, so its file's position proves nothing"
        asked = found.unclear - found.lost or found.unclear
        moves = Hint(("repair",), " moves what is recorded to the right lessons.")
        hint = moves if found.moved else found.hint(min(asked))
    doubted = lesson.planned._replace(decision=Decision.IN_DOUBT, reason=reason, hint=hint, is_outdated=False)
    return replace(lesson, planned=doubted)

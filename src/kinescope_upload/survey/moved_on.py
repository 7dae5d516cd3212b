"""Says which lessons that show no video are recorded under another id: their numbers changed since. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.model import Doubt
from kinescope_upload.plan.renumbered import NOT_RENUMBERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kinescope_upload.plan import Plan
    from kinescope_upload.survey.survey import Survey
    from kinescope_upload.upload import Record


def moved_on(
    survey: Survey, plan: Plan, records: Mapping[str, Record], others: Mapping[str, Record]
) -> tuple[Doubt, ...]:
    """A doubt for each lesson without a video that is recorded under another id, where the plan says nothing of it.

    Args:
        survey: The library and its rows.
        plan: What a run would do.
        records: What is recorded of the run's courses, by lesson id.
        others: What is recorded of courses that the run does not hold.
    """
    known = {**others, **records} if others else records
    return (*_doubts(survey, others, known), *_doubts(survey, _not_told(survey, plan, records, known), known))


def _doubts(survey: Survey, records: Mapping[str, Record], known: Mapping[str, Record]) -> Iterator[Doubt]:
    """A doubt for each lesson that is recorded under another id: its course, section or number is another now."""
    found = survey.find_renumbered(records, known=known) if records else NOT_RENUMBERED
    for old, new in found.moved.items():
        if _shows_nothing(survey, old) and survey.rows and new in survey.rows:
            course, reason = survey.rows[new].course, found.reason(old)
            yield Doubt(course=course, subject=old, reason=reason, hint=found.hint(old), lesson_ids=(new,))


def _not_told(
    survey: Survey, plan: Plan, records: Mapping[str, Record], known: Mapping[str, Record]
) -> Mapping[str, Record]:
    """The records of lessons that show no video and moved on, where the plan says nothing."""
    empty = {key: one for key, one in records.items() if one.is_begun and _shows_nothing(survey, key)}
    planned = {lesson.lesson_id for lesson in plan.lessons} if empty else set()
    found = survey.find_renumbered(empty, known=known) if empty.keys() - planned else NOT_RENUMBERED
    told = {old for old, new in found.moved.items() if old in planned or (old not in found.shown and new in planned)}
    return {key: empty[key] for key in found.moved if key not in told}


def _shows_nothing(survey: Survey, lesson_id: str) -> bool:
    """Whether the lesson has no row, or an empty one."""
    row = (survey.rows or {}).get(lesson_id)
    return survey.rows is not None and (row is None or row.video_id is None)

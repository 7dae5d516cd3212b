"""Tells about which lessons of the library a run can do nothing: for `--status`, which asks no database. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.mapping import nfc, section_of
from kinescope_upload.progress import Standing

if TYPE_CHECKING:
    from kinescope_upload.plan import Plan
    from kinescope_upload.survey.survey import Survey


def left_open(survey: Survey, plan: Plan) -> dict[str, dict[str, Standing]]:
    """The lessons in doubt, and the positions of files that no lesson has, by course; an entry for every course.

    Args:
        survey: The library, with the database's rows.
        plan: What the run does.
    """
    found: dict[str, dict[str, Standing]] = {course: {} for course in survey.courses}
    for lesson in plan.in_doubt:
        found.setdefault(lesson.course, {})[lesson.lesson_id] = Standing.IN_DOUBT
    planned = {name for lesson in plan.lessons for name in (lesson.file.path, lesson.lesson_id)}
    doubted = {doubt.subject for doubt in plan.doubts if doubt.blocking}
    known = {nfc(row.course) for row in (survey.rows or {}).values()}
    for one in survey.unchecked.assignments:
        if one.course in found and planned.isdisjoint({one.file.path, one.lesson_id}):
            is_doubted = nfc(one.course) in known and section_of(one.file.path) in doubted
            found[one.course][one.lesson_id] = Standing.IN_DOUBT if is_doubted else Standing.NO_LESSON
    return found

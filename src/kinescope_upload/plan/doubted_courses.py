"""Takes the courses out of a plan that no video can be sent for. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.plan.decision import SENT, Decision
from kinescope_upload.plan.limit import cut_work
from kinescope_upload.plan.plan import WORK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.plan.decision import PlanDecision
    from kinescope_upload.plan.plan import Plan, PlannedLesson


def doubt_courses(plan: Plan, doubts: Mapping[str, PlanDecision]) -> Plan:
    """The plan where nothing can be sent for some courses: their lessons are in doubt, and others move up to the limit.

    Rows of videos that are uploaded are written all the same.

    Args:
        plan: The plan as files, rows and progress make it.
        doubts: Why nothing can be sent, by course.
    """
    if not doubts:
        return plan
    limit = len(plan.work) if plan.counts[Decision.LATER] else None
    lessons = [_doubted(_wanted(lesson), doubts) for lesson in plan.lessons]
    work = [lesson for lesson in lessons if lesson.decision in WORK]
    rest = sorted((one for one in lessons if one.decision not in WORK), key=lambda one: one.lesson_id)
    return replace(plan, lessons=(*cut_work(work, limit), *rest))


def _wanted(lesson: PlannedLesson) -> PlannedLesson:
    """The lesson as it is planned without a limit."""
    return _decided(lesson, lesson.put_off) if lesson.put_off else lesson


def _doubted(lesson: PlannedLesson, doubts: Mapping[str, PlanDecision]) -> PlannedLesson:
    doubt = doubts.get(lesson.course)
    return _decided(lesson, doubt) if doubt and lesson.decision in SENT else lesson


def _decided(lesson: PlannedLesson, decision: PlanDecision) -> PlannedLesson:
    return replace(lesson, planned=decision, put_off=None)

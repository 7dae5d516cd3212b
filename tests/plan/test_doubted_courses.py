"""A course without a folder costs its own lessons; the others go on, up to the limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kinescope_upload.model import Assignment, MappingSource, VideoFile
from kinescope_upload.plan import Decision, Plan, PlanDecision, Selection, doubt_courses, make_plan
from kinescope_upload.upload import Dialect, Record, Stage

_DOUBT = PlanDecision(Decision.IN_DOUBT, "no folder", "Make it.")
_UPLOADED = Record(
    lesson_id="a_3",
    course="a",
    path="a/3.mp4",
    size=3,
    modified_ns=1,
    parent_id="p",
    title="t",
    dialect=Dialect.TUS,
    video_id="v",
    stage=Stage.UPLOADED,
)


def _planned(limit: int | None) -> Plan:
    """Three lessons of course a, of which the third needs its row alone, and three larger ones of course b."""
    names = [(course, number) for course in "ab" for number in (1, 2, 3)]
    assignments = [
        Assignment(
            lesson_id=f"{course}_{number}",
            course=course,
            file=VideoFile(path=f"{course}/{number}.mp4", size=number + (10 if course == "b" else 0), modified_ns=1),
            source=MappingSource.MAP_FILE,
        )
        for course, number in names
    ]
    selection = Selection(limit=limit)
    return make_plan(assignments, rows=None, records={}, selection=selection)


def _text(plan: Plan) -> list[str]:
    return [f"{one.lesson_id} {one.decision}" for one in plan.lessons]


def test_the_lessons_of_the_course_are_in_doubt_and_the_others_stay_as_they_are() -> None:
    plan = doubt_courses(_planned(None), {"a": _DOUBT})
    assert _text(plan) == ["b_1 upload", "b_2 upload", "b_3 upload", "a_1 in doubt", "a_2 in doubt", "a_3 in doubt"]
    assert {(one.reason, one.hint) for one in plan.in_doubt} == {("no folder", "Make it.")}
    assert plan.is_in_doubt


def test_those_beyond_the_limit_move_up() -> None:
    plan = doubt_courses(_planned(2), {"a": _DOUBT})
    assert _text(plan)[:3] == ["b_1 upload", "b_2 upload", "b_3 later"]
    assert plan.counts[Decision.IN_DOUBT] == 3
    assert plan.lessons[2].reason == "beyond --limit 2"


@pytest.mark.parametrize("limit", [None, 2])
def test_without_a_doubt_the_plan_is_the_same(limit: int | None) -> None:
    assert doubt_courses(_planned(limit), {}) == _planned(limit)
    assert _text(doubt_courses(_planned(limit), {"c": _DOUBT})) == _text(_planned(limit))


def test_a_video_that_is_uploaded_needs_no_folder() -> None:
    planned = _planned(None)
    lessons = [
        replace(one, planned=PlanDecision(Decision.LINK, ""), record=_UPLOADED) if one.lesson_id == "a_3" else one
        for one in planned.lessons
    ]
    plan = doubt_courses(replace(planned, lessons=tuple(lessons)), {"a": _DOUBT})
    assert "a_3 link" in _text(plan)

"""Holds what a map file or a manifest says against the database. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.mapping.names import count_of, first_few, nfc
from kinescope_upload.model import Doubt, MappedLibrary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kinescope_upload.model import Assignment, LessonRow


def check_against_rows(mapped: MappedLibrary, rows: Mapping[str, LessonRow]) -> MappedLibrary:
    """Takes out the assignments whose course is not the one that the lesson's row names, with a doubt for each.

    Lessons without a video that the mapping does not mention are worth knowing, one doubt for each course, and block
    nothing: the mapping says what is to be done. A lesson without a row stays; the plan says so.

    Args:
        mapped: What a map file or a manifest says.
        rows: The database's lessons by id, all courses.
    """
    kept, doubts = [], []
    for one in mapped.assignments:
        row = rows.get(one.lesson_id)
        if row is None or row.course == one.course:
            kept.append(one)
        elif nfc(row.course) == nfc(one.course):
            kept.append(replace(one, course=row.course))
        else:
            doubts.append(_doubt_of_course(one, row))
    mentioned = {one.lesson_id for one in mapped.assignments}
    mentioned.update(lesson for doubt in mapped.doubts for lesson in doubt.lesson_ids)
    return MappedLibrary(
        assignments=tuple(kept),
        doubts=(*mapped.doubts, *doubts, *_doubts_of_unmentioned(rows.values(), mentioned)),
        ignored=mapped.ignored,
    )


def _doubt_of_course(assignment: Assignment, row: LessonRow) -> Doubt:
    return Doubt(
        course=row.course,
        subject=assignment.lesson_id,
        reason=(
            f'its row is of course "{row.course}", but the {assignment.source} puts "{assignment.file.path}" '
            f'into course "{assignment.course}"'
        ),
        hint=f"Correct the lesson's id or course in the {assignment.source}.",
        lesson_ids=(assignment.lesson_id,),
    )


def _doubts_of_unmentioned(rows: Iterable[LessonRow], mentioned: Collection[str]) -> list[Doubt]:
    by_course: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.video_id is None and row.lesson_id not in mentioned:
            by_course[row.course].append(row.lesson_id)
    return [_doubt_of_unmentioned(course, tuple(sorted(lessons))) for course, lessons in sorted(by_course.items())]


def _doubt_of_unmentioned(course: str, lesson_ids: tuple[str, ...]) -> Doubt:
    number = count_of(len(lesson_ids), "lesson has no video and is", "lessons have no video and are")
    return Doubt(
        course=course,
        subject=course,
        reason=f"{number} not mentioned ({first_few(lesson_ids)})",
        lesson_ids=lesson_ids,
        blocking=False,
    )

"""Holds what a map file or a manifest says against the database. Pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import starmap
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping.names import grouped
from kinescope_upload.model import Assignment, Doubt, MappedLibrary, MappingSource
from kinescope_upload.text import count, first_few

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from kinescope_upload.mapping.evidence import SentFile
    from kinescope_upload.mapping.recorded import Recorded
    from kinescope_upload.model import LessonRow


def check_against_rows(mapped: MappedLibrary, rows: Mapping[str, LessonRow]) -> MappedLibrary:
    """Takes out the assignments whose course is not the one that the lesson's row names, with a doubt for each.

    Lessons without a video that the mapping does not mention are worth knowing, one doubt for each course, and block
    nothing: the mapping says what is to be done. A lesson without a row stays; the plan says so.

    Args:
        mapped: What a map file or a manifest says.
        rows: The database's lessons by id, all courses.
    """
    checked = check_course_of_each(mapped, rows)
    mentioned = {one.lesson_id for one in mapped.assignments}
    mentioned.update(lesson for doubt in mapped.doubts for lesson in doubt.lesson_ids)
    unmentioned = (row for row in rows.values() if row.lesson_id not in mentioned)
    doubts = (*checked.doubts, *starmap(_doubt_of_unmentioned, undone_by_course(unmentioned)))
    return replace(checked, doubts=doubts)


def check_course_of_each(mapped: MappedLibrary, rows: Mapping[str, LessonRow]) -> MappedLibrary:
    """Takes out the assignments whose course is not the one that the lesson's row names, with a doubt for each.

    Args:
        mapped: What somebody wrote down.
        rows: The database's lessons by id.
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
    return replace(mapped, assignments=tuple(kept), doubts=(*mapped.doubts, *doubts))


def fill_from_records(
    mapped: MappedLibrary, recorded: Recorded, records: Mapping[str, SentFile], firm: Collection[Doubt] = ()
) -> MappedLibrary:
    """Gives lessons whose named file is not there the file that they were uploaded from, and takes their doubts out.

    Args:
        mapped: What a manifest says.
        recorded: The files that recorded lessons keep.
        records: What the progress says, by lesson id.
        firm: Doubts that stay.
    """
    taken = {one.file.path for one in mapped.assignments} | {one.lesson_id for one in mapped.assignments}
    in_doubt = {
        doubt.lesson_ids[0]: doubt for doubt in mapped.doubts if len(doubt.lesson_ids) == 1 and doubt not in firm
    }
    found = [
        Assignment(lesson_id=key, course=records[key].course, file=file, source=MappingSource.RECORD)
        for key, file in recorded.files.items()
        if key in in_doubt and taken.isdisjoint({key, file.path})
    ]
    settled = {in_doubt[one.lesson_id] for one in found}
    paths = {one.file.path for one in found}
    return replace(
        mapped,
        assignments=(*mapped.assignments, *found),
        doubts=tuple(doubt for doubt in mapped.doubts if doubt not in settled),
        ignored=tuple(one for one in mapped.ignored if one.path not in paths),
        recorded=frozenset(one.lesson_id for one in found),
    )


def put_first(confirmed: MappedLibrary, read: MappedLibrary) -> MappedLibrary:
    """What a manifest says, with the confirmed pairs before all else for their lessons and files.

    A lesson whose file is confirmed as another's is worth knowing, and blocks nothing.

    Args:
        confirmed: The pairs that a person confirmed.
        read: What the manifest says.
    """
    lessons = {one.lesson_id for one in confirmed.assignments}
    paths = {one.file.path: one.lesson_id for one in confirmed.assignments}
    rest = [one for one in read.assignments if one.lesson_id not in lessons]
    kept = (one for one in rest if one.file.path not in paths)
    without = (_doubt_of_lost_file(one, paths[one.file.path]) for one in rest if one.file.path in paths)
    doubts = (*(one for one in read.doubts if lessons.isdisjoint(one.lesson_ids)), *without)
    return replace(
        read,
        assignments=(*confirmed.assignments, *kept),
        doubts=(*confirmed.doubts, *doubts),
        ignored=tuple(one for one in read.ignored if one.path not in paths),
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
        paths=(assignment.file.path,),
    )


def _doubt_of_lost_file(one: Assignment, owner: str) -> Doubt:
    return Doubt(
        course=one.course,
        subject=one.lesson_id,
        reason=f'its file "{one.file.path}" is confirmed as that of {owner}',
        hint='Correct its "filepath" in the manifest.',
        lesson_ids=(one.lesson_id,),
        blocking=False,
    )


def _doubt_of_unmentioned(course: str, lesson_ids: tuple[str, ...]) -> Doubt:
    number = count(len(lesson_ids), "lesson has no video and is", "lessons have no video and are")
    return Doubt(
        course=course,
        subject=course,
        reason=f"{number} not mentioned ({first_few(lesson_ids)})",
        lesson_ids=lesson_ids,
        blocking=False,
    )


def undone(rows: Iterable[LessonRow]) -> tuple[str, ...]:
    """The lessons of these rows that have no video, sorted."""
    return tuple(sorted(row.lesson_id for row in rows if row.video_id is None))


def undone_by_course(rows: Iterable[LessonRow]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The courses that have lessons without a video, sorted, each with those lessons."""
    for course, of_course in sorted(grouped(rows, lambda row: row.course).items()):
        if lessons := undone(of_course):
            yield course, lessons

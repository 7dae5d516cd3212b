"""Finds the courses that were named and of which nothing can be done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping.idle_courses import (
    LibraryGround,
    doubt_of_foreign_library,
    doubt_of_idle_course,
    moved_root,
)
from kinescope_upload.model import MappingSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kinescope_upload.model import Doubt, MappedLibrary
    from kinescope_upload.plan import Plan
    from kinescope_upload.survey.survey import Survey
    from kinescope_upload.upload import Record


def idle_doubts(
    survey: Survey, plan: Plan, told: MappedLibrary, records: Mapping[str, Record], waiting: Iterable[Doubt]
) -> Iterator[Doubt]:
    """A doubt for each named course of which no lesson is planned and no file waits, where nothing else says why.

    A course whose lessons all have their videos is done, wherever its files are now.

    Args:
        survey: The library, its rows, and the selection.
        plan: What is planned.
        told: What of the mapping concerns the selected courses.
        records: What earlier runs achieved, by lesson id.
        waiting: Doubts about lessons that were begun and have no file.
    """
    wanted = survey.selection.courses
    if not wanted:
        if survey.rows is not None and survey.files and not plan.lessons and not told.proposals:
            yield from foreign_library(survey)
        return
    busy = {nfc(lesson.course) for lesson in plan.lessons} | {nfc(one.course) for one in told.proposals}
    busy |= _done(survey, records)
    said = {nfc(one.course) for one in (*told.doubts, *waiting) if one.blocking and one.course is not None}
    for course in sorted(wanted):
        if nfc(course) in busy:
            continue
        ground = _ground(survey)
        if nfc(course) not in said or moved_root([course], ground):
            yield doubt_of_idle_course(course, ground)


def doubts_of_absent_courses(survey: Survey) -> Iterator[Doubt]:
    """A doubt for each named course that the library or the database has not; where none is named, for all together."""
    known = set(map(nfc, survey.known_courses))
    for course in sorted(survey.selection.courses):
        if nfc(course) not in known:
            yield doubt_of_idle_course(course, _ground(survey))
    if not survey.selection.courses and not known and (survey.files or survey.rows):
        yield from foreign_library(survey)


def _done(survey: Survey, records: Mapping[str, Record]) -> set[str]:
    """The courses whose lessons all have their videos."""
    rows, known = (survey.rows or {}).values(), records.values()
    is_linked = [(row.course, row.video_id is not None) for row in rows]
    is_linked += [(record.course, record.stage.is_linked) for record in known]
    return {nfc(course) for course, _ in is_linked} - {nfc(course) for course, is_done in is_linked if not is_done}


def foreign_library(survey: Survey) -> Iterator[Doubt]:
    """A doubt about a library of which no folder is a course of the database."""
    folders = {nfc(file.path.partition("/")[0]) for file in survey.files}
    courses = {nfc(row.course) for row in (survey.rows or {}).values()}
    if not folders & courses:
        yield doubt_of_foreign_library(_ground(survey))


def _ground(survey: Survey) -> LibraryGround:
    of_rows = None if survey.rows is None else {row.course for row in survey.rows.values()} | survey.other_courses
    return LibraryGround(
        root=str(survey.root),
        parent=str(survey.root.parent),
        name=survey.root.name,
        paths=[file.path for file in survey.files],
        courses=of_rows,
        separator=os.sep,
        has_map_file=survey.source is MappingSource.MAP_FILE,
    )

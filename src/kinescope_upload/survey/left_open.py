"""Tells about which lessons of the library a run can do nothing: for `--status`, which asks no database. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping import section_of
from kinescope_upload.progress import Found, Standing, row_key
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan import Plan
    from kinescope_upload.survey.survey import Survey
    from kinescope_upload.upload import Record


def left_open(survey: Survey, plan: Plan, records: Mapping[str, Record]) -> dict[str, dict[str, Found]]:
    """The lessons in doubt, and the positions of files that no lesson has, by course; an entry for every course.

    Files stand there by their paths, too: `--status`, which asks no database, may not know which lesson each has.

    Args:
        survey: The library, with the database's rows.
        plan: What the run does.
        records: What earlier runs achieved, by lesson id.
    """
    basis = basis_of(survey, records)
    found: dict[str, dict[str, Found]] = {course: {} for course in survey.courses}
    for lesson in plan.in_doubt:
        of_course = found.setdefault(lesson.course, {})
        of_course[lesson.lesson_id] = Found(Standing.IN_DOUBT, basis(lesson.lesson_id))
        of_course[lesson.file.path] = Found(Standing.IN_DOUBT)
    for proposal in plan.proposals:
        waits = proposal.lesson_id is not None or proposal.is_open
        standing = Standing.WAITS if waits else Standing.NO_LESSON
        found.setdefault(proposal.course, {})[proposal.file.path] = Found(standing)
    _add_done_elsewhere(found, survey, plan)
    planned = {lesson.lesson_id for lesson in plan.lessons}
    left = [one for one in survey.unchecked.assignments if one.course in found and one.lesson_id not in planned]
    paths = {lesson.file.path for lesson in plan.lessons} if left else set()
    doubted = {doubt.subject for doubt in plan.doubts if doubt.blocking}
    known = {nfc(row.course) for row in (survey.rows or {}).values()}
    for one in left:
        if one.file.path not in paths:
            is_doubted = nfc(one.course) in known and section_of(one.file.path) in doubted
            standing = Standing.IN_DOUBT if is_doubted else Standing.NO_LESSON
            found[one.course][one.lesson_id] = Found(standing, basis(one.lesson_id))
    _add_files_of_doubted_sections(found, survey, plan)
    if survey.rows is not None and survey.hidden is None:
        _add_without_row(found, survey.rows, records)
    return found


def _add_files_of_doubted_sections(found: dict[str, dict[str, Found]], survey: Survey, plan: Plan) -> None:
    """Adds the files that nothing is done with and nobody is asked about: `repair` goes first."""
    doubted = {doubt.subject for doubt in plan.doubts}
    if not doubted:
        return
    known = {lesson.file.path for lesson in plan.lessons} | {one.file.path for one in plan.proposals}
    for one in survey.unchecked.assignments:
        path = one.file.path
        if path not in known and one.course in found and section_of(path) in doubted:
            found[one.course].setdefault(path, Found(Standing.IN_DOUBT))


def _add_done_elsewhere(found: dict[str, dict[str, Found]], survey: Survey, plan: Plan) -> None:
    """Adds the files of lessons that others have linked, where the files' positions tell other lessons."""
    done = {key for lessons in plan.done_by_others.values() for key in lessons}
    places = {one.file.path: one.lesson_id for one in survey.unchecked.assignments} if done else {}
    for lesson in plan.lessons:
        path, key = lesson.file.path, lesson.lesson_id
        if key in done and places.get(path, key) != key:
            found.setdefault(lesson.course, {})[path] = Found(Standing.ELSEWHERE, row_key(key))


def _add_without_row(
    found: dict[str, dict[str, Found]], rows: Mapping[str, LessonRow], records: Mapping[str, Record]
) -> None:
    """Adds the recorded lessons that the database has no row of."""
    for key, record in records.items():
        of_course = found.setdefault(record.course, {})
        if key not in rows and (record.is_begun or record.old_videos or record.failure):
            of_course.setdefault(key, Found(Standing.NO_ROW))


def basis_of(survey: Survey, records: Mapping[str, Record]) -> Callable[[str], str]:
    """Tells, as a short text, what is known of a lesson without the database; another one answers a doubt.

    That is its file as a person names it or as it is recorded, how far its video is, and the file that this was made
    from. What is in doubt of a linked lesson is no matter of its file's size and time.

    Args:
        survey: The library.
        records: What earlier runs achieved, by lesson id.
    """
    said = {one.lesson_id: one.file for one in survey.written}
    files = {file.path: file for file in survey.files} if records else {}

    def basis(lesson_id: str) -> str:
        record = records.get(lesson_id)
        stage = Stage.LINKED if record and record.stage.is_linked else record and record.stage
        file = said.get(lesson_id) or (record and files.get(record.path or ""))
        what = file.path if file and stage is Stage.LINKED else file
        facts = record and (stage, record.video_id, record.path)
        return f"{crc32(repr((what, facts)).encode('utf-8', 'surrogatepass')):08x}"

    return basis


def without_folder(found: Mapping[str, Mapping[str, Found]], plan: Plan) -> dict[str, dict[str, Found]]:
    """What is in doubt for want of a folder, with what was found before, of the courses that it concerns.

    Where there are several of its name, or the pinned one is gone, a person pins one: none is made.

    Args:
        found: What was left open when nobody had looked for folders; empty where no rows were read.
        plan: What the run does, since the folders are known.
    """
    after: dict[str, dict[str, Found]] = {}
    for lesson in plan.in_doubt:
        course = lesson.course
        if course in found and lesson.lesson_id not in found[course]:
            is_missing = isinstance(lesson.hint, Hint) and any("--create" in one for one in lesson.hint.commands)
            standing = Standing.NO_FOLDER if is_missing else Standing.IN_DOUBT
            after.setdefault(course, {**found[course]})[lesson.lesson_id] = Found(standing)
    return after

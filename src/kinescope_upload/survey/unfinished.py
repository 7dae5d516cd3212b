"""Finds the lessons whose video was begun, is not finished, and has no file to go on with. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.library_paths import nfc
from kinescope_upload.model import Doubt
from kinescope_upload.plan.begun import given_away
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from kinescope_upload.model import Assignment, MappedLibrary
    from kinescope_upload.plan import Plan
    from kinescope_upload.survey.survey import Survey
    from kinescope_upload.upload import Record

EMPTY_LIBRARY: Final = "the library has no file at all"
MOUNT: Final = "Is its disk mounted? Else name the right folder with --library."
PUT_BACK: Final = "Put it back into the library"


def unfinished_doubts(
    survey: Survey, plan: Plan, told: MappedLibrary, records: Mapping[str, Record]
) -> Iterator[Doubt]:
    """A doubt for each begun lesson that is not planned and of which nothing else says that its file is missing.

    With the database, a lesson without a video that has no file is named by its section; what is left are lessons whose
    replacement was begun: their rows name the old video.

    Args:
        survey: The library, its rows, and the selection.
        plan: What is planned.
        told: What of the mapping concerns the selected courses.
        records: What earlier runs achieved, of all courses, by lesson id.
    """
    begun = [one for one in records.values() if _is_waiting(one, survey)]
    if not begun:
        return
    planned = {lesson.lesson_id for lesson in plan.lessons}
    said = {key for doubt in told.doubts for key in doubt.lesson_ids} | {one.lesson_id for one in told.proposals}
    given = {one.file.path: one for one in told.assignments if one.source.is_written}
    there = {file.path for file in survey.files}
    for record in sorted(begun, key=lambda one: one.lesson_id):
        if record.lesson_id not in planned | said:
            yield _doubt(record, there, given.get(record.path or ""))


def begun_courses(records: Iterable[Record], survey: Survey) -> frozenset[str]:
    """The selected courses of which a replacement was begun."""
    return frozenset(one.course for one in records if one.serving and _is_waiting(one, survey))


def _is_waiting(record: Record, survey: Survey) -> bool:
    """Whether the lesson is selected, and its video was begun and is not linked."""
    if record.serving is None and (survey.rows is not None or record.stage.has_all_bytes or not record.is_begun):
        return False
    wanted = survey.selection.courses
    is_selected = not wanted or nfc(record.course) in {nfc(course) for course in wanted}
    return is_selected and (survey.rows is None or record.lesson_id in survey.rows)


def _doubt(record: Record, there: Collection[str], other: Assignment | None) -> Doubt:
    what = "its replacement" if record.serving else "its upload"
    hint: str
    if other and record.serving:
        reason, hint = given_away(record.lesson_id, other)
    elif not there:
        reason, hint = f"{what} was begun, and {EMPTY_LIBRARY}", MOUNT
    elif record.path is None or record.path not in there:
        reason, hint = f'{what} was begun from "{record.path or "a file"}", which is not there', f"{PUT_BACK}."
        if record.serving:
            hint = Hint(f"{hint} ", ("replace", record.lesson_id, "--drop"), " calls it off.")
    else:
        reason = f'{what} was begun from "{record.path}", and nothing says that this is its file'
        hint = Hint("Say so: ", ("map", "--confirm"), " asks.")
        if record.serving:
            off = ("replace", record.lesson_id, "--drop")
            hint = Hint(("replace", record.lesson_id), " goes on with it, ", off, " calls it off.")
    return Doubt(
        course=record.course, subject=record.lesson_id, reason=reason, hint=hint, lesson_ids=(record.lesson_id,)
    )

"""Which lessons `kupload replace` is about, and which file each of them has."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.library.scan import stat_file
from kinescope_upload.mapping import Locator, which_of
from kinescope_upload.model import Assignment, MappingSource, VideoFile
from kinescope_upload.plan import Selection, make_plan
from kinescope_upload.plan.begun import doubt_given_away
from kinescope_upload.plan.doubt_renumbered import as_exchanged
from kinescope_upload.plan.exchanged import find_exchanged
from kinescope_upload.survey.unfinished import begun_courses
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.model import LessonRow, MappedLibrary
    from kinescope_upload.plan import Plan, PlannedLesson
    from kinescope_upload.plan.known import FileMd5s
    from kinescope_upload.survey import Survey
    from kinescope_upload.upload import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceOptions:
    """What is to be replaced.

    Attributes:
        lessons: The lessons that were named.
        file: The new file of the one lesson that was named, as it was typed; None takes the lesson's.
        changed: Whether all lessons are meant whose file has changed.
        keep: Seconds for which the old videos are kept; None keeps them as long as usual.
        drop: Whether replacements that were begun are called off instead.
    """

    lessons: tuple[str, ...]
    file: str | None = None
    changed: bool = False
    keep: int | None = None
    drop: bool = False


def courses_of(options: ReplaceOptions, survey: Survey, records: Iterable[Record]) -> tuple[str, ...]:
    """The courses of the lessons in question.

    Args:
        options: What is to be replaced.
        survey: Library and rows.
        records: What earlier runs achieved, of all courses.

    Raises:
        UsageError: A lesson that was named is unknown.
    """
    if options.changed:
        return tuple(sorted({*survey.courses, *begun_courses(records, survey)}))
    known = {lesson_id: row.course for lesson_id, row in (survey.rows or {}).items()}
    unknown = [lesson_id for lesson_id in options.lessons if lesson_id not in known]
    if unknown:
        raise UsageError(
            f"The database has no lesson {', '.join(map(_shown, unknown))}.",
            Hint(("map",), " lists the lessons with their files; a lesson's id is written exactly as there."),
        )
    return tuple(sorted({known[lesson_id] for lesson_id in options.lessons}))


def _shown(lesson_id: str) -> str:
    return lesson_id.strip() or f'"{lesson_id}"'


def plan_of(
    options: ReplaceOptions,
    survey: Survey,
    mapped: MappedLibrary,
    records: Mapping[str, Record],
    library: tuple[Path, FileMd5s],
) -> Plan:
    """What a run would do with the lessons in question, each with the file that is to be published.

    A lesson whose replacement is to be called off has the file of the video that viewers see.

    Args:
        options: What is to be replaced.
        survey: Library and rows.
        mapped: Which file belongs to which lesson.
        records: What earlier runs achieved, by lesson id.
        library: The library root, and the MD5s of its files.

    Raises:
        UsageError: No file of a lesson is known, or the file that was named is not in the library, or another lesson's.
    """
    root, md5s = library
    if options.drop:
        known = survey.rows or {}
        dropped = options.lessons or [key for key, record in records.items() if record.serving and key in known]
        assignments = [_as_served(known[key], records.get(key)) for key in dropped]
    elif options.changed:
        plan = survey.plan(records, mapped, md5s=md5s)
        known = survey.rows or {}
        begun = {key: record for key, record in records.items() if record.serving and key in known}
        changed = {one.lesson_id for one in plan.lessons if one.is_changed or one.may_be_outdated} | begun.keys()
        said = {one.lesson_id for one in plan.lessons if one.calls_off or one.pair_is_written}
        assigned = [one for one in mapped.assignments if one.lesson_id in changed and survey.selection.has(one.course)]
        assignments = [one if one.lesson_id in said else _with_recorded_file(one, records, root) for one in assigned]
        absent = begun.keys() - {one.lesson_id for one in assigned}
        assignments += [_recorded(known[key], begun[key], root) for key in absent if begun[key].path]
    else:
        named = None if options.file is None else file_in_library(options.file, root, survey.files)
        _check_free(named, options.lessons, mapped)
        found = {one.lesson_id: one for one in mapped.assignments}
        assert survey.rows is not None  # noqa: S101 - `replace` has no --no-db
        rows = [survey.rows[lesson_id] for lesson_id in options.lessons]
        assignments = [_assignment(row, named, found.get(row.lesson_id), records, root) for row in rows]
    plan = _plan(assignments, survey, records, md5s)
    if options.drop:
        return plan
    plan = doubt_given_away(plan, mapped.assignments)
    return plan if options.file else _doubt_exchanged(plan, survey, records)


def _doubt_exchanged(plan: Plan, survey: Survey, records: Mapping[str, Record]) -> Plan:
    """The plan, in which nothing is published for a lesson whose title another one has by now."""
    found = find_exchanged(records, survey.rows or {}, survey.said)
    lessons = (
        as_exchanged(one, records[one.lesson_id].title, found[one.lesson_id]) if one.lesson_id in found else one
        for one in plan.lessons
    )
    return replace(plan, lessons=tuple(lessons)) if found else plan


def _plan(
    assignments: Sequence[Assignment], survey: Survey, records: Mapping[str, Record], md5s: FileMd5s | None = None
) -> Plan:
    """The plan for these lessons alone, made with what is written of the others: their own files may be free so."""
    chosen = {one.lesson_id for one in assignments}
    others = {one.lesson_id: one for one in survey.written if one.lesson_id not in chosen}
    every, rows, files = [*assignments, *others.values()], survey.rows, survey.files
    plan = make_plan(
        every,
        rows=rows,
        records=records,
        selection=Selection(),
        files=files,
        placed=survey.unchecked.assignments,
        md5s=md5s,
    )
    return replace(plan, lessons=tuple(one for one in plan.lessons if one.lesson_id in chosen))


def _as_served(row: LessonRow, record: Record | None) -> Assignment:
    """The lesson with the file of the video that its row names, as it was sent."""
    sent = (record.serving or record) if record else None
    path = (sent.path if sent else None) or (record.path if record else None) or ""
    file = VideoFile(path=path, size=sent.size if sent else 0, modified_ns=sent.modified_ns if sent else 0)
    return Assignment(lesson_id=row.lesson_id, course=row.course, file=file, source=MappingSource.NAMED, title=None)


def _with_recorded_file(assignment: Assignment, records: Mapping[str, Record], root: Path) -> Assignment:
    """The lesson with the file that a replacement was begun from, as long as it is there."""
    record = records.get(assignment.lesson_id)
    begun = stat_file(root, record.path) if record and record.serving and record.path else None
    return replace(assignment, file=begun) if begun else assignment


def _recorded(row: LessonRow, record: Record, root: Path) -> Assignment:
    """The lesson with its recorded file: as it is now, or as it was sent where it is not there."""
    assert record.path  # noqa: S101 - a record without one names no file
    file = stat_file(root, record.path)
    as_sent = VideoFile(path=record.path, size=record.size, modified_ns=record.modified_ns)
    return Assignment(
        lesson_id=row.lesson_id, course=row.course, file=file or as_sent, source=MappingSource.RECORD, title=None
    )


def _assignment(
    row: LessonRow, named: VideoFile | None, mapped: Assignment | None, records: Mapping[str, Record], root: Path
) -> Assignment:
    lesson_id, record = row.lesson_id, records.get(row.lesson_id)
    recorded = stat_file(root, record.path) if record and record.path else None
    said = mapped.file if mapped and mapped.source.is_written else None
    is_begun = record is not None and record.serving is not None
    file = named or said or recorded or (mapped.file if mapped else None)
    if file is None and record and record.path:
        return _recorded(row, record, root)
    if file is None:
        raise UsageError(
            f"It is not known which file belongs to lesson {lesson_id}.",
            Hint("Name the file after the lesson, or say whose it is: ", ("map", "--confirm"), "."),
        )
    return Assignment(
        lesson_id=lesson_id,
        course=row.course,
        file=file,
        source=mapped.source if mapped and not named and (said or not is_begun) else MappingSource.NAMED,
        title=mapped.title if mapped else None,
        is_as_confirmed=mapped is not None and file is said and mapped.is_as_confirmed,
    )


def plan_again(lessons: Iterable[PlannedLesson], survey: Survey, records: Mapping[str, Record]) -> Plan:
    """The plan of a run that uploads what was begun."""
    assignments = [
        Assignment(
            lesson_id=lesson.lesson_id,
            course=lesson.course,
            file=lesson.file,
            source=MappingSource.NAMED,
            title=lesson.title,
        )
        for lesson in lessons
    ]
    return _plan(assignments, survey, records)


def _check_free(named: VideoFile | None, lessons: tuple[str, ...], mapped: MappedLibrary) -> None:
    """Returns when the file that was named belongs to no other lesson.

    Raises:
        UsageError: It does.
    """
    for one in mapped.assignments if named else ():
        if one.file == named and one.lesson_id not in lessons:
            raise UsageError(
                f'"{one.file.path}" is the file of lesson {one.lesson_id}.',
                Hint(("map",), " tells which file belongs to which lesson."),
            )


def file_in_library(typed: str, root: Path, files: Iterable[VideoFile]) -> VideoFile:
    """The file of the library that a person named: relative to the library root, or as any path.

    Args:
        typed: What the person wrote; where there is no file in that case of letters, the one in another is meant.
        root: The library root.
        files: The library's files.

    Raises:
        UsageError: There is none, there are several in another case of letters, or it is outside of the library.
    """
    locator = Locator.of(files, bases=(), origin=typed)
    for path in _relative(typed, root):
        (found,) = locator.find_all([path])
        if file := stat_file(root, path):
            return _as_listed(file, found, root)
        if len(found) > 1:
            raise UsageError(
                f'"{typed}" may be any of {which_of([one.path for one in found])}.',
                "Name the file exactly as it is written there.",
            )
        if found and (file := stat_file(root, found[0].path)):
            return file
    raise UsageError(
        f'"{typed}" is no file of the library "{root}".',
        "Put it into the library, and name it by its path there.",
    )


def _as_listed(file: VideoFile, found: Iterable[VideoFile], root: Path) -> VideoFile:
    """The file with its path as the library lists it: Windows and macOS open it in any case of letters."""
    typed = root / file.path
    with suppress(OSError):
        return next((replace(file, path=one.path) for one in found if typed.samefile(root / one.path)), file)
    return file


def _relative(typed: str, root: Path) -> Iterable[str]:
    relative = normpath(Path(typed).as_posix())
    if not Path(typed).is_absolute() and not relative.startswith(".."):
        yield relative
    absolute, top = Path(typed).resolve(), root.resolve()  # a link may lead to the library
    if absolute.is_relative_to(top):
        yield absolute.relative_to(top).as_posix()

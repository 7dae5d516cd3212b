"""From files, rows and progress to lessons, and what disagrees before any video is looked at. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.facts import Finding, Lesson
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.kinescope.course_folders import FolderState
from kinescope_upload.mapping import section_of
from kinescope_upload.upload.titles import first_title

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.audit.compare.facts import RecordSummary
    from kinescope_upload.kinescope.course_folders import CourseFolder
    from kinescope_upload.model import Assignment, Doubt, LessonRow, MappedLibrary, VideoFile

__all__ = ["LocalSides", "findings_of_folders", "findings_of_sides", "lessons_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSides:
    """Everything but the videos.

    Attributes:
        mapped: Which file belongs to which lesson, held against the database.
        scanned: The assignments before they were held against the database.
        is_scanned: Whether they follow from the files' places alone.
        rows: The rows by lesson id, of all courses; None when the database is not asked.
        traces: What the progress files say by lesson id, of all courses.
        files: The library's files by path, as far as they are known.
        find: Looks for one more, by its path; None when it is not there.
    """

    mapped: MappedLibrary
    scanned: Sequence[Assignment]
    is_scanned: bool
    rows: Mapping[str, LessonRow] | None
    traces: Mapping[str, RecordSummary]
    files: Mapping[str, VideoFile]
    find: Callable[[str], VideoFile | None]


def lessons_of(sides: LocalSides) -> dict[str, Lesson]:
    """Every lesson that a side knows, by id.

    The file that was sent for a lesson stays its file, whatever position it has by now.
    """
    assignments = {one.lesson_id: one for one in sides.mapped.assignments}
    explained = _explained(sides)
    rows = sides.rows or {}
    ids = {**dict.fromkeys(rows), **dict.fromkeys(sides.traces), **dict.fromkeys(assignments)}
    return {
        lesson_id: _lesson(
            lesson_id,
            row=rows.get(lesson_id),
            summary=sides.traces.get(lesson_id),
            assignment=assignments.get(lesson_id),
            file_at=lambda path: sides.files.get(path) or sides.find(path),
            is_explained=lesson_id in explained,
        )
        for lesson_id in ids
    }


def _lesson(  # noqa: PLR0913 - one argument a side
    lesson_id: str,
    *,
    row: LessonRow | None,
    summary: RecordSummary | None,
    assignment: Assignment | None,
    file_at: Callable[[str], VideoFile | None],
    is_explained: bool,
) -> Lesson:
    stated = assignment.title if assignment else None
    recorded = summary.title if summary and row is None else None
    courses = [one.course for one in (row, summary, assignment) if one is not None]
    return Lesson(
        lesson_id=lesson_id,
        course=courses[0],
        title=first_title(stated, row.title if row else None, recorded),
        file=_file(assignment, summary, file_at),
        row=row,
        summary=summary,
        is_explained=is_explained,
    )


def _file(
    assignment: Assignment | None, summary: RecordSummary | None, file_at: Callable[[str], VideoFile | None]
) -> VideoFile | None:
    assigned = assignment.file if assignment else None
    if (
        summary is None
        or not summary.is_begun
        or not summary.names_file
        or (assigned and assigned.path == summary.path)
    ):
        return assigned
    was_moved = assigned is not None and summary.is_for(assigned)
    return file_at(summary.path) or (assigned if was_moved else None)


def _open_doubts(sides: LocalSides) -> list[Doubt]:
    """The doubts that say something which the findings about single files and lessons do not.

    What was sent is known. Where only files or only lessons are left over in a section, each is told by itself.
    """
    blocking = [doubt for doubt in sides.mapped.doubts if doubt.blocking]
    if not sides.is_scanned:
        return blocking
    sent = {summary.path for summary in sides.traces.values() if summary.is_begun}
    left = {section_of(one.file.path) for one in sides.scanned if one.file.path not in sent}
    return [one for one in blocking if one.subject in left and any(_is_open(sides, key) for key in one.lesson_ids)]


def _is_open(sides: LocalSides, lesson_id: str) -> bool:
    summary = sides.traces.get(lesson_id)
    return summary is None or not summary.is_begun


def _explained(sides: LocalSides) -> set[str]:
    """The lessons whose lack of a file is told with their section, or is meant."""
    explained = {lesson for doubt in sides.mapped.doubts if not doubt.blocking for lesson in doubt.lesson_ids}
    sections = set()
    for doubt in _open_doubts(sides):
        explained.update(doubt.lesson_ids)
        sections.add(doubt.subject)
    return explained | {one.lesson_id for one in sides.scanned if section_of(one.file.path) in sections}


def findings_of_sides(sides: LocalSides, lessons: Mapping[str, Lesson], courses: Collection[str]) -> Iterator[Finding]:
    """What disagrees between disk and database, without any video.

    Args:
        sides: The sides.
        lessons: What `lessons_of` made of them.
        courses: The courses in question.
    """
    doubts = [one for one in _open_doubts(sides) if one.course is None or one.course in courses]
    for doubt in doubts:
        reason = f"{doubt.subject}: {doubt.reason}"
        course = doubt.course or ""
        yield Finding(kind=Kind.MAPPING_IN_DOUBT, course=course, reason=reason, hint=doubt.hint)
    told = {doubt.subject for doubt in doubts}
    used = {one.file.path for one in lessons.values() if one.file}
    used.update(one.path for one in sides.mapped.ignored)
    for one in sides.scanned:
        path = one.file.path
        if path not in used and one.course in courses and section_of(path) not in told and path not in told:
            yield Finding(
                kind=Kind.FILE_WITHOUT_LESSON,
                course=one.course,
                reason=f'"{path}" belongs to no lesson',
                hint="Take it away, or say whose it is: `kupload map --write`, then --map FILE.",
                path=path,
            )


def findings_of_folders(folders: Iterable[CourseFolder]) -> Iterator[Finding]:
    """The courses whose folder is missing, or cannot be told."""
    for one in folders:
        match one.state:
            case FolderState.MISSING:
                reason = f'Kinescope\'s project has no folder named "{one.course}"'
                yield _of_folder(Kind.FOLDER_MISSING, one, reason)
            case FolderState.PIN_ASTRAY:
                reason = f'the project has no folder {one.folder_ids[0]}, which is pinned for "{one.course}"'
                yield _of_folder(Kind.FOLDER_MISSING, one, reason)
            case FolderState.AMBIGUOUS:
                reason = f'{len(one.folder_ids)} folders are named "{one.course}": {", ".join(one.folder_ids)}'
                yield _of_folder(Kind.FOLDER_AMBIGUOUS, one, reason)
            case _:
                pass


def _of_folder(kind: Kind, folder: CourseFolder, reason: str) -> Finding:
    return Finding(kind=kind, course=folder.course, reason=reason, hint=folder.hint)

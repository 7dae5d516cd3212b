"""The guard: a scanned position counts only where the section's files and the database's lessons agree. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import starmap
from typing import TYPE_CHECKING

from kinescope_upload.mapping.names import count_of, first_few, first_folder, grouped, nfc
from kinescope_upload.mapping.rows import undone, undone_by_course
from kinescope_upload.mapping.scan_rule import section_of
from kinescope_upload.model import Assignment, Doubt, IgnoredFile, MappedLibrary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.model import LessonRow

_WAY_OUT = "Add or remove files until they agree, or say which file is whose: `kupload map --write`, then --map FILE."


def check_sections(assignments: Iterable[Assignment], rows: Mapping[str, LessonRow]) -> MappedLibrary:
    """Keeps the assignments of the sections whose derived ids are exactly the section's lesson ids in the database.

    A lesson belongs to the section of its course that has the longest matching name among the sections on disk. Where
    a section disagrees none of its files is assigned, and one doubt says why. A first-level folder that is no course
    in the database is no doubt: its files are ignored.

    Args:
        assignments: What the scan rule made of the files.
        rows: The database's lessons by id, all courses.
    """
    known, ignored = _split_by_course(assignments, {nfc(course) for course in {row.course for row in rows.values()}})
    sections = grouped(known, lambda one: section_of(one.file.path))
    lessons, left_over = _rows_by_section(rows.values(), sections)
    matches = [(section, _match(sections[section], lessons[section])) for section in sorted(sections)]
    doubts = [_doubt_of_section(section, match) for section, match in matches if not match.is_exact]
    return MappedLibrary(
        assignments=tuple(one for _, match in matches if match.is_exact for one in match.agreed),
        doubts=(*doubts, *starmap(_doubt_of_course, undone_by_course(left_over))),
        ignored=ignored,
    )


def _split_by_course(
    assignments: Iterable[Assignment], courses: set[str]
) -> tuple[list[Assignment], tuple[IgnoredFile, ...]]:
    known: list[Assignment] = []
    foreign: list[IgnoredFile] = []
    for one in assignments:
        if one.course in courses:
            known.append(one)
        else:
            reason = f'folder "{one.course}" is no course in the database'
            foreign.append(IgnoredFile(path=one.file.path, reason=reason))
    return known, tuple(sorted(foreign, key=lambda one: one.path))


def _rows_by_section(
    rows: Iterable[LessonRow], sections: Iterable[str]
) -> tuple[defaultdict[str, list[LessonRow]], list[LessonRow]]:
    """The rows of each section on disk, and those that belong to none."""
    by_prefix = {(first_folder(f"{section}/"), section.replace("/", "_")): section for section in sections}
    owned: defaultdict[str, list[LessonRow]] = defaultdict(list)
    left_over = []
    for row in rows:
        section = _owner(nfc(row.course), nfc(row.lesson_id), by_prefix)
        if section is None:
            left_over.append(row)
        else:
            owned[section].append(row)
    return owned, left_over


def _owner(course: str, lesson_id: str, by_prefix: Mapping[tuple[str, str], str]) -> str | None:
    """The section with the longest name that the id continues; a course's root section owns bare numbers only."""
    prefix, _, number = lesson_id.rpartition("_")
    if prefix == course and number.isascii() and number.isdigit():
        return by_prefix.get((course, course))
    while len(prefix) > len(course):
        if section := by_prefix.get((course, prefix)):
            return section
        prefix = prefix.rpartition("_")[0]
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """How a section's files and lessons agree."""

    agreed: tuple[Assignment, ...]
    files_alone: tuple[Assignment, ...]
    lessons_alone: tuple[LessonRow, ...]
    undone: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        return not (self.files_alone or self.lessons_alone)


def _match(assignments: Sequence[Assignment], rows: Sequence[LessonRow]) -> _Match:
    waiting = {one.lesson_id: one for one in assignments}
    agreed, alone = [], []
    for row in sorted(rows, key=lambda one: one.lesson_id):
        if file_of_row := waiting.pop(nfc(row.lesson_id), None):
            agreed.append(_as_spelled_by(row, file_of_row))
        else:
            alone.append(row)
    return _Match(
        agreed=tuple(agreed),
        files_alone=tuple(waiting.values()),
        lessons_alone=tuple(alone),
        undone=undone(rows),
    )


def _as_spelled_by(row: LessonRow, assignment: Assignment) -> Assignment:
    """The assignment with the database's spelling, which is the one that finds the row again."""
    if (row.lesson_id, row.course) == (assignment.lesson_id, assignment.course):
        return assignment
    return replace(assignment, lesson_id=row.lesson_id, course=row.course)


def _doubt_of_section(section: str, match: _Match) -> Doubt:
    return Doubt(
        course=first_folder(f"{section}/"),
        subject=section,
        reason=f"{' and '.join(_disagreements(match))}, so no position in it can be trusted",
        hint=_WAY_OUT,
        lesson_ids=match.undone,
    )


def _disagreements(match: _Match) -> list[str]:
    found = []
    if lessons := match.lessons_alone:
        named = first_few([row.lesson_id for row in lessons])
        found.append(f"{count_of(len(lessons), 'lesson has', 'lessons have')} no file ({named})")
    if files := match.files_alone:
        named = first_few([f'"{one.file.path}" would be {one.lesson_id}' for one in files])
        found.append(f"{count_of(len(files), 'file has', 'files have')} no lesson ({named})")
    return found


def _doubt_of_course(course: str, lesson_ids: tuple[str, ...]) -> Doubt:
    number = count_of(len(lesson_ids), "lesson has", "lessons have")
    return Doubt(
        course=course,
        subject=course,
        reason=f"{number} no file, nor a section on disk ({first_few(lesson_ids)})",
        hint="Add the files, or say where they are: `kupload map --write`, then --map FILE.",
        lesson_ids=lesson_ids,
    )

"""A section: its files in their order, its lessons, and which of them already belong together. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.library_paths import first_folder, nfc
from kinescope_upload.mapping.scan_rule import assign_by_scan_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kinescope_upload.model import Assignment, LessonRow, VideoFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The files that belong to lessons whatever their positions are.

    Attributes:
        files: The file of each such lesson, by lesson id.
        lessons: The lesson of each such file, by path.
        confirmed: The lessons of which the map file says so; the others were uploaded from their files.
        changed: Lessons whose file has another size than what was uploaded.
        broken: Lessons, and paths of files, that the map file names in a way that does not count: a file that is not
            there, say, or two files for one lesson.
    """

    files: Mapping[str, VideoFile]
    lessons: Mapping[str, str]
    confirmed: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A course and its first folder: all files that lie there, and all lessons whose ids say so.

    Attributes:
        name: "course/folder", or "course" for the files directly in the course's folder.
        files: Its files in their order, each with the id of its position.
        lessons: Its lessons, by their ids in the composed spelling.
    """

    name: str
    files: Sequence[Assignment]
    lessons: Mapping[str, LessonRow]

    @property
    def course(self) -> str:
        """The course's folder."""
        return first_folder(f"{self.name}/")

    def is_taken(self, held: Held) -> bool:
        """Whether every file belongs to a lesson already."""
        taken = held.lessons
        return bool(taken) and all(one.file.path in taken for one in self.files)

    def needs_files(self, held: Held) -> bool:
        """Whether a lesson without a video has no file."""
        return any(row.video_id is None and row.lesson_id not in held.files for row in self.lessons.values())

    def free_files(self, held: Held) -> list[Assignment]:
        """The files that belong to no lesson so far."""
        if not held.lessons:
            return list(self.files)
        return [one for one in self.files if one.file.path not in held.lessons]

    def free_lessons(self, held: Held) -> list[LessonRow]:
        """The lessons that no file belongs to so far, by number."""
        return sorted((row for row in self.lessons.values() if row.lesson_id not in held.files), key=lesson_order)

    def displaced(self, held: Held) -> str:
        """Words that a file which is confirmed for another section's lesson stands in the place of one of this section.

        Without it the places of the files behind it would be others. Empty where there is none.
        """
        if not held.confirmed:
            return ""
        here, owners = {row.lesson_id for row in self.lessons.values()}, held.lessons
        files = [one.file for one in self.files if owners.get(one.file.path) in here | held.confirmed | {None}]
        for one in assign_by_scan_rule(files):
            owner, row = owners.get(one.file.path), self.lessons.get(one.lesson_id)
            if owner is not None and owner not in here and row is not None:
                return f'"{one.file.path}" belongs to {owner} and stands in the place of {row.lesson_id}'
        return ""

    def counted(self, held: Held, without: AbstractSet[str]) -> Counted:
        """What takes part in counting: not files of other sections' lessons, nor lessons with files elsewhere.

        Args:
            held: What belongs together already.
            without: Lessons that are to be left out with their files.
        """
        if not held.files:
            return Counted(files=self.files, lessons=self.lessons)
        here = {row.lesson_id for row in self.lessons.values()} - without
        paths = {one.file.path for one in self.files}
        files = [one for one in self.files if held.lessons.get(one.file.path, "") in here | {""}]
        if len(files) < len(self.files):
            files = list(assign_by_scan_rule(one.file for one in files))
        return Counted(
            files=files,
            lessons={
                key: row
                for key, row in self.lessons.items()
                if row.lesson_id in here
                and (row.lesson_id not in held.files or held.files[row.lesson_id].path in paths)
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The files and lessons of a section that take part in counting; the ids are those of the counted positions."""

    files: Sequence[Assignment]
    lessons: Mapping[str, LessonRow]

    @property
    def is_in_step(self) -> bool:
        """Whether the files' positions are exactly the lessons."""
        return len(self.files) == len(self.lessons) and all(one.lesson_id in self.lessons for one in self.files)

    def by_position(self, held: Held) -> list[Assignment]:
        """What the positions say of the files that belong to no lesson, in the database's spelling."""
        lessons, taken = self.lessons, held.lessons
        return [_as_spelled_by(lessons[one.lesson_id], one) for one in self.files if one.file.path not in taken]

    @property
    def files_alone(self) -> list[Assignment]:
        """The files whose position is no lesson's."""
        return [one for one in self.files if one.lesson_id not in self.lessons]

    @property
    def lessons_alone(self) -> list[LessonRow]:
        """The lessons whose position has no file."""
        ids = {one.lesson_id for one in self.files}
        return sorted((row for key, row in self.lessons.items() if key not in ids), key=lesson_order)


def _as_spelled_by(row: LessonRow, assignment: Assignment) -> Assignment:
    """The assignment with the database's spelling, which is the one that finds the row again."""
    if (row.lesson_id, row.course) == (assignment.lesson_id, assignment.course):
        return assignment
    return replace(assignment, lesson_id=row.lesson_id, course=row.course)


def lesson_order(row: LessonRow) -> tuple[str, int, str]:
    """Lessons by name and number, so that 1000 comes after 999."""
    prefix, _, number = row.lesson_id.rpartition("_")
    return prefix, int(number) if number.isascii() and number.isdigit() else 0, row.lesson_id


def rows_by_section(
    rows: Iterable[LessonRow], sections: Iterable[str]
) -> tuple[defaultdict[str, list[LessonRow]], list[LessonRow]]:
    """The rows of each section on disk, and those that belong to none.

    A lesson belongs to the section of its course that has the longest matching name among the sections on disk.
    """
    by_prefix = {(first_folder(f"{section}/"), section.replace("/", "_")): section for section in sections}
    owned: defaultdict[str, list[LessonRow]] = defaultdict(list)
    left_over = []
    known: dict[tuple[str, str], str | None] = {}  # lessons of one folder differ in their numbers alone
    for row in rows:
        of_folder = row.course, begin_of_id(row.lesson_id)
        if of_folder in known:
            section = known[of_folder]
        else:
            section = _owner(nfc(row.course), nfc(row.lesson_id), by_prefix)
            if nfc(of_folder[1]) != nfc(row.course):
                known[of_folder] = section
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

"""The scan rule: a lesson's id is made of the names of its file's folders and the file's position. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kinescope_upload.mapping.names import first_few, nfc
from kinescope_upload.model import Assignment, Doubt, MappedLibrary, MappingSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kinescope_upload.model import VideoFile

__all__ = ["assign_by_scan_rule", "section_of", "trust_scan"]


def assign_by_scan_rule(files: Iterable[VideoFile]) -> tuple[Assignment, ...]:
    """Gives each file the id of its place: the names of its folders and its position in its section, joined by "_".

    A section is the course and the first folder below it; the files directly in the course's folder are a section of
    their own. Positions count from 1 through the whole section, ordered by (folder path, file name), code point by
    code point in the composed spelling (NFC). A position is a guess until `guard` has compared it with the database.

    Args:
        files: In any order. A file directly in the library root belongs to no course and gets nothing.

    Returns:
        The assignments in that order. Ids repeat only where folder names are ambiguous ("a/b_c" and "a/b/c").
    """
    positions: Counter[str] = Counter()
    assignments = []
    for folder, _, _, file in sorted(map(_sort_key, files), key=lambda one: one[:3]):
        if not folder:
            continue
        section = _section_of_folder(folder)
        positions[section] += 1
        assignments.append(
            Assignment(
                lesson_id=f"{folder.replace('/', '_')}_{positions[section]:03d}",
                course=folder.partition("/")[0],
                file=file,
                source=MappingSource.SCAN_RULE,
            )
        )
    return tuple(assignments)


def section_of(path: str) -> str:
    """The section that holds the file, as "course/folder", or "course" for a file directly in the course's folder."""
    return _section_of_folder(nfc(path).rpartition("/")[0])


def trust_scan(assignments: Sequence[Assignment]) -> MappedLibrary:
    """Takes the scan rule's positions as they are, for runs without a database whose user says so.

    Only what contradicts itself is left out: two files for one lesson.
    """
    by_lesson: defaultdict[str, list[Assignment]] = defaultdict(list)
    for one in assignments:
        by_lesson[one.lesson_id].append(one)
    return MappedLibrary(
        assignments=tuple(one for one in assignments if len(by_lesson[one.lesson_id]) == 1),
        doubts=tuple(_doubt_of_rivals(lesson, rivals) for lesson, rivals in by_lesson.items() if len(rivals) > 1),
    )


def _sort_key(file: VideoFile) -> tuple[str, str, str, VideoFile]:
    """Folder, name, and for two spellings of one name the path itself, so that no order depends on the disk's."""
    folder, _, name = nfc(file.path).rpartition("/")
    return folder, name, file.path, file


def _section_of_folder(folder: str) -> str:
    course, _, below = folder.partition("/")
    return f"{course}/{below.partition('/')[0]}" if below else course


def _doubt_of_rivals(lesson_id: str, rivals: Sequence[Assignment]) -> Doubt:
    return Doubt(
        course=rivals[0].course,
        subject=lesson_id,
        reason=f"the scan rule gives it {len(rivals)} files ({first_few([one.file.path for one in rivals])})",
        way_out="Rename one of the folders, or name the right file in a map file (--map).",
        lesson_ids=(lesson_id,),
    )

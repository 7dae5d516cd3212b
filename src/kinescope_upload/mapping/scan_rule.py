"""The scan rule: a lesson's id is made of the names of its file's folders and the file's position. Pure."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import first_folder, folder_of, nfc
from kinescope_upload.mapping.names import grouped
from kinescope_upload.mapping.twins import RENAME_ONE, composed_twins
from kinescope_upload.model import Assignment, Doubt, MappedLibrary, MappingSource
from kinescope_upload.text import first_few

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.model import IgnoredFile, VideoFile


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
    by_folder = grouped(files, lambda file: _composed(folder_of(file.path)))
    by_folder.pop("", None)
    positions: Counter[str] = Counter()
    assignments: list[Assignment] = []
    for folder, found in sorted(by_folder.items()):
        section = _section_of_folder(folder)
        assignments += _assign_folder(folder, sorted(found, key=_name_key), first=positions[section] + 1)
        positions[section] += len(found)
    return tuple(assignments)


def _assign_folder(folder: str, files: Sequence[VideoFile], *, first: int) -> Iterator[Assignment]:
    prefix, course = folder.replace("/", "_"), folder.partition("/")[0]
    for position, file in enumerate(files, start=first):
        lesson_id = f"{prefix}_{position:03d}"
        yield Assignment(lesson_id=lesson_id, course=course, file=file, source=MappingSource.SCAN_RULE)


def section_of(path: str) -> str:
    """The section that holds the file, as "course/folder", or "course" for a file directly in the course's folder."""
    return _section_of_folder(folder_of(path))


def section_with(ignored: IgnoredFile) -> str:
    """The section that holds what is left alone; of a folder, the one that its files would belong to."""
    return _section_of_folder(ignored.path) if ignored.is_unread_folder else section_of(ignored.path)


def trust_scan(assignments: Sequence[Assignment]) -> MappedLibrary:
    """Takes the scan rule's positions as they are, for runs without a database whose user says so.

    Only what contradicts itself is left out: two files for one lesson, and files whose names only look the same.
    """
    files_of = Counter(one.lesson_id for one in assignments)
    twins = composed_twins(one.file for one in assignments)
    if len(files_of) == len(assignments) and not twins:
        return MappedLibrary(assignments=tuple(assignments))
    rivals = grouped((one for one in assignments if files_of[one.lesson_id] > 1), lambda one: one.lesson_id)
    alike = {file.path for same in twins for file in same}
    return MappedLibrary(
        assignments=tuple(one for one in assignments if one.lesson_id not in rivals and one.file.path not in alike),
        doubts=(
            *(_doubt_of_rivals(lesson, several) for lesson, several in rivals.items()),
            *(_doubt_of_twins(same) for same in twins),
        ),
    )


def _name_key(file: VideoFile) -> tuple[str, str]:
    """The name, and for two spellings of one name the path itself, so that no order depends on the disk's."""
    return nfc(file.name), file.path


@lru_cache
def _composed(folder: str) -> str:
    """The folder in NFC, found once for the files that lie in it side by side."""
    return nfc(folder)


@lru_cache
def _section_of_folder(folder: str) -> str:
    course, _, below = _composed(folder).partition("/")
    return f"{course}/{below.partition('/')[0]}" if below else course


def _doubt_of_twins(files: Sequence[VideoFile]) -> Doubt:
    path = files[0].path
    return Doubt(
        course=first_folder(path),
        subject=path,
        reason=f"is there {len(files)} times, in names that only look the same",
        hint=RENAME_ONE,
        paths=tuple(file.path for file in files),
    )


def _doubt_of_rivals(lesson_id: str, rivals: Sequence[Assignment]) -> Doubt:
    return Doubt(
        course=rivals[0].course,
        subject=lesson_id,
        reason=f"the scan rule gives it {len(rivals)} files ({first_few([one.file.path for one in rivals])})",
        hint="Rename one of the folders, or name the right file in a map file (--map).",
        lesson_ids=(lesson_id,),
    )

"""Remembers which lessons a run found done by somebody else, so that `--status` counts them without the database."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kinescope_upload.mapping.names import nfc
from kinescope_upload.progress.file_lines import FileLines, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

_FILE: Final = FileLines(name="rows.others", head="kupload rows 1")


def read_others_rows(folder: Path) -> frozenset[str]:
    """The lessons, as `row_key` spells them, whose rows held a video that is in no record, when a run last looked."""
    return frozenset(_FILE.read(folder))


def row_key(lesson_id: str) -> str:
    """The lesson as it stands in that file, however its letters are composed."""
    return quoted(nfc(lesson_id))


def remember_others_rows(folder: Path, found: Mapping[str, Iterable[str]]) -> None:
    """Remembers what was found in these courses, in place of what was known of them; others stay as they are.

    Where it cannot be written, `--status` knows what it knew before.

    Args:
        folder: The progress folder.
        found: The lessons of each course that was looked at; empty where all of them are ours or undone.
    """
    courses = {quoted(nfc(course)) for course in found}
    before = _FILE.read(folder)
    after = {lesson: course for lesson, course in before.items() if course not in courses}
    after |= {row_key(lesson): quoted(nfc(course)) for course, lessons in found.items() for lesson in lessons}
    _write(folder, before, after)


def forget_others_rows(folder: Path, lessons: Collection[str]) -> None:
    """Forgets these lessons: their rows were changed."""
    before = _FILE.read(folder)
    gone = set(map(row_key, lessons))
    _write(folder, before, {lesson: course for lesson, course in before.items() if lesson not in gone})


def _write(folder: Path, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    if after != before:
        with suppress(OSError):
            _FILE.write(folder, after)

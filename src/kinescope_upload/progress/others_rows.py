"""Remembers what a run found of lessons in the database, so that `--status` knows it without asking that."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.library_paths import nfc
from kinescope_upload.progress.file_lines import FileLines, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

_FILE: Final = FileLines(name="rows.others", head="kupload rows 1")
_DOUBTS: Final = FileLines(name="rows.doubts", head="kupload doubts 2")


class Standing(StrEnum):
    """What a run found of a lesson, or of a file that has the position of one."""

    ELSEWHERE = "elsewhere"
    """Its row has a video that is in no record."""
    IN_DOUBT = "in doubt"
    """A person has to decide."""
    NO_LESSON = "no lesson"
    """The database has no lesson for the file."""
    WAITS = "waits"
    """A file of which `kupload map --confirm` asks whose it is."""
    NO_FOLDER = "no folder"
    """Its course has no folder on Kinescope that videos could go to."""
    NO_ROW = "no row"
    """It is recorded, and the database has no row of it."""


class Found(NamedTuple):
    """What a run found of a lesson, and what it then knew of it: where that is another now, the doubt is answered.

    An empty one is answered by nothing that is known here. Of a file whose lesson is done elsewhere, it is that
    lesson as `row_key` spells it.
    """

    standing: Standing
    basis: str = ""


def read_found(folder: Path, basis: Callable[[str], str] = lambda _lesson_id: "") -> Callable[[str], Standing | None]:
    """What the last runs found, by lesson id, and by path where the lesson that a position tells is not the file's.

    Args:
        folder: The progress folder.
        basis: What is known of a lesson now.
    """
    others, doubts = _FILE.read(folder), read_doubts(folder)

    def standing(lesson_id: str) -> Standing | None:
        found = doubts.get(key := row_key(lesson_id))
        if found and found.standing is Standing.ELSEWHERE:
            return Standing.ELSEWHERE if found.basis in others else None
        if found and found.basis in {"", basis(lesson_id)}:
            return found.standing
        return Standing.ELSEWHERE if key in others else None

    return standing if others or doubts else lambda _lesson_id: None


def read_doubts(folder: Path) -> dict[str, Found]:
    """The lessons, as `row_key` spells them, about which the last run that looked could do nothing."""
    known = {one.value: one for one in Standing}
    found: dict[str, Found] = {}
    for lesson, rest in _DOUBTS.read(folder).items():
        match rest.split("\t"):
            case [standing, _, basis] if standing in known:
                found[lesson] = Found(known[standing], basis)
    return found


def remember_doubts(folder: Path, found: Mapping[str, Mapping[str, Found]]) -> None:
    """Remembers why nothing could be done in these courses, in place of what was known of them."""
    courses = {quoted(nfc(course)) for course in found}
    before = _DOUBTS.read(folder)
    after = {lesson: rest for lesson, rest in before.items() if courses.isdisjoint(rest.split("\t")[1:2])}
    after |= {
        row_key(lesson): f"{one.standing}\t{quoted(nfc(course))}\t{one.basis}"
        for course, lessons in found.items()
        for lesson, one in lessons.items()
    }
    _write(folder, before, after, _DOUBTS)


def remember_gone(folder: Path, found: Mapping[str, Iterable[str]]) -> None:
    """Remembers which recorded lessons of these courses have no row, in place of what was known of that alone."""
    courses = {quoted(nfc(course)) for course in found}
    before = _DOUBTS.read(folder)
    known = {f"{Standing.NO_ROW}\t{course}\t" for course in courses}
    after = {lesson: rest for lesson, rest in before.items() if rest not in known}
    gone = {
        row_key(lesson): f"{Standing.NO_ROW}\t{quoted(nfc(course))}\t"
        for course, lessons in found.items()
        for lesson in lessons
    }
    _write(folder, before, gone | after, _DOUBTS)


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
    gone = set(map(row_key, lessons))
    for file in (_FILE, _DOUBTS):
        before = file.read(folder)
        _write(folder, before, {lesson: rest for lesson, rest in before.items() if lesson not in gone}, file)


def _write(folder: Path, before: Mapping[str, str], after: Mapping[str, str], file: FileLines = _FILE) -> None:
    if after != before:
        with suppress(OSError):
            file.write(folder, after)

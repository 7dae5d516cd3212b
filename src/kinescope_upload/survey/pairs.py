"""Writes pairs into the map file of confirmed pairs, and moves those that are of before lessons were renumbered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.library.scan import read_json_file
from kinescope_upload.mapping import confirmed_pair, pair_of, pairs_of, with_pairs, without_lessons, without_pairs
from kinescope_upload.model import MappingSource
from kinescope_upload.progress.atomic import write_whole
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.model import LessonRow, MappedLibrary, VideoFile
    from kinescope_upload.plan.renumbered import Renumbered
    from kinescope_upload.survey.survey import Survey


def write_pair(path: Path, file: VideoFile, row: LessonRow) -> bool:
    """Writes the pair down in place of what stood there of its lesson or its file; returns whether a map can hold it.

    Args:
        path: The map file; it is made where there is none.
        file: The file.
        row: Its lesson.

    Raises:
        UsageError: The map file cannot be read or written.
    """
    pair = confirmed_pair(file, row)
    if pair is None:
        return False
    _write(path, [pair])
    return True


def _write(path: Path, pairs: Iterable[Mapping[str, str | int]], without: Iterable[tuple[str, str]] = ()) -> None:
    data = read_json_file(path, "map file") if path.exists() else {}
    _write_data(path, without_pairs(data if isinstance(data, dict) else {}, without), pairs)


def _write_data(path: Path, kept: Mapping[str, object], pairs: Iterable[Mapping[str, str | int]] = ()) -> None:
    try:
        write_whole(path, with_pairs(kept, pairs).encode())
    except OSError as error:
        hint = "Name another file with KUPLOAD_MAP."
        raise UsageError(f'"{path}" cannot be written: {error.strerror or error}.', hint) from error


def take_out_pairs(path: Path, lessons: Sequence[str]) -> list[tuple[str, str]]:
    """Takes what a map file says of lessons out of it; returns that, each path with its lesson.

    Args:
        path: The map file.
        lessons: The lessons.

    Raises:
        UsageError: The map file says nothing of one of them, or cannot be read or written.
    """
    data = read_json_file(path, "map file") if path.exists() else {}
    found = {one: pairs_of(data, one) for one in lessons}
    if unknown := [one for one, pairs in found.items() if not pairs]:
        raise UsageError(
            f'"{path}" says nothing of {", ".join(unknown)}. Nothing was changed.',
            Hint(("map",), " lists files and lessons; a lesson's id is written exactly as there."),
        )
    assert isinstance(data, dict)  # noqa: S101 - it names lessons
    _write_data(path, without_lessons(data, frozenset(lessons)))
    return [pair for pairs in found.values() for pair in pairs]


def with_moved_pairs(survey: Survey, found: Renumbered) -> Survey:
    """The survey with the pairs that are of before lessons were renumbered, as pairs of the lessons that these are now.

    A pair goes where its lesson is in the database no more, or is given another file by now.
    """
    if not found.outdated:
        return survey
    unchecked = _moved(survey.unchecked, survey, found) if survey.source.is_written else survey.unchecked
    return replace(survey, unchecked=unchecked, confirmed=_moved(survey.confirmed, survey, found))


def _moved(mapped: MappedLibrary, survey: Survey, found: Renumbered) -> MappedLibrary:
    of_before = [one for one in mapped.assignments if found.outdated.get(one.lesson_id) == one.file]
    now = [one for one in mapped.assignments if one not in of_before]
    given = {one.lesson_id for one in now}
    for one in of_before:
        row = (survey.rows or {}).get(found.moved[one.lesson_id])
        if row and row.lesson_id not in given:
            now.append(replace(one, lesson_id=row.lesson_id, course=row.course))
    titles = {new: row.title for new in found.moved.values() if (row := (survey.rows or {}).get(new))}
    moved_to = {found.moved[one.lesson_id] for one in of_before}
    called = {**mapped.called, **{key: title for key, title in titles.items() if key in moved_to}}
    return replace(mapped, assignments=tuple(now), called=called)


def move_pairs(path: Path, survey: Survey, found: Renumbered) -> None:
    """Moves confirmed pairs that are of before lessons were renumbered to the lessons that these are now.

    Where the file of such a pair is not there any more, the pair goes: its record tells where the file is.

    Args:
        path: The map file of confirmed pairs.
        survey: What it says, and the rows of these lessons.
        found: The lessons that were renumbered.

    Raises:
        UsageError: The map file cannot be read or written.
    """
    before = survey.confirmed.assignments
    now = with_moved_pairs(survey, found).confirmed.assignments
    there = {file.path for file in survey.files}
    gone = [
        (missing, key)
        for doubt in survey.confirmed.doubts
        for key in found.shown.intersection(doubt.lesson_ids)
        for missing in doubt.paths
        if missing not in there
    ]
    if now == before and not gone:
        return
    rows = survey.rows or {}
    pairs = [pair_of(one.file, rows[one.lesson_id]) for one in now if one not in before]
    gone += [(one.file.path, one.lesson_id) for one in before if one not in now]
    _write(path, filter(None, pairs), gone)


def correct_pairs(path: Path, survey: Survey, files: Mapping[str, VideoFile]) -> None:
    """Corrects the pairs of lessons for which a person has named other files since; makes no others.

    A pair is made where the manifest names another file: what is confirmed goes before it.

    Args:
        path: The map file of confirmed pairs.
        survey: What it and the manifest say, and the lessons' rows.
        files: What was named, by lesson id.

    Raises:
        UsageError: The map file cannot be read or written.
    """
    of_manifest = survey.unchecked.assignments if survey.source is MappingSource.MANIFEST else ()
    said = {one.lesson_id: one.file.path for one in (*of_manifest, *survey.confirmed.assignments)}
    said |= {key: "" for doubt in survey.confirmed.doubts for key in doubt.lesson_ids}
    for lesson_id, file in files.items():
        if said.get(lesson_id, file.path) != file.path and survey.rows:
            write_pair(path, file, survey.rows[lesson_id])

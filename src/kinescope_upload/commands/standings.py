"""What the last run found of each lesson of a status, which asks no database. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.progress import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from kinescope_upload.model import Assignment
    from kinescope_upload.upload import Record

_DONE_OR_UNKNOWN: Final = frozenset({Standing.ELSEWHERE, None})


def standings_of(
    assignments: Iterable[Assignment],
    records: Iterable[Record],
    begun: Collection[str],
    standing: Callable[[str], Standing | None],
) -> dict[str, Standing]:
    """What the last run found, by lesson id as the files' positions tell it.

    What it found of a file goes before what it found of a lesson: with the database it knew whose the file is, which
    its position may not tell. What a person wrote down, and what is begun, is a matter of the lesson alone.

    Args:
        assignments: Which file belongs to which lesson.
        records: What earlier runs achieved.
        begun: The lessons of which a video may exist.
        standing: What the run found of a lesson, or of a file by its path.
    """
    files = tuple(assignments)
    lessons = {one.lesson_id for one in files} | {one.lesson_id for one in records}
    told = {key: standing(key) for key in lessons}
    for one in files:
        place = None if one.lesson_id in begun or one.source.is_written else standing(one.file.path)
        if place is Standing.ELSEWHERE or (place is Standing.NO_LESSON and told[one.lesson_id] in _DONE_OR_UNKNOWN):
            told[one.lesson_id] = place
    return {key: place for key, place in told.items() if place}

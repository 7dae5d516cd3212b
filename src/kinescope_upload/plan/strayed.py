"""Finds records whose files stand in other sections now: their lessons may be the ones of these places. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.library_paths import nfc
from kinescope_upload.plan.places import Places, Titled
from kinescope_upload.upload.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.model import LessonRow, VideoFile

_Record = TypeVar("_Record", bound=Titled)


def folder_of_section(path: str) -> str:
    """The course and the first folder below it: what a file's place is counted in."""
    return "/".join(nfc(path).split("/")[:-1][:2])


def strayed_files(record: Titled, places: Places) -> list[VideoFile]:
    """The files that may be the one that was sent for the lesson; none unless all of them are in other sections."""
    if record.path is None:
        return []
    alike, section = places.own(record), folder_of_section(record.path)
    return [] if any(folder_of_section(file.path) == section for file in alike) else alike


def with_strayed(
    records: Mapping[str, _Record], others: Mapping[str, _Record], places: Places
) -> Mapping[str, _Record]:
    """The records, with those of other courses whose files stand in other sections now."""
    strayed = {key: one for key, one in others.items() if strayed_files(one, places)}
    return {**strayed, **records} if strayed else records


def find_emptied(
    records: Mapping[str, _Record], rows: Mapping[str, LessonRow], places: Places, *, is_read: bool = True
) -> dict[str, _Record]:
    """The records whose rows are there and show no video, and whose files stand at the places of other lessons now.

    Such a lesson has the same title, or somebody wrote the file down for it, and has neither a video nor a record.

    Args:
        records: What is recorded, by lesson id.
        rows: The rows, by lesson id.
        places: The library, and the place of each file.
        is_read: Whether one of several files of its size and time must be known to be the one that was sent.
    """
    empty = [
        (key, one)
        for key, one in records.items()
        if one.is_begun and one.path and (row := rows.get(key)) and row.video_id is None and not row.has_address_only
    ]
    return {key: one for key, one in empty if _may_be_of_another(key, one, records, rows, places, is_read=is_read)}


def _may_be_of_another(  # noqa: PLR0913 - all that is known of the lesson
    key: str,
    record: Titled,
    records: Mapping[str, Titled],
    rows: Mapping[str, LessonRow],
    places: Places,
    *,
    is_read: bool,
) -> bool:
    strayed = strayed_files(record, places)
    if is_read:
        strayed = strayed if len(strayed) == 1 else []
    others = (rows.get(places.lesson_at(file) or "") for file in strayed)
    return any(
        row.lesson_id != key
        and is_free(row, records)
        and (title_key(row.title) == title_key(record.title or rows[key].title) or row.lesson_id in places.said)
        for row in others
        if row
    )


def is_free(row: LessonRow, records: Mapping[str, Titled]) -> bool:
    """Whether the lesson has neither a video nor a begun one."""
    record = records.get(row.lesson_id)
    return row.video_id is None and not row.has_address_only and not (record and record.is_begun)


def lessons_of_pairs(
    record: Titled, places: Places, rows: Mapping[str, LessonRow], records: Mapping[str, Titled]
) -> list[str]:
    """The lesson for which somebody wrote down the file that was sent from another section, whatever it is called."""
    strayed = strayed_files(record, places)
    row = rows.get(places.lesson_at(strayed[0]) or "") if len(strayed) == 1 else None
    return [row.lesson_id] if row and row.lesson_id in places.said and is_free(row, records) else []

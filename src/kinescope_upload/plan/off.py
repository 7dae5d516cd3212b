"""Tells which records may be of other lessons by now, whatever proves whose they are. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.plan.moves import videos_of
from kinescope_upload.plan.places import Titled
from kinescope_upload.upload.likeness import have_nothing_in_common
from kinescope_upload.upload.titles import title_key
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.model import LessonRow

_Record = TypeVar("_Record", bound=Titled)


def records_off(records: Mapping[str, _Record], rows: Mapping[str, LessonRow]) -> dict[str, _Record]:
    """The records whose lessons may be others by now, in the order of the records."""
    odd = [(key, one) for key, one in records.items() if not _is_as_recorded(one, rows.get(key))]
    others = [key for key, one in odd if _shows_another(one, rows.get(key))]
    owners = {video: key for key, one in records.items() for video in videos_of(one)} if others else {}
    namesakes = {
        key for key in others if _is_of_namesake(key, records, owners.get(video_key(rows[key].video_id) or ""))
    }
    return {key: one for key, one in odd if key in namesakes or _is_off(one, rows.get(key))}


def _is_as_recorded(record: Titled, row: LessonRow | None) -> bool:
    """Whether title and video are the recorded ones, letter by letter: most of a hundred thousand."""
    return row is not None and row.title == record.title and (row.video_id is None or row.video_id == record.video_id)


def _shows_another(record: Titled, row: LessonRow | None) -> bool:
    """Whether the row is called as the record says and names another video."""
    if row is None or row.video_id is None or not record.is_begun or not title_key(record.title):
        return False
    return title_key(row.title) == title_key(record.title) and video_key(row.video_id) not in videos_of(record)


def _is_of_namesake(key: str, records: Mapping[str, Titled], owner: str | None) -> bool:
    """Whether the video is recorded for another lesson of the section that has the same title."""
    if owner is None or title_key(records[owner].title) != title_key(records[key].title):
        return False
    return section_of_record(owner, records[owner]) == section_of_record(key, records[key])


def _is_off(record: Titled, row: LessonRow | None) -> bool:
    """Whether the row is gone or called otherwise, and names no video of the record."""
    if not record.is_begun or not title_key(record.title):
        return False
    if row is None:
        return True
    is_shown = video_key(row.video_id) in videos_of(record) and not row.has_address_only
    return title_key(row.title) != title_key(record.title) and not is_shown


def may_be_given_away(record: Titled, row: LessonRow | None) -> bool:
    """Whether the lesson's number may be another lesson's by now: it was linked, and its row is a new one.

    A row that shows no video and a title that has nothing in common with the recorded one, or all but a number, speak
    for that.
    """
    if row is None or row.video_id is not None or not record.stage.is_linked:
        return False
    return have_nothing_in_common(record.title, row.title)


def section_of_record(lesson_id: str, record: Titled) -> str:
    """How the ids of the lessons begin that are counted together: the first two folders of the file."""
    folders = (record.path or "").split("/")[:-1]
    return "_".join(folders[:2]) if folders and lesson_id.startswith(folders[0]) else begin_of_id(lesson_id)

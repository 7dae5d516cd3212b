"""Decides what is written into a lesson's row. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.database import statements
from kinescope_upload.database.statements import sendable
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from psycopg.sql import SQL

    from kinescope_upload.model import Fill, LessonTable


def update_of(fill: Fill, found: str | None, table: LessonTable) -> tuple[SQL, dict[str, object]]:
    """The update of a row that holds this id, with its values; a row that holds the video gets its address."""
    values: dict[str, object] = {
        "lesson_id": sendable(fill.lesson_id),
        "video_id": fill.video_id,
        "video_url": fill.video_url,
        "found": found,
    }
    if is_same_video(found, fill.video_id):
        return statements.SET_ADDRESS, values
    is_new = fill.old_id is None
    if fill.duration is None or table.duration is None:
        return (statements.LINK_ROW if is_new else statements.SWITCH_ROW), values
    values["duration"] = table.in_unit(fill.duration)
    return (statements.LINK_ROW_WITH_DURATION if is_new else statements.SWITCH_ROW_WITH_DURATION), values

"""Decides which statement writes a video into a lesson's row. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.database import statements
from kinescope_upload.database.statements import sendable
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from psycopg.sql import SQL

    from kinescope_upload.database.fill import Fill, Row
    from kinescope_upload.model import LessonTable


def update_of(fill: Fill, row: Row, table: LessonTable) -> tuple[SQL, dict[str, object]]:
    """The update of a row that holds this id and address, with its values; one that holds the id gets the address."""
    values: dict[str, object] = {
        "lesson_id": sendable(fill.lesson_id),
        "video_id": fill.video_id,
        "video_url": fill.video_url,
        **found_in(row),
        "title": fill.title,
    }
    if is_same_video(row[0], fill.video_id):
        return statements.SET_ADDRESS, values
    if fill.duration is None or table.duration is None:
        return statements.WRITE_ROW, values
    values["duration"] = table.in_unit(fill.duration)
    return statements.WRITE_ROW_WITH_DURATION, values


def found_in(row: Row) -> dict[str, object]:
    """The values by which a statement compares the row with what was found there."""
    return {"found": sendable(row[0] or ""), "found_url": sendable(row[1] or "")}

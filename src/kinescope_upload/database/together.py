"""Writes the videos of several lessons by one statement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg

from kinescope_upload.database import statements
from kinescope_upload.database.failures import Kind, kind_of
from kinescope_upload.database.statements import sendable, with_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg.sql import SQL

    from kinescope_upload.database.connection import BoundedConnection
    from kinescope_upload.database.fill import Fill
    from kinescope_upload.model import LessonTable


def fill_together(connection: BoundedConnection, fills: Sequence[Fill], table: LessonTable) -> frozenset[str]:
    """Writes the videos into those of the rows that are empty; returns the lessons whose rows hold theirs now.

    Where one row refuses its video, or does not keep it, all of them stay as they were. Where durations are written, a
    row whose duration is not known is left as it is.

    Raises:
        psycopg.Error: The database is not available.
    """
    update, values = _update_of(fills, table)
    try:
        with connection.in_one_round_trip():
            connection.execute(with_names(update, table), values)
            looked = connection.execute(with_names(statements.LOOK_AT_ROWS, table), values)
            connection.execute(with_names(statements.KEEP_ALL_OR_NONE, table), values)
        rows = {lesson_id: (video_id, address) for lesson_id, video_id, address in looked}
    except psycopg.Error as error:
        if kind_of(error) is Kind.DOWN:
            raise
        return frozenset()
    return frozenset(fill.lesson_id for fill in fills if (row := rows.get(fill.lesson_id)) and fill.is_in(row))


def _update_of(fills: Sequence[Fill], table: LessonTable) -> tuple[SQL, dict[str, str]]:
    titles = json.dumps({fill.lesson_id: fill.title for fill in fills if fill.title is not None})
    if table.duration is None:
        return statements.LINK_ROWS, {"rows": _rows_of(fills, table), "titles": titles}
    timed = {fill.lesson_id: fill for fill in fills if fill.duration is not None}
    durations = {lesson_id: table.in_unit(fill.duration or 0.0) for lesson_id, fill in timed.items()}
    values = {"rows": _rows_of(timed.values(), table), "durations": json.dumps(durations), "titles": titles}
    return statements.LINK_ROWS_WITH_DURATIONS, values


def _rows_of(fills: Iterable[Fill], table: LessonTable) -> str:
    """The rows as JSON, by the table's names; PostgreSQL converts each value to the type of its column."""
    rows = (
        {table.lesson_id: sendable(fill.lesson_id), table.video_id: fill.video_id, table.video_url: fill.video_url}
        for fill in fills
    )
    return json.dumps(list(rows))

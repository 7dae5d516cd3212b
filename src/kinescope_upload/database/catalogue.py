"""Asks the database what our role may do with the lessons' table."""

from __future__ import annotations

from dataclasses import replace
from sys import intern
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg.sql import Identifier

from kinescope_upload.database import statements
from kinescope_upload.database.diagnosis import (
    Column,
    TableFacts,
    hidden_cluster,
    hidden_rows,
    missing_right,
    not_kept,
    read_only,
)
from kinescope_upload.database.failures import Kind, detail_of, kind_of
from kinescope_upload.database.statements import sendable, with_names
from kinescope_upload.model import LessonRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from kinescope_upload.database.connection import BoundedConnection
    from kinescope_upload.database.fill import Fill
    from kinescope_upload.errors import BatchStoppedError
    from kinescope_upload.model import LessonTable

    Cursor = psycopg.Cursor[tuple[Any, ...]]


_MOST_TRIED: Final = 20
"""The most rows that are tried before the table counts as one that takes no changes."""


def look_up(connection: BoundedConnection, table: LessonTable) -> TableFacts:
    """Reads from the catalogue what there is of the table, and what our role may do with it."""
    found = _list_columns(connection, table).fetchall()
    tables = [] if found else connection.execute(statements.LIST_TABLES, {"system": "pg\\_%"}).fetchall()
    facts = _facts_of(found, connection.info.user)
    return replace(facts, tables=tuple((schema, name) for schema, name in tables))


def _list_columns(connection: BoundedConnection, table: LessonTable) -> Cursor:
    return connection.execute(statements.LIST_COLUMNS, {"table": statements.quoted_table(table)})


def _facts_of(columns: Sequence[tuple[Any, ...]], user: str) -> TableFacts:
    return TableFacts(
        role=columns[0][4] if columns else user,
        columns=tuple(Column(name=column[0], may_select=column[1], may_update=column[2]) for column in columns),
        hides_rows=any(column[3] for column in columns),
    )


def facts_if_writable(connection: BoundedConnection, table: LessonTable, lesson_id: str) -> TableFacts | None:
    """What the catalogue says, where the lesson's row can be written, in one round trip; None where it cannot.

    Writes the row as it is, in a transaction that is rolled back.
    """
    values = {"lesson_id": sendable(lesson_id)}
    try:
        with connection.in_one_round_trip(end="ROLLBACK"):
            connection.execute(statements.WAIT_BRIEFLY)
            columns = _list_columns(connection, table)
            touched = connection.execute(with_names(statements.TOUCH_ROW, table), values)
        return _facts_of(columns.fetchall(), connection.info.user) if touched.rowcount else None
    except psycopg.Error:
        if connection.closed:
            raise
        return None


def refused_update(
    connection: BoundedConnection, table: LessonTable, facts: TableFacts, place: str, lesson_ids: Sequence[str]
) -> BatchStoppedError | None:
    """Why no row can be written although the catalogue grants it; None where one can, or that stays unknown.

    Writes rows as they are, until one can be written, each in a transaction that is rolled back. No made-up video is
    written there: triggers may tell others of it before it is taken back, or refuse it where they would take a video
    that exists. A policy may keep some rows from us and not others.

    Args:
        connection: An open connection.
        table: The lessons' table.
        facts: What the catalogue says of it.
        place: The database's address, for the message.
        lesson_ids: The lessons whose rows may be written: up to 20 of them are tried, evenly spread; none takes any.
    """
    if not lesson_ids:
        found = connection.execute(with_names(statements.ANY_LESSONS, table), {"most": _MOST_TRIED}).fetchall()
        lesson_ids = [lesson_id for (lesson_id,) in found]
    first: BatchStoppedError | None = None
    for lesson_id in _spread(lesson_ids):
        problem = _refused_row(connection, table, facts, place, lesson_id)
        if problem is None:
            return None
        first = first or problem
    return first


def _spread(lesson_ids: Sequence[str]) -> list[str]:
    """The first, and others at even distances."""
    tried = min(len(lesson_ids), _MOST_TRIED)
    return [lesson_ids[number * len(lesson_ids) // tried] for number in range(tried)]


def _refused_row(
    connection: BoundedConnection, table: LessonTable, facts: TableFacts, place: str, lesson_id: str
) -> BatchStoppedError | None:
    values = {"lesson_id": sendable(lesson_id)}
    try:
        with connection.in_one_round_trip(end="ROLLBACK"):
            connection.execute(statements.WAIT_BRIEFLY)
            looked = connection.execute(with_names(statements.LOOK_AT_ROW, table), values)
            touched = connection.execute(with_names(statements.TOUCH_ROW, table), values)
        if looked.fetchone() is None or touched.rowcount:
            return None
    except psycopg.errors.ReadOnlySqlTransaction:
        return read_only(place)
    except psycopg.Error as error:
        if kind_of(error) is not Kind.RIGHTS:
            return None  # a locked row, or a trigger that takes no such change: the first file will tell
        return missing_right(facts, table, place, detail_of(error))
    return hidden_rows(facts, table)


def lost_update(connection: BoundedConnection, table: LessonTable, place: str, lesson_id: str) -> BatchStoppedError:
    """Words the error for a row that was updated and does not hold what was written.

    Args:
        connection: An open connection.
        table: The lessons' table.
        place: The database's address, for the message.
        lesson_id: The row's lesson.
    """
    found = connection.execute(statements.LIST_TRIGGERS, {"table": statements.quoted_table(table)}).fetchall()
    triggers = tuple(name for (name,) in found)
    return not_kept(look_up(connection, table), table, f"The database {place}", lesson_id, triggers)


def shared_courses(connection: BoundedConnection, courses: Collection[str], place: str) -> list[str]:
    """Those of the courses that several machines share in this database (docs/cluster.md).

    Raises:
        BatchStoppedError: Our role may not see what they share.
    """
    wanted, found = {"courses": sorted(map(sendable, courses))}, set[str]()
    for (schema,) in connection.execute(statements.CLUSTERS).fetchall():
        courses_of = statements.CLUSTER_COURSES.format(schema=Identifier(schema))
        try:
            found.update(course for (course,) in connection.execute(courses_of, wanted))
        except psycopg.errors.InsufficientPrivilege as error:
            raise hidden_cluster(connection.info.user, schema, place) from error
    return sorted(found)


def other_title(connection: BoundedConnection, fill: Fill, table: LessonTable) -> str | None:
    """The row's title, where it must have another one; else None."""
    values = {"lesson_id": sendable(fill.lesson_id)}
    row = connection.execute(with_names(statements.TITLE_OF_ROW, table), values).fetchone()
    return str(row[0]) if row and fill.title is not None and row[0] != fill.title else None


def read_rows(
    connection: BoundedConnection, table: LessonTable, wanted: Mapping[str, Sequence[str] | None]
) -> tuple[LessonRow, ...]:
    """Reads these rows, ordered by id.

    Raises:
        BatchStoppedError: Row-level security leaves nothing to see.
    """
    with connection.cursor() as cursor:  # a whole answer would be in memory twice beside the rows made of it
        found = cursor.stream(with_names(statements.SELECT_ROWS, table), wanted)
        rows = [
            LessonRow.of(lesson_id, intern(course), title, (video_id, address))
            for lesson_id, course, title, video_id, address in found
        ]
    if not rows and (facts := look_up(connection, table)).hides_rows:
        raise hidden_rows(facts, table)
    rows.sort(key=lambda row: row.lesson_id)
    return tuple(rows)

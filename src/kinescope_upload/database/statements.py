"""Writes every statement that kupload sends to the database. Pure.

Nothing is prepared or set beyond a transaction, and only an update shares one: with the limit of its wait, or with the
look at what it left. So a pooler may give every transaction to another server (PgBouncer in transaction mode).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg.sql import SQL, Composed, Identifier

if TYPE_CHECKING:
    from kinescope_upload.model import LessonTable

SELECT_ROWS: Final = SQL(
    "SELECT {lesson_id}::text, COALESCE({course}::text, ''), COALESCE({title}::text, ''), NULLIF({video_id}::text, ''),"
    " NULLIF({video_url}::text, '') FROM {table}"
    " WHERE (%(courses)s::text[] IS NULL OR {course}::text = ANY(%(courses)s::text[]))"
    " AND (%(lessons)s::text[] IS NULL OR {lesson_id}::text = ANY(%(lessons)s::text[]))"
)
"""Selects all rows, or those of the parameters `courses` and `lessons` where these are not null."""

_WRITE: Final = "UPDATE {table} SET {video_id} = %(video_id)s, {video_url} = %(video_url)s"
_WRITE_ADDRESS: Final = "UPDATE {table} SET {video_url} = %(video_url)s"
_AND_DURATION: Final = ", {duration} = %(duration)s"
"""Is left out where the duration is not known: its column must keep what it holds."""
_IF_FOUND: Final = (
    " WHERE {lesson_id} = %(lesson_id)s"
    " AND COALESCE({video_id}::text, '') = %(found)s AND COALESCE({video_url}::text, '') = %(found_url)s"
)

_IF_CALLED: Final = " AND (%(title)s::text IS NULL OR COALESCE({title}::text, '') = %(title)s::text)"
"""Lessons may be renumbered at any moment: the row of this id must be the lesson that was planned."""

WRITE_ROW: Final = SQL(_WRITE + _IF_FOUND + _IF_CALLED)
WRITE_ROW_WITH_DURATION: Final = SQL(_WRITE + _AND_DURATION + _IF_FOUND + _IF_CALLED)
"""Write all columns at once, if id and address are the found ones in this spelling; empty texts stand for NULL, too."""

_WRITE_ALL: Final = "UPDATE {table} AS row_ SET {video_id} = given.{video_id}, {video_url} = given.{video_url}"
_AND_DURATIONS: Final = ", {duration} = (%(durations)s::jsonb ->> row_.{lesson_id}::text)::double precision"
"""Apart from the rest: a column of whole numbers rounds a number, and refuses its text."""
_GIVEN: Final = "jsonb_populate_recordset(NULL::{table}, %(rows)s::jsonb) AS given"
_EACH_IF_EMPTY: Final = (
    f" FROM {_GIVEN}"
    " WHERE row_.{lesson_id} = given.{lesson_id}"
    " AND COALESCE(row_.{video_id}::text, '') = '' AND COALESCE(row_.{video_url}::text, '') = ''"
    " AND COALESCE(%(titles)s::jsonb ->> row_.{lesson_id}::text, COALESCE(row_.{title}::text, ''))"
    " = COALESCE(row_.{title}::text, '')"
    " RETURNING row_.{lesson_id}::text AS lesson_id"
)
_NOTED: Final = " SELECT set_config('kupload.written', COALESCE(jsonb_agg(lesson_id), '[]')::text, true) FROM written"

LINK_ROWS: Final = SQL(f"WITH written AS ({_WRITE_ALL}{_EACH_IF_EMPTY}){_NOTED}")
LINK_ROWS_WITH_DURATIONS: Final = SQL(f"WITH written AS ({_WRITE_ALL}{_AND_DURATIONS}{_EACH_IF_EMPTY}){_NOTED}")
"""Write the rows of a JSON array, by the table's names, as far as they hold no id and no address; note the lessons of
those until the end of the transaction."""

_OF_EACH: Final = "SELECT row_.{lesson_id}::text, NULLIF(row_.{video_id}::text, ''), NULLIF(row_.{video_url}::text, '')"
_AMONG_GIVEN: Final = f" FROM {{table}} AS row_ JOIN {_GIVEN} ON row_.{{lesson_id}} = given.{{lesson_id}}"

LOOK_AT_ROWS: Final = SQL(_OF_EACH + _AMONG_GIVEN)
"""Selects lesson, video's id and player's address of these rows."""

_AS_GIVEN: Final = "(row_.{video_id}::text, row_.{video_url}::text) = (given.{video_id}::text, given.{video_url}::text)"
_KEPT: Final = "SELECT row_.{lesson_id}::text AS lesson_id" + _AMONG_GIVEN + " WHERE " + _AS_GIVEN
_ARE_KEPT: Final = "SELECT 1 / CASE WHEN written.lesson_ids <@ jsonb_agg(kept.lesson_id) THEN 1 ELSE 0 END"
_WRITTEN: Final = " FROM (SELECT current_setting('kupload.written')::jsonb AS lesson_ids) AS written"
KEEP_ALL_OR_NONE: Final = SQL(f"{_ARE_KEPT}{_WRITTEN} LEFT JOIN ({_KEPT}) AS kept ON true GROUP BY written.lesson_ids")
"""Fails where a row that was written does not hold what was given: so the transaction ends without another question."""

SET_ADDRESS: Final = SQL(_WRITE_ADDRESS + _IF_FOUND)
"""Writes the player's address, if id and address are the found ones in this spelling."""

_CLEAR: Final = "UPDATE {table} SET {video_id} = NULL, {video_url} = NULL"
CLEAR_ROW: Final = SQL(_CLEAR + _IF_FOUND)
"""Empties both columns, if they hold what was found; a second time changes nothing."""

LOOK_AT_ROW: Final = SQL(
    "SELECT NULLIF({video_id}::text, ''), NULLIF({video_url}::text, '') FROM {table} WHERE {lesson_id} = %(lesson_id)s"
)
"""Selects the video's id and the player's address of one row."""

CLUSTERS: Final = SQL(
    "SELECT nspname::text FROM pg_namespace AS n WHERE (SELECT count(*) FROM pg_class WHERE relnamespace = n.oid"
    " AND relkind = 'r' AND relname IN ('lesson', 'creation', 'procrastinate_jobs')) = 3 ORDER BY 1"
)
"""Selects the schemas in which several machines share work."""

CLUSTER_COURSES: Final = SQL("SELECT DISTINCT course FROM {schema}.lesson WHERE course = ANY(%(courses)s)")
"""Selects those of the courses that they share."""

TITLE_OF_ROW: Final = SQL("SELECT COALESCE({title}::text, '') FROM {table} WHERE {lesson_id} = %(lesson_id)s")
"""Selects the title of one row."""

ANY_LESSONS: Final = SQL("SELECT {lesson_id}::text FROM {table} WHERE {lesson_id} IS NOT NULL LIMIT %(most)s")
"""Selects the ids of any few lessons."""

TOUCH_ROW: Final = SQL(
    "UPDATE {table} SET {video_id} = {video_id}, {video_url} = {video_url} WHERE {lesson_id} = %(lesson_id)s"
)
"""Writes both columns of one row as they are; the catalogue says whether a column of durations may be written."""

WAIT_BRIEFLY: Final = "SET LOCAL lock_timeout = '1s'"
"""Bounds the wait for a row that somebody else has locked, until the end of the transaction."""

LIST_COLUMNS: Final = """
SELECT column_.attname::text,
       has_column_privilege(column_.attrelid, column_.attnum, 'SELECT'),
       has_column_privilege(column_.attrelid, column_.attnum, 'UPDATE'),
       row_security_active(column_.attrelid),
       current_user::text
  FROM pg_catalog.pg_attribute AS column_
 WHERE column_.attrelid = to_regclass(%(table)s) AND column_.attnum > 0 AND NOT column_.attisdropped
 ORDER BY column_.attnum
"""
"""Name, may read, may write, hides rows, our role: of every column of the table; nothing when there is none."""

LIST_TRIGGERS: Final = """
SELECT trigger_.tgname::text
  FROM pg_catalog.pg_trigger AS trigger_
 WHERE trigger_.tgrelid = to_regclass(%(table)s) AND NOT trigger_.tgisinternal AND trigger_.tgenabled <> 'D'
 ORDER BY 1
"""
"""The names of the triggers that somebody has made on the table."""

LIST_TABLES: Final = """
SELECT schema_.nspname::text, table_.relname::text
  FROM pg_catalog.pg_class AS table_ JOIN pg_catalog.pg_namespace AS schema_ ON schema_.oid = table_.relnamespace
 WHERE table_.relkind IN ('r', 'p', 'v', 'f') AND schema_.nspname <> 'information_schema'
   AND schema_.nspname NOT LIKE %(system)s
 ORDER BY 1, 2
 LIMIT 2000
"""
"""Schema and name of everything that could be the lessons' table; `system` is the pattern of PostgreSQL's own."""


def with_names(statement: SQL, table: LessonTable) -> Composed:
    """Puts the names of the table and its columns into a statement."""
    return statement.format(
        table=_identifier(*(name for name in (table.schema, table.table) if name)),
        lesson_id=_identifier(table.lesson_id),
        course=_identifier(table.course),
        title=_identifier(table.title),
        video_id=_identifier(table.video_id),
        video_url=_identifier(table.video_url),
        duration=_identifier(table.duration or ""),
    )


def sendable(text: str) -> str:
    """Escapes what no PostgreSQL text can hold but a name from the disk may; such a text matches no row."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def quoted(name: str) -> str:
    """Quotes any name for SQL."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def quoted_table(table: LessonTable) -> str:
    """Quotes the table's name, with its schema if that is known."""
    return ".".join(quoted(name) for name in (table.schema, table.table) if name)


def _identifier(*names: str) -> Identifier:
    """Quotes the names; a per cent sign would otherwise be read as a parameter."""
    return Identifier(*(name.replace("%", "%%") for name in names))

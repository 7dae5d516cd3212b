"""Makes the cluster's schema, its tables and the engine's, and tells whether they are of this version."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from psycopg.sql import SQL, Identifier, Literal

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.line import SEARCH_PATH, first
from kinescope_upload.cluster.queue import ENGINE_VERSION, SILENCE, migrations_since, schema_sql
from kinescope_upload.database.statements import CLUSTERS
from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from psycopg.sql import Composed

    from kinescope_upload.cluster.line import Line
    from kinescope_upload.database.connection import BoundedConnection

VERSION: Final = "2"
_THEIRS: Final = SQL("SELECT lesson_id FROM {s}.lesson WHERE lesson_id = ANY(%(ids)s::text[]) ORDER BY 1 LIMIT 1")
_ONE_AT_A_TIME: Final = SQL("SELECT pg_advisory_xact_lock(hashtext('tables of several machines'))")
"""Lets a second machine that makes the same tables wait for the first."""
_META: Final = SQL("{s}.meta")
_IS_THERE: Final = SQL("SELECT to_regclass(%(table)s) IS NOT NULL")
_VERSIONS: Final = SQL("SELECT key, value FROM {s}.meta")

_FOR_THE_ROLE: Final = "-- The role of the machines' DATABASE_URL, where it is another than this one, needs:\n"
_RIGHTS: Final = (
    SQL("GRANT USAGE ON SCHEMA {s}"),
    SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {s}"),
    SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {s}"),
)

TABLES: Final = SQL("""\
CREATE SCHEMA IF NOT EXISTS {s};
CREATE TABLE IF NOT EXISTS {s}.lesson (
  lesson_id text PRIMARY KEY,
  course text NOT NULL,
  library text NOT NULL,
  path text NOT NULL,
  size bigint NOT NULL,
  modified_ns bigint NOT NULL,
  title text NOT NULL,
  pair_is_written boolean NOT NULL DEFAULT false,
  written_by text NOT NULL DEFAULT '',
  wanted boolean NOT NULL DEFAULT true,
  record jsonb,
  stage text GENERATED ALWAYS AS (coalesce(record->>'stage', 'planned')) STORED,
  "offset" bigint GENERATED ALWAYS AS ((record->>'offset')::bigint) STORED,
  fence bigint NOT NULL DEFAULT 0,
  holder uuid,
  held_until timestamptz,
  changed_at timestamptz
);
ALTER TABLE {s}.lesson ADD COLUMN IF NOT EXISTS row_title text;
CREATE INDEX IF NOT EXISTS lesson_wanted ON {s}.lesson (library, lesson_id)
  WHERE wanted AND stage NOT IN ('linked', 'verified');
CREATE INDEX IF NOT EXISTS lesson_course ON {s}.lesson (course);
CREATE TABLE IF NOT EXISTS {s}.machine (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  host text NOT NULL,
  pid int NOT NULL,
  version text NOT NULL,
  libraries text[] NOT NULL,
  jobs int NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  beat_at timestamptz NOT NULL DEFAULT now(),
  in_hand jsonb NOT NULL DEFAULT '[]',
  stop_asked text,
  wishes jsonb NOT NULL DEFAULT '{{}}',
  is_paused boolean NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS {s}.course (course text PRIMARY KEY, folder_id text NOT NULL);
CREATE TABLE IF NOT EXISTS {s}.creation (key text PRIMARY KEY, holder uuid NOT NULL, held_until timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS {s}.deleted (at timestamptz NOT NULL, facts jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS {s}.meta (key text PRIMARY KEY, value text NOT NULL);
""")


def install(line: Line) -> bool:
    """Makes what is missing, and brings the engine's tables to the installed version.

    Tables of this version are only looked at: roles that may make nothing work with what an administrator made.

    Returns:
        Whether anything was made.

    Raises:
        UsageError: A newer kupload made the schema.
        BatchStoppedError: The role may not make a schema, or not read it.
    """

    def make(connection: BoundedConnection) -> bool:
        connection.execute(_ONE_AT_A_TIME)
        is_there = connection.execute(_IS_THERE, {"table": line.named(_META).as_string()}).fetchone() == (True,)
        known: dict[str, str] = dict(connection.execute(line.named(_VERSIONS)).fetchall()) if is_there else {}
        schema, engine = known.get("schema"), known.get("engine")
        if schema and engine and _is_newer(schema, engine):
            raise UsageError(
                f'Schema "{line.schema}" was made by a newer kupload (schema {schema}, engine {engine}).',
                "Update kupload on this machine.",
            )
        if (schema, engine) == (VERSION, ENGINE_VERSION):
            return False
        connection.execute(line.named(TABLES))
        for script in [schema_sql()] if engine is None else migrations_since(engine):
            connection.execute(script.encode())
        connection.execute(line.named(SILENCE))
        for key, value in {"schema": VERSION, "engine": ENGINE_VERSION}.items():
            connection.execute(line.named(statements.SET_META), {"key": key, "value": value})
        return True

    return line.together(make)


def _is_newer(schema: str, engine: str) -> bool:
    return int(schema) > int(VERSION) or _numbers(engine) > _numbers(ENGINE_VERSION)


def check_no_other_has(line: Line, lesson_ids: Collection[str]) -> None:
    """Returns where no other cluster of the same database has one of these lessons: both would upload it.

    Raises:
        UsageError: One has.
    """
    schemas = [schema for (schema,) in line.ask(CLUSTERS) if schema != line.schema] if lesson_ids else []
    values = {"ids": list(lesson_ids)}
    for schema in schemas:
        statement, shared = _THEIRS.format(s=Identifier(schema)), list[tuple[str]]()
        with suppress(BatchStoppedError):  # where this role may not look
            shared = line.over(partial(_rows_of, statement, values), patience=60)
        if shared:
            raise UsageError(
                f'Lesson {shared[0][0]} is in the cluster in schema "{schema}" of {line.place}, too.',
                f'Write schema = "{schema}" under [cluster] in kupload.toml, or name other courses (--course).',
            )


def _rows_of(statement: Composed, values: Mapping[str, object], connection: BoundedConnection) -> list[Any]:
    return connection.execute(statement, values).fetchall()


def check_only_cluster(line: Line, *, is_named: bool) -> tuple[str, ...]:
    """The schemas of the same database that hold other clusters.

    Args:
        line: Asks the database.
        is_named: Whether kupload.toml names this one's schema.

    Raises:
        UsageError: There is one, this one is not made yet, and nobody has named its schema.
    """
    clusters = [schema for (schema,) in line.ask(CLUSTERS)]
    others = tuple(schema for schema in clusters if schema != line.schema)
    if others and line.schema not in clusters and not is_named:
        raise UsageError(
            f'The machines that use {line.place} meet in schema "{others[0]}" already.',
            f'Write schema = "{others[0]}" under [cluster] in kupload.toml; or schema = "{line.schema}", for a second '
            "cluster that has no lesson in common with that one.",
        )
    return others


def script_of(line: Line) -> str:
    """What `install` does on an empty database, as SQL for an administrator; with what the machines' role needs."""
    schema = line.named(TABLES).as_string()
    add = SQL("INSERT INTO {s}.meta VALUES ('schema', {schema}), ('engine', {engine});\n")
    names = {"s": Identifier(line.schema), "schema": Literal(VERSION), "engine": Literal(ENGINE_VERSION)}
    versions = add.format(**names).as_string()
    path, silence = (line.named(statement).as_string() for statement in (SEARCH_PATH, SILENCE))
    rights = "".join(f"-- {line.named(right).as_string()} TO ROLE;\n" for right in _RIGHTS)
    return f"BEGIN;\n{schema}{path};\n{schema_sql()}\n{silence};\n{versions}COMMIT;\n{_FOR_THE_ROLE}{rights}"


def check_version(line: Line) -> None:
    """Returns when the tables are there, and of this version.

    Raises:
        BatchStoppedError: They are not; says what makes them so.
        DatabaseDownError: The database does not answer.
    """
    schema = first(line.ask(statements.GET_META, key="schema"))
    engine = first(line.ask(statements.GET_META, key="engine"))
    if schema == VERSION and engine == ENGINE_VERSION:
        return
    if schema and engine and _is_newer(schema, engine):
        raise BatchStoppedError(
            f'The cluster in schema "{line.schema}" is used by a newer kupload (schema {schema}, engine {engine}).',
            "Update kupload on this machine.",
        )
    raise BatchStoppedError(
        f'The cluster in schema "{line.schema}" is of an older version (schema {schema}, engine {engine}).',
        Hint("Bring it up to date: ", ("cluster", "init"), "."),
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())

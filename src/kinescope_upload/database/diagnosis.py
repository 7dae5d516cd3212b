"""Decides from the catalogue why the lessons' table cannot be used. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kinescope_upload.database.statements import quoted, quoted_table
from kinescope_upload.errors import BatchStoppedError, LessonFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.model import LessonTable

_READ = ("lesson_id", "course", "title", "video_id", "video_url")
_WRITTEN = ("video_id", "video_url", "duration")
_KEYS = (*_READ, "duration")
_OTHER_ROLE = "Connect as the table's owner or as a role with BYPASSRLS (on Supabase: postgres) in DATABASE_URL."


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Describes a column of the lessons' table and what our role may do with it."""

    name: str
    may_select: bool
    may_update: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """Holds what the catalogue says.

    Attributes:
        role: Our role.
        columns: The table's columns; empty when there is no such table.
        hides_rows: Whether row-level security applies to our role.
        tables: Other tables as (schema, name); only listed when the table is missing.
    """

    role: str
    columns: tuple[Column, ...]
    hides_rows: bool = False
    tables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSecurity:
    """Row-level security that applies to our role: it may hide rows.

    Attributes:
        what: That it may, naming table and role.
        hint: Which role sees all.
    """

    what: str
    hint: str


def row_security(facts: TableFacts, table: LessonTable) -> RowSecurity | None:
    """Words that row-level security may hide rows from us; None where it does not apply to our role."""
    if not facts.hides_rows:
        return None
    what = f"row-level security may hide rows of table {quoted_table(table)} from role {quoted(facts.role)}"
    return RowSecurity(what=what, hint=_OTHER_ROLE)


def problem_of(facts: TableFacts, table: LessonTable, place: str) -> BatchStoppedError | None:
    """Words what is wrong with the table, and the setting or grant that corrects it; None when nothing is wrong."""
    if not facts.columns:
        return _no_table(facts, table, place)
    return _no_column(facts, table) or _no_right(facts, table)


def hidden_rows(facts: TableFacts, table: LessonTable) -> BatchStoppedError:
    """Words the error for rows that row-level security or a trigger hides from us."""
    return BatchStoppedError(
        f"Rows of {quoted_table(table)} exist that role {quoted(facts.role)} cannot see or write: row-level security "
        "or a trigger hides them.",
        _OTHER_ROLE,
    )


def of_lesson(error: BatchStoppedError) -> LessonFailedError:
    """Words the same for one row: a policy or a trigger that refuses it may let others be written."""
    return LessonFailedError(error.what, error.hint)


def missing_right(facts: TableFacts, table: LessonTable, place: str, detail: str) -> BatchStoppedError:
    """Words the error for a right that is missing although the catalogue grants all on the table: a policy, a trigger.

    Args:
        facts: What the catalogue says of the table.
        table: The lessons' table.
        place: The database's address.
        detail: What the database said.
    """
    other = _OTHER_ROLE if facts.hides_rows else "Or name another role in DATABASE_URL."
    hint = f"Grant the role what that needs. {other}"
    what = f"The database {place} does not let role {quoted(facts.role)} write rows of {quoted_table(table)}: {detail}."
    return BatchStoppedError(what, hint)


def hidden_cluster(role: str, schema: str, place: str) -> BatchStoppedError:
    """Words the error for a schema in which several machines share work, and whose lessons the role may not see."""
    return BatchStoppedError(
        f"In the database {place} several machines share work, and role {quoted(role)} may not see on which courses.",
        f"Ask the schema's owner for: GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(role)}; GRANT SELECT ON "
        f"{quoted(schema)}.lesson TO {quoted(role)};",
    )


def not_kept(
    facts: TableFacts, table: LessonTable, database: str, lesson_id: str, triggers: tuple[str, ...]
) -> BatchStoppedError:
    """Words the error for a row that was updated and does not hold what was written.

    Args:
        facts: What the catalogue says of the table.
        table: The lessons' table.
        database: What to call the database.
        lesson_id: The row's lesson.
        triggers: The table's triggers.
    """
    columns = f"{quoted(table.video_id)} and {quoted(table.video_url)}"
    which = f" ({', '.join(map(quoted, triggers))})" if triggers else ""
    return BatchStoppedError(
        f"{database} took the update of lesson {lesson_id} and did not keep it: a trigger or rule of "
        f"{quoted_table(table)}{which} changes {columns} back. The row is as it was.",
        f"Let role {quoted(facts.role)} change {columns} there, or name a role that may in DATABASE_URL.",
    )


def read_only(place: str) -> BatchStoppedError:
    """Words the error for a database that takes no changes."""
    return BatchStoppedError(
        f"The database {place} is read-only: no row can be written.",
        "Name the primary in DATABASE_URL if this is a replica, or free space on the database's disk (a full Supabase "
        "project turns read-only).",
    )


def _no_table(facts: TableFacts, table: LessonTable, place: str) -> BatchStoppedError:
    by_name = {name: f"{schema}.{name}" for schema, name in reversed(facts.tables)}
    elsewhere = [f"{schema}.{name}" for schema, name in facts.tables if name == table.table]
    near = elsewhere or [by_name[name] for name in _nearest(table.table, by_name)]
    exists = f" The nearest that exist: {', '.join(near)}." if near else ""
    return BatchStoppedError(
        f"There is no table {quoted_table(table)} in {place}, or role {quoted(facts.role)} cannot see it.",
        f"Set table and schema in kupload.toml under [database].{exists}",
    )


def _no_column(facts: TableFacts, table: LessonTable) -> BatchStoppedError | None:
    there = [column.name for column in facts.columns]
    absent = [(key, name) for key in _KEYS if (name := getattr(table, key)) is not None and name not in there]
    if not absent:
        return None
    names = ", ".join(quoted(name) for _, name in absent)
    near = sorted({other for _, name in absent for other in _nearest(name, there)}) or there
    return BatchStoppedError(
        f"The table {quoted_table(table)} has no column {names}.",
        f"Set {', '.join(key for key, _ in absent)} in kupload.toml under [database]. "
        f"The nearest that exist: {', '.join(near)}.",
    )


def _no_right(facts: TableFacts, table: LessonTable) -> BatchStoppedError | None:
    columns = {column.name: column for column in facts.columns}
    unread = [name for key in _READ if not columns[name := getattr(table, key)].may_select]
    written = [name for key in _WRITTEN if (name := getattr(table, key)) is not None]
    unwritten = [name for name in written if not columns[name].may_update]
    rights = [
        f"{verb} ({', '.join(quoted(name) for name in names)})"
        for verb, names in (("SELECT", unread), ("UPDATE", unwritten))
        if names
    ]
    if not rights:
        return None
    return BatchStoppedError(
        f"Role {quoted(facts.role)} lacks the right to {' and '.join(rights)} in {quoted_table(table)}.",
        f"GRANT {', '.join(rights)} ON {quoted_table(table)} TO {quoted(facts.role)}; or name another role in "
        "DATABASE_URL.",
    )


def _nearest(name: str, others: Iterable[str]) -> list[str]:
    """Finds the most similar names, ignoring case and underscores."""
    plain = {other: other.casefold().replace("_", "") for other in others}
    near = get_close_matches(name.casefold().replace("_", ""), sorted(set(plain.values())), n=3, cutoff=0.6)
    return [other for wanted in near for other in plain if plain[other] == wanted]

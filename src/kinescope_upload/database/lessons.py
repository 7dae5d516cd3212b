"""Reads and writes the lessons' table, over connections that nobody holds for long."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

import psycopg

from kinescope_upload.database import statements
from kinescope_upload.database.catalogue import (
    facts_if_writable,
    look_up,
    lost_update,
    other_title,
    read_rows,
    refused_update,
    shared_courses,
)
from kinescope_upload.database.connection import BoundedConnection
from kinescope_upload.database.diagnosis import hidden_rows, missing_right, of_lesson, problem_of, row_security
from kinescope_upload.database.failures import Kind, detail_of, error_of, kind_of
from kinescope_upload.database.fill import LinkOutcome, LinkResult
from kinescope_upload.database.report import DatabaseReport
from kinescope_upload.database.spare import KEPT_OPEN, Spare
from kinescope_upload.database.statements import sendable, with_names
from kinescope_upload.database.together import fill_together
from kinescope_upload.database.update import found_in, update_of
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError, KuploadError, LessonFailedError
from kinescope_upload.model import LessonRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from psycopg.sql import SQL

    from kinescope_upload.database.diagnosis import RowSecurity
    from kinescope_upload.database.dsn import Dsn
    from kinescope_upload.database.fill import Fill, Row
    from kinescope_upload.model import LessonTable


T = TypeVar("T")
_EMPTY: Final = (None, None)


class LessonsDatabase:
    """Reads and writes the lessons of one database; threads may share it, since no two calls use one connection.

    Every method raises `DatabaseDownError` when the same call may succeed later, and `BatchStoppedError` when a person
    has to act first.

    Args:
        dsn: The connection string.
        table: The names of the table and its columns; its schema overrides the connection string's.
        answer_timeout: Seconds that one call may take once it is connected.
        clock: Gives monotonic seconds.
    """

    def __init__(
        self,
        dsn: Dsn,
        table: LessonTable,
        *,
        answer_timeout: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dsn = dsn
        self._table = replace(table, schema=table.schema or dsn.schema)
        self._answer_timeout = answer_timeout
        self._clock = clock
        self._spare = Spare(clock)

    def kept_open(self, seconds: float = KEPT_OPEN) -> AbstractContextManager[None]:
        """Keeps a connection for this long after each call within the block; otherwise every call opens its own."""
        return self._spare.kept_open(seconds)

    def close_idle(self) -> None:
        """Closes the connection that is kept, when its time is up."""
        self._spare.close_idle()

    def rows(
        self, courses: Collection[str] | None = None, *, lessons: Collection[str] | None = None
    ) -> tuple[LessonRow, ...]:
        """Reads these lessons of these courses, ordered by id; where none is named, all of them.

        Raises:
            BatchStoppedError: Also when row-level security leaves nothing to see.
        """
        wanted = {
            "courses": sorted(map(sendable, courses)) if courses else None,
            "lessons": sorted(map(sendable, lessons)) if lessons else None,
        }
        return self._ask(lambda connection: read_rows(connection, self._table, wanted))

    def row_security(self) -> RowSecurity | None:
        """Tells whether row-level security may hide rows from us."""
        return self._ask(lambda connection: row_security(look_up(connection, self._table), self._table))

    def shared_courses(self, courses: Collection[str]) -> list[str]:
        """Those of the courses that several machines share in this database (docs/cluster.md)."""
        return self._ask(lambda connection: shared_courses(connection, courses, self._dsn.place))

    def fill(self, fill: Fill) -> LinkResult:
        """Writes a video into a row that is empty, or holds the one that it replaces; a second call changes nothing.

        A row that has another title than the fill says may be another lesson's by now, and is not written.
        A row that holds the video already, in any spelling, keeps its id; only its address is written when that names
        no video or another one. Any other row is taken.

        Raises:
            LessonFailedError: The table does not take these values, or does not keep them, or a policy forbids it.
        """
        return self._ask(lambda connection: self._fill(connection, fill), subject=fill.subject)

    def fill_together(self, fills: Sequence[Fill]) -> frozenset[str]:
        """Writes several videos into rows that are empty, by one statement; a second call changes nothing.

        Returns:
            The lessons whose rows hold their videos now. Why another's does not, `fill` tells.
        """
        return self._ask(lambda connection: fill_together(connection, fills, self._table))

    def _fill(self, connection: BoundedConnection, fill: Fill) -> LinkResult:
        row = _EMPTY if fill.old_id is None else self._look(connection, fill.lesson_id)
        for _ in range(5):  # the row may be changed in between
            if row is None:
                return LinkResult(outcome=LinkOutcome.ROW_MISSING)
            if fill.is_in(row):
                return LinkResult(outcome=LinkOutcome.LINKED)
            if not fill.may_write_over(row):
                return LinkResult(outcome=LinkOutcome.ROW_TAKEN, found=fill.foreign_in(row))
            statement, values = update_of(fill, row, self._table)
            before, row = row, self._write(connection, statement, values, fill.is_in)
            if row == before and (title := other_title(connection, fill, self._table)) is not None:
                return LinkResult(outcome=LinkOutcome.ROW_RENAMED, found=title)
        raise of_lesson(hidden_rows(look_up(connection, self._table), self._table))

    def clear(self, lesson_id: str, video_id: str, address: str | None = None) -> bool:
        """Empties the lesson's row if it holds what was seen there; returns whether the row is empty now.

        A second call changes nothing.

        Args:
            lesson_id: The lesson.
            video_id: What named its video, as `LessonRow` has it.
            address: Its address, where that named another.
        """

        def ask(connection: BoundedConnection) -> bool:
            row = self._look(connection, lesson_id)
            if row is None or not any(row):
                return row is not None
            now = LessonRow.of(lesson_id, "", "", row)
            if (now.video_id, now.address) != (video_id, address):
                return False
            values = {"lesson_id": sendable(lesson_id), **found_in(row)}
            left = self._write(connection, statements.CLEAR_ROW, values, lambda row: not any(row))
            if left == row:
                raise of_lesson(hidden_rows(look_up(connection, self._table), self._table))
            return left is not None and not any(left)

        return self._ask(ask, subject=f"an empty row for lesson {lesson_id}")

    def _look(self, connection: BoundedConnection, lesson_id: str) -> Row | None:
        values = {"lesson_id": sendable(lesson_id)}
        row = connection.execute(with_names(statements.LOOK_AT_ROW, self._table), values).fetchone()
        return (row[0], row[1]) if row else None

    def _write(
        self,
        connection: BoundedConnection,
        statement: SQL,
        values: Mapping[str, object],
        is_kept: Callable[[Row], bool],
    ) -> Row | None:
        """Updates one row, looks at it after all triggers, and returns it; None where there is no such row.

        Raises:
            LessonFailedError: The statement met the row, which does not hold what was written; it is rolled back.
        """
        with connection.transaction():
            was_met = connection.execute(with_names(statement, self._table), values).rowcount > 0
            row = connection.execute(with_names(statements.LOOK_AT_ROW, self._table), values).fetchone()
            if was_met and row and not is_kept((row[0], row[1])):
                raise of_lesson(lost_update(connection, self._table, self._dsn.place, str(values["lesson_id"])))
        return (row[0], row[1]) if row else None

    def probe(self, lesson_ids: Sequence[str] = ()) -> DatabaseReport:
        """Checks whether lessons can be read and written, without changing anything; the report holds any problem.

        Args:
            lesson_ids: The lessons whose rows are written as they are, up to 20 of them until one can be written, in
                transactions that are rolled back; none takes any.
        """
        try:
            return self._ask(lambda connection: self._report(connection, lesson_ids))
        except KuploadError as error:
            return DatabaseReport(place=self._dsn.place, problem=error.what, hint=error.hint)

    def check_writable(self, lesson_ids: Sequence[str], *, so_far: str) -> None:
        """Writes lessons' rows as they are, up to 20 of them until one can be written, and rolls that back.

        A database that is down is no error here.

        Args:
            lesson_ids: The lessons; of none, nothing is checked.
            so_far: What was done up to now, in a sentence.

        Raises:
            BatchStoppedError: None of the rows may be written, or the database is read-only.
        """
        if not lesson_ids:
            return
        report = self.probe(lesson_ids)
        if report.reachable and report.problem:
            raise BatchStoppedError(f"{report.problem} {so_far}", report.hint)

    def _report(self, connection: BoundedConnection, lesson_ids: Sequence[str]) -> DatabaseReport:
        begun = self._clock()
        facts = facts_if_writable(connection, self._table, lesson_ids[0]) if lesson_ids else None
        is_surely_writable = facts is not None
        facts = facts or look_up(connection, self._table)
        seconds = self._clock() - begun
        problem = problem_of(facts, self._table, self._dsn.place)
        if not (problem or is_surely_writable):
            problem = refused_update(connection, self._table, facts, self._dsn.place, lesson_ids)
        may_update = {column.name for column in facts.columns if column.may_update}
        version = connection.info.server_version
        return DatabaseReport(
            place=self._dsn.place,
            problem=problem.what if problem else None,
            hint=problem.hint if problem else "",
            reachable=True,
            server_version=f"{version // 10000}.{version % 10000}",
            seconds=seconds,
            columns=tuple(column.name for column in facts.columns),
            may_update={self._table.video_id, self._table.video_url, self._table.duration} - {None} <= may_update,
            hides_rows=facts.hides_rows,
        )

    def _ask(self, question: Callable[[BoundedConnection], T], subject: str | None = None) -> T:
        """Asks over the connection that is kept, or over a new one: that one may have been closed meanwhile."""
        if (spare := self._spare.take()) is not None:
            try:
                return self._ask_over(spare, question, subject)
            except DatabaseDownError:
                if spare.is_late:
                    raise
        return self._ask_over(self._connected(), question, subject)

    def _connected(self) -> BoundedConnection:
        """A new connection. psycopg's errors hold the password, so ours are raised outside of theirs."""
        try:
            return BoundedConnection.connect(self._dsn.conninfo, autocommit=True, prepare_threshold=None)
        except psycopg.Error as error:
            failure = error_of(error, self._dsn.place)
        raise failure

    def _ask_over(
        self, connection: BoundedConnection, question: Callable[[BoundedConnection], T], subject: str | None
    ) -> T:
        with self._spare.leaving(connection):
            connection.allow(self._answer_timeout)
            try:
                return question(connection)
            except psycopg.Error as error:
                failure = self._late() if connection.is_late else self._explained(error, connection, subject)
            raise failure

    def _late(self) -> DatabaseDownError:
        return DatabaseDownError(
            f"The database {self._dsn.place} is not available: no answer within {self._answer_timeout:g} s."
        )

    def _explained(self, error: psycopg.Error, connection: BoundedConnection, subject: str | None) -> KuploadError:
        kind = kind_of(error)
        if kind is Kind.VALUE and subject:
            return LessonFailedError(
                f"The database {self._dsn.place} refuses {subject}: {detail_of(error)}.",
                "Change the constraint, the trigger or the column that refuses it, then run the same command again.",
            )
        if kind in {Kind.NAMES, Kind.RIGHTS}:
            with suppress(psycopg.Error):
                facts = look_up(connection, self._table)
                if problem := problem_of(facts, self._table, self._dsn.place):
                    return problem
                if kind is Kind.RIGHTS and facts.columns:
                    missing = missing_right(facts, self._table, self._dsn.place, detail_of(error))
                    return of_lesson(missing) if subject else missing
        return error_of(error, self._dsn.place)

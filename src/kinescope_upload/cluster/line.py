"""Asks the cluster's database: each question is a transaction of its own, over a few connections that threads share."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg
from psycopg.sql import SQL, Identifier

from kinescope_upload.cluster.settings import cluster_of
from kinescope_upload.database.connection import BoundedConnection
from kinescope_upload.database.dsn import clean_dsn
from kinescope_upload.database.failures import Kind, detail_of, error_of, kind_of
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg.sql import Composed

    from kinescope_upload.config import Settings

_T = TypeVar("_T")
_KEPT: Final = 3
"""Connections that stay open between questions."""
Row = tuple[Any, ...]


class Line:
    """Asks the database; threads may share it. A question may be asked twice, so it must bear that.

    Every method raises `DatabaseDownError` when the same question may be answered later, and `BatchStoppedError` when a
    person has to act first.

    Args:
        conninfo: Where the database is, in libpq's form.
        place: The same for messages.
        schema: The schema of the cluster's tables.
        patience: Seconds that an answer may take.
    """

    def __init__(self, conninfo: str, place: str, schema: str, *, patience: float = 10.0) -> None:
        self._conninfo = conninfo
        self.place = place
        self.schema = schema
        self._patience = patience
        self._lock = threading.Lock()
        self._idle: list[BoundedConnection] = []

    def ask(self, statement: SQL, *, patience: float | None = None, **values: object) -> list[Row]:
        """The rows that one statement returns; none where it returns nothing."""
        composed = self.named(statement)

        def question(connection: BoundedConnection) -> list[Row]:
            cursor = connection.execute(composed, values)
            return cursor.fetchall() if cursor.description else []

        return self.over(question, patience=patience)

    def together(self, question: Callable[[BoundedConnection], _T], *, patience: float = 120.0) -> _T:
        """What the question returns, which asks several statements in one transaction, in the cluster's schema."""

        def transaction(connection: BoundedConnection) -> _T:
            with connection.transaction():
                connection.execute(self.named(SEARCH_PATH))
                return question(connection)

        return self.over(transaction, patience=patience)

    def over(self, question: Callable[[BoundedConnection], _T], *, patience: float | None = None) -> _T:
        """What the question returns, asked over an open connection, or over a new one where that was closed."""
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        if idle is not None:
            with suppress(DatabaseDownError):
                return self._over(idle, question, patience)
            if idle.is_late:
                raise DatabaseDownError(self._late(patience))
        return self._over(self._connected(), question, patience)

    def named(self, statement: SQL) -> Composed:
        """The statement with the schema's name in it."""
        return statement.format(s=Identifier(self.schema))

    def close(self) -> None:
        """Closes the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _connected(self) -> BoundedConnection:
        try:
            return BoundedConnection.connect(self._conninfo, autocommit=True, prepare_threshold=None)
        except psycopg.Error as error:
            failure = error_of(error, self.place)
        raise failure  # psycopg's errors hold the password, so ours are raised outside of theirs

    def _over(
        self, connection: BoundedConnection, question: Callable[[BoundedConnection], _T], patience: float | None
    ) -> _T:
        try:
            connection.allow(patience or self._patience)
            result = question(connection)
        except psycopg.Error as error:
            connection.close()
            failure = self._error_of(error, connection, patience)
        except BaseException:
            connection.close()
            raise
        else:
            self._keep(connection)
            return result
        raise failure

    def _keep(self, connection: BoundedConnection) -> None:
        with self._lock:
            is_kept = len(self._idle) < _KEPT
            if is_kept:
                self._idle.append(connection)
        if not is_kept:
            connection.close()

    def _error_of(self, error: psycopg.Error, connection: BoundedConnection, patience: float | None) -> Exception:
        if connection.is_late:
            return DatabaseDownError(self._late(patience))
        if kind_of(error) is Kind.NAMES:
            return BatchStoppedError(
                f'The database {self.place} has no cluster in schema "{self.schema}" ({detail_of(error)}).',
                Hint("Make it once, from any machine: ", ("cluster", "init"), "."),
            )
        if kind_of(error) is Kind.RIGHTS:
            return BatchStoppedError(
                f"The database {self.place} refuses what the cluster needs: {detail_of(error)}.",
                Hint(
                    ("cluster", "init", "--print-sql"),
                    " prints what an administrator runs where this role may make no schema; then it needs USAGE on "
                    f'schema "{self.schema}" and its sequences, and SELECT, INSERT, UPDATE, DELETE on its tables.',
                ),
            )
        return error_of(error, self.place)

    def _late(self, patience: float | None) -> str:
        return f"The database {self.place} is not available: no answer within {patience or self._patience:g} s."


SEARCH_PATH: Final = SQL("SET LOCAL search_path TO {s}")


def line_of(settings: Settings) -> Line:
    """The line to the cluster's database, as the settings say.

    Raises:
        UsageError: The database is not set, or the connection string is malformed.
    """
    cluster = cluster_of(settings)
    url = settings.cluster_url or settings.needed_database_url()
    dsn = clean_dsn(url.reveal(), name="KUPLOAD_CLUSTER_URL" if settings.cluster_url else "DATABASE_URL")
    return Line(dsn.conninfo, dsn.place, cluster.schema, patience=max(2.0, cluster.lease / 6))


def first(rows: Sequence[Row]) -> Any:  # noqa: ANN401 - whatever the column holds
    """The first column of the first row; None where there is none."""
    return rows[0][0] if rows else None

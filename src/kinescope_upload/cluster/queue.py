"""Wakes workers: which lesson is whose turn. The only file that knows the engine, procrastinate.

The engine's tables lie in the cluster's schema, and its statements name them without one. So each goes in a transaction
with its own search path: that needs no session, and PgBouncer may give every transaction to another server. Its job
manager (`procrastinate.manager.JobManager`) is asked for single jobs; its worker, which would need a session, an event
loop and a database that is never away, is not used.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg
from procrastinate import exceptions
from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from psycopg.rows import dict_row
from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from kinescope_upload.cluster import refused_queues as refused
from kinescope_upload.cluster import statements
from kinescope_upload.cluster.line import first

if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine, Iterable

    from kinescope_upload.cluster.line import Line
    from kinescope_upload.database.connection import BoundedConnection

_T = TypeVar("_T")
_TASK: Final = "kupload.lesson"
ENGINE_VERSION: Final = metadata.version("procrastinate")
BEGUN: Final = 2_000_000_000
"""The priority of lessons whose upload is begun: it may expire."""
_FEW: Final = 20
"""So many of a library's lessons, the smallest, come before the large ones, and show soon that everything works."""
_LONGEST: Final = 128
"""Characters of a queue's name, as the engine has it."""
_LATER: Final = 600.0
"""Seconds after which a lesson is looked at again that too many machines refuse for a name."""
_AT_ONCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FROM_NOW: Final = SQL("SELECT now() + %(seconds)s * interval '1 second'")
"""By the database's clock: no machine's own is compared."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A lesson whose turn it is, until it is finished or put back."""

    job: Job

    @property
    def lesson_id(self) -> str:
        """The lesson."""
        return str(self.job.queueing_lock)


SILENCE: Final = SQL("ALTER TABLE {s}.procrastinate_jobs DISABLE TRIGGER USER")
"""Ends what the engine notes of every change of a job in a log and in notifications, which nobody here reads: that is
most of what a turn costs."""


def schema_sql() -> str:
    """What makes the engine's tables, types and functions."""
    return SchemaManager.get_schema()


def migrations_since(version: str) -> list[str]:
    """What brings tables of this version of the engine to the installed one, in order."""
    folder = Path(SchemaManager.get_migrations_path())
    scripts = sorted(folder.glob("*.sql"))
    return [script.read_text("utf-8") for script in scripts if _padded(version) < script.name[:8]]


class Queue:
    """The lessons' turns; threads may share it. Every method raises as `Line` does.

    Args:
        line: Asks the database.
        machine: This machine's name; empty for who takes no turns.
    """

    def __init__(self, line: Line, machine: str = "") -> None:
        self._line = line
        self._machine = machine
        self._manager = JobManager(_Connector(line))
        self._worker: int | None = None

    def register(self) -> None:
        """Makes this process known as a worker."""
        self._worker = _finished(self._manager.register_worker())

    def beat(self) -> None:
        """Says that this worker lives."""
        if self._worker is not None:
            _finished(self._manager.update_heartbeat(self._worker))

    def leave(self) -> None:
        """Takes this worker off; what it had goes to others."""
        if self._worker is not None:
            _finished(self._manager.unregister_worker(self._worker))

    def next(self, libraries: Iterable[str]) -> Turn | None:
        """The next lesson of these libraries; None where none waits."""
        assert self._worker is not None  # noqa: S101 - registered before
        libraries = list(libraries)
        names = [*libraries, *refused.others_refuse(self._line, libraries, self._machine)]
        try:
            job = _finished(self._manager.fetch_job(names, self._worker))
        except exceptions.ConnectorException:  # this worker was silent for so long that others took it off the list
            self.register()
            job = _finished(self._manager.fetch_job(names, self._worker))
        return Turn(job) if job else None

    def finish(self, turn: Turn) -> None:
        """Takes the lesson off the queue. Nothing happens where somebody else did."""
        with suppress(exceptions.ConnectorException):
            _finished(self._manager.finish_job(turn.job, Status.SUCCEEDED, delete_job=True))

    def put_back(self, turn: Turn, seconds: float, *, is_begun: bool = False) -> None:
        """Lets the lesson wait for so many seconds. Nothing happens where somebody else has it."""
        at = first(self._line.ask(_FROM_NOW, seconds=seconds))
        self._put_back(turn.job, at, BEGUN if is_begun else None)

    def refuse(self, turn: Turn, *, is_begun: bool = False) -> None:
        """Lets the lesson wait for other machines; nothing happens where somebody else has it."""
        name = refused.with_machine(turn.job.queue, self._machine)
        if len(name) > _LONGEST:
            self.put_back(turn, _LATER, is_begun=is_begun)
        else:
            self._put_back(turn.job, _AT_ONCE, BEGUN if is_begun else None, name)

    def sweep(self, silent: float, in_hand: Collection[str]) -> int:
        """Puts back what dead workers had, and what this one has forgotten; returns how many.

        Args:
            silent: Seconds without a word after which a worker counts as dead.
            in_hand: The lessons that this worker has.
        """
        _finished(self._manager.prune_stalled_workers(silent))
        dead = _finished(self._manager.get_stalled_jobs(seconds_since_heartbeat=silent))
        ours = self._manager.list_jobs(status="doing", worker_id=self._worker) if self._worker is not None else ()
        found = [*dead, *(job for job in ours if str(job.queueing_lock) not in in_hand)]
        for job in found:
            self._put_back(job, _AT_ONCE, None)
        return len(found)

    def give_turns(self, libraries: Iterable[str]) -> set[str]:
        """Gives every lesson of these libraries a turn that is to be done and has none; returns which those are.

        A process that was killed, or a queue that somebody emptied, leaves such lessons, too.
        """
        statement = self._line.named(statements.GIVE_TURNS)
        values = {"libraries": list(libraries), "task": _TASK, "begun": BEGUN, "few": _FEW}
        rows = self._line.together(lambda connection: connection.execute(statement, values).fetchall())
        return {lesson_id for (lesson_id,) in rows}

    def cancel(self, lesson_ids: Collection[str]) -> int:
        """Takes waiting lessons off the queue; returns how many waited."""
        wanted = frozenset(lesson_ids)
        jobs = [job for job in self._manager.list_jobs(status="todo") if str(job.queueing_lock) in wanted]
        ids = [job.id for job in jobs if job.id is not None]
        return sum(self._manager.cancel_job_by_id(one, delete_job=True) for one in ids)

    def waiting(self) -> dict[str, int]:
        """How many lessons wait in each library."""
        numbers = Counter[str]()
        for queue in self._manager.list_queues():
            numbers[refused.library_of(queue["name"])] += int(queue["todo"])
        return {library: number for library, number in numbers.items() if number}

    def _put_back(self, job: Job, at: datetime, priority: int | None, name: str | None = None) -> None:
        with suppress(exceptions.ConnectorException, exceptions.UniqueViolation):  # another job of it waits already
            _finished(self._manager.retry_job(job, at, priority, name))


def _finished(work: Coroutine[Any, Any, _T]) -> _T:
    """What a coroutine returns that waits for nothing: ours ask the database at once."""
    try:
        work.send(None)
    except StopIteration as end:
        result: _T = end.value
        return result
    raise AssertionError("the engine waits for something else than the database")


def _padded(version: str) -> str:
    return ".".join(f"{int(part):02d}" for part in version.split(".")[:3])


class _Connector(BaseConnector):
    """Has the engine's statements asked over our line, each in a transaction with the cluster's search path."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def get_sync_connector(self) -> BaseConnector:
        """Itself."""
        return self

    def execute_query(self, query: str, **arguments: Any) -> None:  # noqa: ANN401 - the engine's
        """Asks a statement that returns nothing."""
        self._asked(query, arguments)

    def execute_query_one(self, query: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - the engine's
        """The first row of a statement's answer."""
        rows = self._asked(query, arguments)
        if not rows:
            raise exceptions.NoResult
        return rows[0]

    def execute_query_all(self, query: str, **arguments: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the engine's
        """The rows of a statement's answer."""
        return self._asked(query, arguments)

    async def execute_query_async(self, query: str, **arguments: Any) -> None:  # noqa: ANN401 - the engine's
        """Asks at once."""
        self._asked(query, arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """Asks at once."""
        return self.execute_query_one(query, **arguments)

    async def execute_query_all_async(
        self,
        query: str,
        **arguments: Any,  # noqa: ANN401 - the engine's
    ) -> list[dict[str, Any]]:
        """Asks at once."""
        return self._asked(query, arguments)

    def _asked(self, query: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        def question(connection: BoundedConnection) -> list[dict[str, Any]] | Exception:
            try:
                return _rows(connection, query, arguments)
            except exceptions.ConnectorException as error:
                return error  # is no failure of the line

        answer = self._line.together(question, patience=30)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _rows(connection: psycopg.Connection[Any], query: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(query.encode(), {name: _sent(value) for name, value in arguments.items()})
            return cursor.fetchall() if cursor.description else []
    except psycopg.errors.UniqueViolation as error:
        raise exceptions.UniqueViolation(constraint_name=error.diag.constraint_name, queueing_lock=None) from error
    except (psycopg.errors.RaiseException, psycopg.errors.ForeignKeyViolation) as error:
        raise exceptions.ConnectorException(str(error)) from error


def _sent(value: Any) -> Any:  # noqa: ANN401 - the engine's
    """The value as PostgreSQL takes it."""
    match value:
        case dict():
            return Jsonb(value)
        case list():
            return [_sent(one) for one in value]
        case tuple():
            return tuple(_sent(one) for one in value)
        case _:
            return value

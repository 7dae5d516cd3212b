"""Opens connections to the database on which no answer is waited for without end."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg.abc import PQGen

T = TypeVar("T")


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that closes itself when its time is up: libpq waits for an answer without end.

    psycopg resumes whatever waits for an answer several times a second, on every system, so no other thread has to
    wake it; a socket that another thread shuts down wakes no wait on Windows (python/cpython#91913).

    Attributes:
        is_late: Whether the time was up before an answer was whole.
    """

    is_late = False
    _ends_at = float("inf")
    _clock: Callable[[], float] = staticmethod(time.monotonic)

    @contextmanager
    def in_one_round_trip(self, end: str = "COMMIT") -> Iterator[None]:
        """Sends the statements of the block together, in a transaction of their own, and waits for all answers once.

        Args:
            end: How the transaction ends where every statement succeeds.

        Raises:
            psycopg.Error: What the first statement that failed raises; nothing is changed then.
        """
        try:
            with self.pipeline():  # `transaction` would wait after its own statements
                self.execute("BEGIN")
                yield
                self.execute(end.encode())
        except psycopg.Error:
            if not self.closed:
                self.rollback()
            raise

    def allow(self, seconds: float) -> None:
        """Allows this many seconds from now for all answers together."""
        self._ends_at = self._clock() + seconds

    def wait(self, gen: PQGen[T], *options: Any, **named_options: Any) -> T:  # noqa: ANN401 - psycopg's own
        """Waits for an answer as psycopg does.

        Raises:
            psycopg.OperationalError: The time is up; the connection is closed.
        """
        return super().wait(self._in_time(gen), *options, **named_options)

    def _in_time(self, answer: PQGen[T]) -> PQGen[T]:
        try:
            wanted = next(answer)
            while True:
                ready = yield wanted
                if self._clock() >= self._ends_at:
                    self.is_late = True
                    self.pgconn.finish()  # or psycopg would ask the silent server to cancel, and wait again
                    raise psycopg.OperationalError("no answer in time")
                wanted = answer.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result

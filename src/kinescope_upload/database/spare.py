"""Keeps one open connection between calls, for seconds only."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kinescope_upload.database.connection import BoundedConnection

KEPT_OPEN: Final = 10.0
"""Seconds for which a connection waits for the next call."""
_TICK: Final = 1.0
"""Seconds between two looks at a connection that nobody may need any more."""


class Spare:
    """The connection that the last call left open for the next one. Threads may share it.

    Nobody may hold one for long: poolers count them, and servers close those that say nothing.

    Args:
        clock: Gives monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: BoundedConnection | None = None
        self._left_at = 0.0
        self._longest = 0.0

    @contextmanager
    def kept_open(self, seconds: float) -> Iterator[None]:
        """Keeps a connection for this long after each call within the block; otherwise every call closes its own.

        A thread closes it when its time is up. A block may hold another one, whose end closes the connection.
        """
        before, self._longest = self._longest, seconds
        ended = threading.Event()
        threading.Thread(target=self._close_in_time, args=(ended,), name="kupload-database", daemon=True).start()
        try:
            yield
        finally:
            ended.set()
            self._longest = 0.0
            self.close_idle()
            self._longest = before

    def _close_in_time(self, ended: threading.Event) -> None:
        while not ended.wait(_TICK):
            self.close_idle()

    def take(self) -> BoundedConnection | None:
        """Gives the connection away, unless it is too old; None where there is none."""
        self.close_idle()
        with self._lock:
            connection, self._connection = self._connection, None
        return connection

    @contextmanager
    def leaving(self, connection: BoundedConnection) -> Iterator[None]:
        """Leaves the connection for the next call after the block; closes it where the block raises."""
        try:
            yield
        except BaseException:
            connection.close()
            raise
        with self._lock:
            is_kept = self._longest > 0 and self._connection is None
            if is_kept:
                self._connection, self._left_at = connection, self._clock()
        if not is_kept:
            connection.close()

    def close_idle(self) -> None:
        """Closes the connection when nobody has used it for too long."""
        with self._lock:
            if self._connection is None or self._clock() - self._left_at < self._longest:
                return
            connection, self._connection = self._connection, None
        connection.close()

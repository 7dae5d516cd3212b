"""Locks that all machines share, each for as long as its holder lives: they end with the holder's lease."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from kinescope_upload.cluster import statements
from kinescope_upload.errors import DatabaseDownError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from kinescope_upload.cluster.holds import Holds
    from kinescope_upload.upload import Record

_LOOK: Final = 0.5
"""Seconds between two tries to take a lock that another machine holds."""


@contextmanager
def locked(holds: Holds, key: str) -> Iterator[None]:
    """Waits until no other machine is at work under this key; then nobody else is while the block runs.

    Raises:
        DatabaseDownError: The database does not answer.
        InterruptedRunError: The work ends.
    """
    while not holds.line.ask(statements.LOCK, key=key, me=holds.me, lease=holds.lease.seconds):
        holds.pause(_LOOK)
    try:
        yield
    finally:
        with suppress(DatabaseDownError):  # it ends by itself
            holds.line.ask(statements.UNLOCK, key=key, me=holds.me)


def apart(holds: Holds, record: Record, alone: AbstractContextManager[object]) -> AbstractContextManager[object]:
    """Keeps creations apart whose videos could be taken for each other's, in this process and on all machines.

    Args:
        holds: This process.
        record: The lesson's record.
        alone: Does so in this process.
    """
    return _both(holds, f"video {record.parent_id} {record.title}", alone)


@contextmanager
def _both(holds: Holds, key: str, alone: AbstractContextManager[object]) -> Iterator[None]:
    with alone, locked(holds, key):
        yield

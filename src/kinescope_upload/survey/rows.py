"""Reads the selected courses' rows, and waits while the database is full."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from kinescope_upload.errors import BatchStoppedError, DatabaseDownError
from kinescope_upload.events import WaitKind, WaitStarted, waiting
from kinescope_upload.policy.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Reading
    from kinescope_upload.events import Emit
    from kinescope_upload.model import LessonRow


def read_rows(
    settings: Settings,
    read: Reading,
    emit: Emit,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, LessonRow]:
    """The selected courses' rows by lesson id, in one query; `pause` waits while the database is full.

    Args:
        settings: How often a full database is asked again.
        read: Reads them.
        emit: Is told of the wait.
        pause: Waits that many seconds.

    Raises:
        BatchStoppedError: The database does not answer or refuses.
    """
    try:
        policy = RetryPolicy(retries=settings.retries, base=settings.retry_base)
        return {row.lesson_id: row for row in _patiently(read, policy, emit, pause)}
    except DatabaseDownError as error:
        raise BatchStoppedError(error.what, f"Nothing was sent. {error.remedy}, or go without it: --no-db.") from error


def _patiently(read: Reading, policy: RetryPolicy, emit: Emit, pause: Callable[[float], None]) -> tuple[LessonRow, ...]:
    """Reads again while the database's connections are all in use: others give theirs back."""
    waits = policy.waits(random.random)
    with ExitStack() as shown:
        for number, seconds in enumerate(waits):
            try:
                return read()
            except DatabaseDownError as error:
                if not error.is_full:
                    raise
                if number == 0:
                    wait = WaitStarted(kind=WaitKind.DATABASE, reason=error.what, longest=sum(waits))
                    shown.enter_context(waiting(emit, wait, time.monotonic))
            pause(seconds)
        return read()

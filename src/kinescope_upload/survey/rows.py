"""Reads the selected courses' rows, also of a full database; says where it may hide some, and who shares them."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import BatchStoppedError, DatabaseDownError, UsageError
from kinescope_upload.model import Doubt
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.text import first_few
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Reading
    from kinescope_upload.database.diagnosis import RowSecurity
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.events import Emit
    from kinescope_upload.model import LessonRow
    from kinescope_upload.survey.survey import Survey

_NAMED: Final = 10
"""Courses that are named; the rest is counted."""


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
    with _without_database_nothing():
        policy = RetryPolicy(retries=settings.retries, base=settings.retry_base)
        return {row.lesson_id: row for row in _patiently(read, policy, emit, pause)}


def check_alone(settings: Settings, courses: Collection[str], database: LessonsDatabase | None) -> None:
    """Checks that no cluster has these courses that this machine has no part in: both would upload or change them.

    A database that does not answer is no error here: nothing can be linked meanwhile.

    Raises:
        UsageError: One has.
    """
    shared: list[str] = []
    with suppress(DatabaseDownError):
        shared = database.shared_courses(courses) if database and courses and settings.cluster is None else []
    if shared:
        raise UsageError(
            f"Several machines share the work on {first_few(shared)}, and this one is none of them: kupload.toml has "
            "no [cluster]. Nothing was sent or changed.",
            Hint("Add [cluster] (docs/cluster.md); on a machine that has it, ", ("cluster", "export"), " ends that."),
        )


def hidden_courses(survey: Survey, ask: Callable[[], RowSecurity | None]) -> Doubt | None:
    """Doubts that courses of the library have no rows, where row-level security may hide them; else None.

    Args:
        survey: The library and the rows that we see.
        ask: Asks the database whether row-level security applies to our role; only where a course has no row.

    Raises:
        BatchStoppedError: The database does not answer or refuses.
    """
    unseen = sorted(set(survey.courses) - set(survey.known_courses))
    with _without_database_nothing():
        security = ask() if unseen else None
    if security is None:
        return None
    have = "course {} has" if len(unseen) == 1 else "courses {} have"
    reason = f"{security.what}: {have.format(first_few(unseen, most=_NAMED))} no row here"
    return Doubt(course=None, subject="database", reason=reason, hint=security.hint)


@contextmanager
def _without_database_nothing() -> Iterator[None]:
    try:
        yield
    except DatabaseDownError as error:
        raise BatchStoppedError(error.what, f"Nothing was sent. {error.remedy}, or go without it: --no-db.") from error


def _patiently(read: Reading, policy: RetryPolicy, emit: Emit, pause: Callable[[float], None]) -> tuple[LessonRow, ...]:
    """Reads again while the database's connections are all in use: others give theirs back."""
    from kinescope_upload.events import WaitKind, WaitStarted, waiting  # noqa: PLC0415 - without a database, nobody waits

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

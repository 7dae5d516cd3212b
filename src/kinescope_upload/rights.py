"""The cheap part of `kupload doctor`, which every run does itself before its first byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.events import Emit, Warned
from kinescope_upload.plan import Decision

if TYPE_CHECKING:
    from kinescope_upload.kinescope import KinescopeApi
    from kinescope_upload.lessons import LessonsDatabase
    from kinescope_upload.plan import Plan

__all__ = ["check_rights"]


def check_rights(
    plan: Plan, kinescope: KinescopeApi, database: LessonsDatabase | None, emit: Emit, *, unused_id: str
) -> None:
    """Returns when the plan's work can be done to its end, as far as can be told without doing it.

    Kinescope is asked twice at the most, and only when bytes are to be sent; the database once, when rows are to be
    written. A database that does not answer is no finding here: rows can be written later.

    Args:
        plan: What the run is going to do.
        kinescope: The management API.
        database: The lessons; None when the run goes without them.
        emit: Hears of what cannot be told.
        unused_id: An id that no video has.

    Raises:
        BatchStoppedError: The token is refused or may not delete, or the rows may not be written.
        TryAgainError: Kinescope does not answer now.
    """
    if any(lesson.decision is not Decision.LINK for lesson in plan.work):
        _check_token(kinescope, emit, unused_id)
    if plan.work and database is not None:
        _check_database(database)


def _check_token(kinescope: KinescopeApi, emit: Emit, unused_id: str) -> None:
    match kinescope.may_delete(unused_id):
        case False:
            raise BatchStoppedError(
                "The token may not delete videos, and an upload that breaks off badly leaves one behind that has to be "
                "deleted. Nothing was sent.",
                "Give the token the right to delete at Kinescope, then run the same command again.",
            )
        case None:
            emit(Warned(message="Kinescope does not tell whether the token may delete videos; see `kupload doctor`."))


def _check_database(database: LessonsDatabase) -> None:
    report = database.probe()
    if report.reachable and report.problem:
        raise BatchStoppedError(f"{report.problem} Nothing was sent.", report.way_out)

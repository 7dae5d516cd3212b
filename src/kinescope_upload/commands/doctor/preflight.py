"""The cheap part of `kupload doctor`, which every run does itself before its first byte."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from kinescope_upload.errors import (
    BatchStoppedError,
    ThrottledError,
    TryAgainError,
    UnreachableError,
)
from kinescope_upload.events import Emit, Warned
from kinescope_upload.kinescope.access_tokens import NOTHING_TOLD, TokenFacts
from kinescope_upload.plan import Decision

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope
    from kinescope_upload.database import LessonsDatabase
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.plan import Plan

__all__ = ["check_rights"]


def check_rights(
    plan: Plan, kinescope: Kinescope, database: LessonsDatabase | None, settings: Settings, emit: Emit
) -> None:
    """Returns when the plan's work can be done to its end, as far as can be told without doing it.

    Kinescope is asked once where its list of access tokens tells what is needed, else three times at the most, and only
    when bytes are to be sent; the database once, when rows are to be written. A database that does not answer is no
    finding here: rows can be written later.

    Args:
        plan: What the run is going to do.
        kinescope: Kinescope; uploads by Tus are created in the workspace that is found here.
        database: The lessons; None when the run goes without them.
        settings: The dialect, and the workspace if it is set.
        emit: Hears of what cannot be told.

    Raises:
        BatchStoppedError: The token is refused or may not delete, or the rows may not be written.
        UsageError: The workspace's id is needed, not set, and not told.
        TryAgainError: Kinescope does not answer now.
    """
    if any(lesson.decision is not Decision.LINK for lesson in plan.work):
        if settings.lacks_workspace:
            message = kinescope.api.token_facts()
            kinescope.uploader.use_workspace(settings.needed_workspace_id(message.workspace_id))
        else:
            message = _facts_if_told(kinescope.api)
        _check_delete(kinescope.api, message, emit)
    if plan.work and database is not None:
        _check_database(database)


def _facts_if_told(api: KinescopeApi) -> TokenFacts:
    """What the list of access tokens tells; a list that cannot be had is no reason to stop."""
    try:
        return api.token_facts()
    except (UnreachableError, ThrottledError):
        raise  # the next question would meet the same
    except TryAgainError:
        return NOTHING_TOLD


def _check_delete(api: KinescopeApi, message: TokenFacts, emit: Emit) -> None:
    """Returns when the token may delete, or nothing proves that it may not.

    A list that says "yes" is believed. One that says "no" may be wrong, so only a trial that is refused ends the run.
    """
    if message.may_delete:
        return
    match api.may_delete(str(uuid.uuid4())):
        case False:
            raise BatchStoppedError(
                "The token may not delete videos, and an upload that breaks off badly leaves one behind that has to be "
                "deleted. Nothing was sent.",
                "Give the token the right to delete at Kinescope, then run the same command again.",
            )
        case _ if message.may_delete is False:
            emit(
                Warned(
                    message="Kinescope's list of access tokens says that the token may not delete videos, and a trial "
                    "was not refused; see `kupload doctor`."
                )
            )
        case None:
            emit(Warned(message="Kinescope does not tell whether the token may delete videos; see `kupload doctor`."))


def _check_database(database: LessonsDatabase) -> None:
    report = database.probe()
    if report.reachable and report.problem:
        raise BatchStoppedError(f"{report.problem} Nothing was sent.", report.hint)

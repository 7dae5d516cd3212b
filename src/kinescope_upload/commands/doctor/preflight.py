"""Checks the rights of token and database before the first byte of a run: the cheap part of `kupload doctor`."""

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
from kinescope_upload.survey.rows import check_alone
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.plan import Plan


def check_rights(plan: Plan, kinescope: Kinescope, settings: Settings, emit: Emit) -> None:
    """Checks that the token may do what the plan needs, as far as that is known without doing it.

    When there are bytes to send, this asks Kinescope once if its list of access tokens answers, else three times at
    most.

    Args:
        plan: What the run will do.
        kinescope: The connection to Kinescope; sets the workspace for uploads by Tus.
        settings: The dialect, and the workspace if it is set.
        emit: Receives a warning for each right that stays unknown.

    Raises:
        BatchStoppedError: The token is refused or may not delete.
        UsageError: The workspace's id is needed, not set, and unknown.
        TryAgainError: Kinescope does not answer now.
    """
    if any(lesson.decision is not Decision.LINK for lesson in plan.work):
        if settings.lacks_workspace:
            facts = kinescope.api.token_facts()
            kinescope.uploader.use_workspace(settings.needed_workspace_id(facts.workspace_id))
        else:
            facts = _known_facts(kinescope.api)
        _check_delete(kinescope.api, facts, emit)


def check_database(plan: Plan, settings: Settings, database: LessonsDatabase | None) -> None:
    """Checks that nobody else works on these courses, and that rows can be written: over one connection.

    Raises:
        UsageError: Several machines share the work on one of them.
        BatchStoppedError: None of the rows may be written, as far as they were tried.
    """
    check_alone(settings, {one.course for one in plan.work}, database)
    check_rows(plan, database)


def check_rows(plan: Plan, database: LessonsDatabase | None) -> None:
    """Checks that rows of the plan can be written, where there are any.

    A database that does not answer is no error here: rows can be written later.

    Args:
        plan: What the run will do.
        database: The lessons; None for a run without them.

    Raises:
        BatchStoppedError: None of the rows may be written, as far as they were tried.
    """
    if database is not None:
        database.check_writable([lesson.lesson_id for lesson in plan.work], so_far="Nothing was sent.")


def _known_facts(api: KinescopeApi) -> TokenFacts:
    """Reads the list of access tokens; an unreadable list does not stop the run."""
    try:
        return api.token_facts()
    except (UnreachableError, ThrottledError):
        raise  # the next request would fail in the same way
    except TryAgainError:
        return NOTHING_TOLD


def _check_delete(api: KinescopeApi, facts: TokenFacts, emit: Emit) -> None:
    """Stops the run when the token may certainly not delete.

    A list that says "yes" is trusted. One that says "no" may be wrong, so only a refused test request stops the run.
    """
    if facts.may_delete:
        return
    match api.may_delete(str(uuid.uuid4())):
        case False:
            raise BatchStoppedError(
                "The token may not delete videos, and an upload that cannot be resumed has to be deleted. "
                "Nothing was sent.",
                "Grant it the right to delete at Kinescope, then run the same command again.",
            )
        case _ if facts.may_delete is False:
            emit(
                Warned(
                    message=Hint(
                        "Kinescope's list of access tokens says that the token may not delete videos, and a test "
                        "request was not refused; see ",
                        ("doctor",),
                        ".",
                    )
                )
            )
        case None:
            message = "Kinescope does not say whether the token may delete videos; see "
            emit(Warned(message=Hint(message, ("doctor",), ".")))

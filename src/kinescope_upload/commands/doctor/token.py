"""Checks the token's workspace and its right to delete for `kupload doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.check import Check, Standing
from kinescope_upload.errors import BatchStoppedError, ForeignAnswerError, KuploadError, UsageError
from kinescope_upload.kinescope.access_tokens import NOTHING_TOLD, TokenFacts
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.config import Settings
    from kinescope_upload.kinescope.management_api import KinescopeApi

_LIST: Final = "Kinescope's list of access tokens"


def known_facts(api: KinescopeApi) -> TokenFacts:
    """Reads Kinescope's list of access tokens; `NOTHING_TOLD` when it cannot be read.

    Raises:
        ForeignAnswerError: Somebody else answered.
    """
    try:
        return api.token_facts()
    except ForeignAnswerError:
        raise
    except KuploadError:
        return NOTHING_TOLD


def is_another_workspace(settings: Settings, facts: TokenFacts) -> bool:
    """Tells whether a workspace is set that is not the token's."""
    return None not in {settings.workspace_id, facts.workspace_id} and settings.workspace_id != facts.workspace_id


def check_workspace(settings: Settings, facts: TokenFacts) -> Iterator[Check]:
    """Checks which workspace is used and who names it; no check when none is known and none needed."""
    origin = settings.origins["workspace_id"]
    match settings.workspace_id, facts.workspace_id:
        case None, None:
            if settings.lacks_workspace:
                yield _missing_workspace(settings)
        case None, told:
            need = "" if settings.dialect is Dialect.TUS else f' The dialect "{settings.dialect}" does not need it.'
            yield _of_workspace(Standing.GOOD, f"{told}, from {_LIST}.{need}")
        case named, None:
            yield _of_workspace(Standing.GOOD, f"{named} ({origin}); {_LIST} does not name the token's.")
        case named, told if named == told:
            yield _of_workspace(Standing.GOOD, f"{named} ({origin}), as {_LIST} says.")
        case named, told:
            standing = Standing.WRONG_HERE if settings.dialect is Dialect.TUS else Standing.NOTE
            what = f"{origin} names workspace {named}, and {_LIST} says that the token belongs to another."
            yield _of_workspace(standing, what, f"Set KINESCOPE_WORKSPACE_ID to {told}.")


def _of_workspace(standing: Standing, message: str, hint: str = "") -> Check:
    return Check.of("workspace", standing, message, hint)


def _missing_workspace(settings: Settings) -> Check:
    try:
        settings.needed_workspace_id(None)
    except UsageError as error:
        return Check.of_error("workspace", error, Standing.WRONG_HERE)
    raise AssertionError("the workspace is not missing")


def check_right_to_delete(api: KinescopeApi, facts: TokenFacts, unused_id: str) -> Check:
    """Trusts a list of access tokens that says "yes"; else tries to delete a video that does not exist."""
    if facts.may_delete:
        return _of_delete(Standing.GOOD, f"The token may delete videos ({_LIST} says so).")
    try:
        may_delete = api.may_delete(unused_id)
    except KuploadError as error:
        is_fatal = isinstance(error, BatchStoppedError)
        return Check.of_error("delete", error, Standing.WRONG_OUTSIDE if is_fatal else Standing.UNKNOWN)
    match may_delete:
        case False:
            message = "The token may not delete videos, and an upload that cannot be resumed has to be deleted."
            return _of_delete(Standing.WRONG_OUTSIDE, message, "Grant it the right to delete at Kinescope.")
        case _ if facts.may_delete is False:
            message = f"{_LIST} says that the token may not delete videos, and a test request was not refused."
            return _of_delete(Standing.UNKNOWN, message, "Check the token's rights at Kinescope.")
        case True:
            return _of_delete(Standing.GOOD, "The token may delete videos (tested with an id that no video has).")
        case _:
            return _of_delete(Standing.UNKNOWN, "Kinescope does not say whether the token may delete videos.")


def _of_delete(standing: Standing, message: str, hint: str = "") -> Check:
    return Check.of("delete", standing, message, hint)

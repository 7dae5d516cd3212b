"""Words for the answers of Kinescope that are no success, and which kind of error each one is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import (
    AbsentError,
    BatchStoppedError,
    KuploadError,
    LessonFailedError,
    LockedError,
    ThrottledError,
    TryAgainError,
)
from kinescope_upload.kinescope.api_errors import NOT_UNDERSTOOD
from kinescope_upload.kinescope.tus import Answer, Meaning, retry_after

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["error_for"]

_TOO_LARGE = 413
_TOO_MANY_REQUESTS = 429


def error_for(meaning: Meaning, answer: Answer, *, action: str, now: datetime) -> KuploadError:
    """The error for an answer that nobody handles otherwise.

    Args:
        meaning: What the answer means to this kind of request.
        answer: The answer.
        action: What was asked for, to follow "Kinescope … " ("create the upload").
        now: The server's present time (UTC).
    """
    words = f"{answer.status} {answer.error_text}".strip()
    reference = answer.request_id
    match meaning:
        case Meaning.TOKEN_REFUSED:
            return BatchStoppedError(
                f"Kinescope does not accept the token (asked to {action}: {words}).",
                "Check KINESCOPE_API_KEY, then run the same command again.",
                request_id=reference,
            )
        case Meaning.UNPAID:
            return BatchStoppedError(
                f"Kinescope asks for payment or a larger plan (asked to {action}: {words}).",
                "Settle that at Kinescope, then run the same command again.",
                request_id=reference,
            )
        case Meaning.EMAIL_UNCONFIRMED:
            return BatchStoppedError(
                f"Kinescope wants the account's e-mail address confirmed first (asked to {action}: {words}).",
                "Confirm it at Kinescope, then run the same command again.",
                request_id=reference,
            )
        case Meaning.RIGHT_MISSING:
            return BatchStoppedError(
                f"The token lacks the right to {action} ({words}).",
                "Give the token that right at Kinescope, then run the same command again.",
                request_id=reference,
            )
        case _:
            return _passing_or_final(meaning, answer, action=action, now=now)


def _passing_or_final(meaning: Meaning, answer: Answer, *, action: str, now: datetime) -> KuploadError:
    words = f"{answer.status} {answer.error_text}".strip()
    reference = answer.request_id
    wait = retry_after(answer, now)
    match meaning:
        case Meaning.THROTTLED:
            what, may_be_done = f"Kinescope asks to slow down ({words}).", answer.status != _TOO_MANY_REQUESTS
            return ThrottledError(what, retry_after=wait, request_id=reference, may_be_done=may_be_done)
        case Meaning.LOCKED:
            what = f"Kinescope still holds the upload for an earlier request ({words})."
            return LockedError(what, retry_after=wait, request_id=reference)
        case Meaning.DAMAGED:
            return TryAgainError(f"Bytes were damaged on the way ({words}).", request_id=reference)
        case Meaning.TROUBLE:
            what = f"Kinescope has trouble (asked to {action}: {words})."
            return TryAgainError(what, retry_after=wait, request_id=reference)
        case Meaning.GONE:
            return AbsentError(f"Kinescope has no such thing (asked to {action}: {words}).", request_id=reference)
        case _:
            return _final(meaning, answer, action=action)


def _final(meaning: Meaning, answer: Answer, *, action: str) -> LessonFailedError:
    words = f"{answer.status} {answer.error_text}".strip()
    if meaning is Meaning.NAME_TAKEN:
        what, hint = f"Kinescope has something of that name already (asked to {action}: {words}).", ""
    elif answer.error_code in NOT_UNDERSTOOD:
        what = f"Kinescope does not understand the request (asked to {action}: {words})."
        hint = "This is a mistake in kupload: please report it with the X-Request-ID."
    elif answer.status == _TOO_LARGE:
        what, hint = f"The file is too large for the Kinescope plan ({words}).", "Get a larger plan."
    else:
        what, hint = f"Kinescope refuses to {action} ({words}).", ""
    return LessonFailedError(what, hint, request_id=answer.request_id)

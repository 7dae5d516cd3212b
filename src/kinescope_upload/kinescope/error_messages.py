"""Words the errors for the answers of Kinescope that are no success. Pure."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import (
    AbsentError,
    BatchStoppedError,
    KuploadError,
    LessonFailedError,
    LockedError,
    ThrottledError,
    TryAgainError,
    UnavailableError,
)
from kinescope_upload.kinescope.api_errors import NOT_UNDERSTOOD
from kinescope_upload.kinescope.tus import Answer, Meaning, retry_after
from kinescope_upload.text import format_duration

if TYPE_CHECKING:
    from datetime import datetime

_ABSENT = frozenset({404, 410})
_TOO_LARGE = 413
_UNAVAILABLE = frozenset({502, 503, 504})
_TOO_MANY_REQUESTS = 429
_LONG: Final = 3600.0
"""Seconds; the end of a longer wait is told by the clock."""


_AGAIN: Final = ", then run the same command again."
_STOPS_THE_BATCH: Final = {
    Meaning.TOKEN_REFUSED: ("Kinescope does not accept the token", f"Check KINESCOPE_API_KEY{_AGAIN}"),
    Meaning.UNPAID: ("Kinescope asks for payment or a larger plan", f"Pay or upgrade at Kinescope{_AGAIN}"),
    Meaning.EMAIL_UNCONFIRMED: (
        "Kinescope wants the account's e-mail address confirmed first",
        f"Confirm it at Kinescope{_AGAIN}",
    ),
}
"""What is wrong, and what to do about it, by the meanings that no lesson can succeed after."""


def error_for(meaning: Meaning, answer: Answer, *, action: str, now: datetime) -> KuploadError:
    """Words the error for an answer that the caller does not handle itself.

    Args:
        meaning: What the answer means to this kind of request.
        answer: The answer.
        action: The request in words that follow "to" ("create the upload").
        now: The server's present time (UTC).
    """
    said, request_id = f"{answer.status} {answer.error_text}".strip(), answer.request_id
    asked, wait = f"(asked to {action}: {said})", retry_after(answer, now)
    match meaning:
        case Meaning.TOKEN_REFUSED | Meaning.UNPAID | Meaning.EMAIL_UNCONFIRMED:
            what, hint = _STOPS_THE_BATCH[meaning]
            return BatchStoppedError(f"{what} {asked}.", hint, request_id=request_id)
        case Meaning.RIGHT_MISSING:
            what, hint = f"The token lacks the right to {action} ({said}).", f"Grant it at Kinescope{_AGAIN}"
            return BatchStoppedError(what, hint, request_id=request_id)
        case Meaning.THROTTLED:
            what = f"Kinescope asks to slow down{_until(wait, now)} ({said})."
            may_be_done = answer.status != _TOO_MANY_REQUESTS
            return ThrottledError(what, retry_after=wait, request_id=request_id, may_be_done=may_be_done)
        case Meaning.LOCKED:
            what = f"Kinescope is still busy with an earlier request for this upload ({said})."
            return LockedError(what, retry_after=wait, request_id=request_id)
        case Meaning.DAMAGED:
            return TryAgainError(f"Bytes were damaged in transit ({said}).", request_id=request_id)
        case Meaning.TROUBLE:
            return _trouble(answer, f"Kinescope has a problem {asked}.", wait)
        case Meaning.GONE:
            return AbsentError(f"Kinescope did not find it {asked}.", request_id=request_id)
        case _:
            return _final(meaning, answer, action=action)


def _until(wait: float | None, now: datetime) -> str:
    """Words how long a wait is that Kinescope asks for; a long one by its end."""
    if not wait:
        return ""
    if wait >= _LONG:
        with suppress(OverflowError):
            return f" until {now + timedelta(seconds=wait):%Y-%m-%d %H:%M} UTC"
    return f" for {format_duration(wait)}"


def _trouble(answer: Answer, what: str, wait: float | None) -> TryAgainError:
    if answer.status in _UNAVAILABLE:
        return UnavailableError(what, url=answer.url, retry_after=wait, request_id=answer.request_id)
    return TryAgainError(what, retry_after=wait, request_id=answer.request_id)


def _final(meaning: Meaning, answer: Answer, *, action: str) -> LessonFailedError:
    said = f"{answer.status} {answer.error_text}".strip()
    hint = ""
    if meaning is Meaning.NAME_TAKEN:
        what = f"Kinescope has something of that name already (asked to {action}: {said})."
    elif answer.error_code in NOT_UNDERSTOOD:
        what = f"Kinescope does not understand the request (asked to {action}: {said})."
        hint = "This is a bug in kupload: please report it with the X-Request-ID."
    elif answer.status == _TOO_LARGE:
        what, hint = f"The file is too large for the Kinescope plan ({said}).", "Get a larger plan."
    elif answer.status in _ABSENT:
        return AbsentError(f"Kinescope refuses to {action} ({said}).", request_id=answer.request_id)
    else:
        what = f"Kinescope refuses to {action} ({said})."
    return LessonFailedError(what, hint, request_id=answer.request_id)

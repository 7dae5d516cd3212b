"""The messages for answers that are no success, and which kind of error each one is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

import pytest

from kinescope_upload.errors import (
    AbsentError,
    BatchStoppedError,
    KuploadError,
    LessonFailedError,
    LockedError,
    ThrottledError,
    TryAgainError,
)
from kinescope_upload.kinescope.error_messages import error_for
from kinescope_upload.kinescope.tus import Answer, Meaning

_NOW: Final = datetime(2024, 5, 1, 12, tzinfo=UTC)


def _answer(status: int, *, message: str = "no", retry_after: str | None = None) -> Answer:
    headers = {"x-request-id": "req-7"} | ({"retry-after": retry_after} if retry_after else {})
    return Answer(status=status, headers=headers, body=json.dumps({"error": {"message": message}}).encode())


def _error(meaning: Meaning, answer: Answer) -> KuploadError:
    return error_for(meaning, answer, action="create the upload", now=_NOW)


@pytest.mark.parametrize(
    ("meaning", "status", "kind", "sentence"),
    [
        (
            Meaning.TOKEN_REFUSED,
            401,
            BatchStoppedError,
            (
                "Kinescope does not accept the token (asked to create the upload: 401 no) (X-Request-ID req-7)."
                " Check KINESCOPE_API_KEY, then run the same command again."
            ),
        ),
        (
            Meaning.UNPAID,
            402,
            BatchStoppedError,
            (
                "Kinescope asks for payment or a larger plan (asked to create the upload: 402 no) (X-Request-ID req-7)."
                " Pay or upgrade at Kinescope, then run the same command again."
            ),
        ),
        (
            Meaning.RIGHT_MISSING,
            403,
            BatchStoppedError,
            (
                "The token lacks the right to create the upload (403 no) (X-Request-ID req-7)."
                " Grant it at Kinescope, then run the same command again."
            ),
        ),
        (
            Meaning.THROTTLED,
            429,
            ThrottledError,
            "Kinescope asks to slow down (429 no) (X-Request-ID req-7).",
        ),
        (
            Meaning.LOCKED,
            423,
            LockedError,
            "Kinescope is still busy with an earlier request for this upload (423 no) (X-Request-ID req-7).",
        ),
        (
            Meaning.DAMAGED,
            460,
            TryAgainError,
            "Bytes were damaged in transit (460 no) (X-Request-ID req-7).",
        ),
        (
            Meaning.TROUBLE,
            500,
            TryAgainError,
            "Kinescope has a problem (asked to create the upload: 500 no) (X-Request-ID req-7).",
        ),
        (
            Meaning.FINAL,
            413,
            LessonFailedError,
            "The file is too large for the Kinescope plan (413 no) (X-Request-ID req-7). Get a larger plan.",
        ),
        (
            Meaning.FINAL,
            400,
            LessonFailedError,
            "Kinescope refuses to create the upload (400 no) (X-Request-ID req-7).",
        ),
        (
            Meaning.GONE,
            404,
            AbsentError,
            "Kinescope did not find it (asked to create the upload: 404 no) (X-Request-ID req-7).",
        ),
    ],
)
def test_each_meaning_is_an_error_with_its_words(
    meaning: Meaning, status: int, kind: type[KuploadError], sentence: str
) -> None:
    error = _error(meaning, _answer(status))

    assert type(error) is kind
    assert str(error) == sentence
    assert error.request_id == "req-7"


@pytest.mark.parametrize("meaning", [Meaning.TAKEN, Meaning.CONFLICT, Meaning.OFFSET_REFUSED, Meaning.DONE])
def test_a_meaning_that_nobody_expected_here_fails_the_lesson_only(meaning: Meaning) -> None:
    assert type(_error(meaning, _answer(400))) is LessonFailedError


@pytest.mark.parametrize("meaning", [Meaning.TOKEN_REFUSED, Meaning.UNPAID, Meaning.RIGHT_MISSING])
def test_what_dooms_every_lesson_names_a_hint(meaning: Meaning) -> None:
    assert _error(meaning, _answer(403)).hint.endswith("run the same command again.")


@pytest.mark.parametrize("meaning", [Meaning.THROTTLED, Meaning.LOCKED, Meaning.TROUBLE])
@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), ("Wed, 01 May 2024 12:01:00 GMT", 60.0), ("soon", None), (None, None)]
)
def test_what_passes_carries_the_wait_that_was_asked_for(
    meaning: Meaning, header: str | None, seconds: float | None
) -> None:
    error = _error(meaning, _answer(503, retry_after=header))

    assert isinstance(error, TryAgainError)
    assert error.retry_after == seconds


def test_an_answer_without_words_and_without_an_id_is_told_by_its_status() -> None:
    error = _error(Meaning.TROUBLE, Answer(status=502))

    assert str(error) == "Kinescope has a problem (asked to create the upload: 502)."
    assert error.request_id is None

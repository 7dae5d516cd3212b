"""Kinescope's own codes say what an answer means; the HTTP status speaks where they do not."""

from __future__ import annotations

import json
from typing import Final

import pytest

from kinescope_upload.errors import BatchStoppedError, LessonFailedError, TryAgainError
from kinescope_upload.kinescope.api_errors import NOT_UNDERSTOOD, is_token_wanted
from kinescope_upload.kinescope.error_messages import error_for
from kinescope_upload.kinescope.tus import Answer, Meaning, Request, interpret, parse_date

_M: Final = Meaning
_STATUSES: Final = (400, 401, 402, 403, 404, 405, 409, 422, 500, 503)
"""Those that a code may come with; 429 is about the pace alone."""

_CODES: Final[dict[int, tuple[Meaning, Meaning]]] = {
    #       INIT                       API
    100101: (_M.TOKEN_REFUSED, _M.TOKEN_REFUSED),
    100102: (_M.TOKEN_REFUSED, _M.TOKEN_REFUSED),
    100103: (_M.RIGHT_MISSING, _M.RIGHT_MISSING),
    100104: (_M.RIGHT_MISSING, _M.RIGHT_MISSING),
    100105: (_M.RIGHT_MISSING, _M.RIGHT_MISSING),
    100106: (_M.UNPAID, _M.UNPAID),
    100107: (_M.RIGHT_MISSING, _M.RIGHT_MISSING),
    400101: (_M.FINAL, _M.FINAL),
    400102: (_M.FINAL, _M.FINAL),
    400201: (_M.FINAL, _M.NAME_TAKEN),
    400203: (_M.NAME_TAKEN, _M.NAME_TAKEN),
    400207: (_M.UNPAID, _M.UNPAID),
    400208: (_M.UNPAID, _M.UNPAID),
    400209: (_M.UNPAID, _M.UNPAID),
    400210: (_M.UNPAID, _M.UNPAID),
    400211: (_M.UNPAID, _M.UNPAID),
    400212: (_M.UNPAID, _M.UNPAID),
    400213: (_M.EMAIL_UNCONFIRMED, _M.EMAIL_UNCONFIRMED),
    400216: (_M.FINAL, _M.FINAL),
    400301: (_M.FINAL, _M.FINAL),
    400400: (_M.FINAL, _M.FINAL),
    400405: (_M.FINAL, _M.FINAL),
    400419: (_M.TAKEN, _M.FINAL),
    402402: (_M.FINAL, _M.FINAL),
    404404: (_M.FINAL, _M.GONE),
    500500: (_M.TROUBLE, _M.TROUBLE),
}


def _refusal(status: int, code: object, **headers: str) -> Answer:
    body = json.dumps({"error": {"code": code, "message": "no", "detail": "because"}}).encode()
    return Answer(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body)


@pytest.mark.parametrize("status", _STATUSES)
@pytest.mark.parametrize("code", _CODES)
def test_a_code_means_the_same_whatever_the_status(code: int, status: int) -> None:
    on_init, on_api = _CODES[code]

    assert interpret(Request.INIT, _refusal(status, code)) is on_init
    assert interpret(Request.API, _refusal(status, code)) is on_api


_ON_UPLOAD_URLS: Final = [
    (code, 400, on_api)
    for code, (_, on_api) in _CODES.items()
    if code not in {100103, 100104, 100105, 100107, 400201, 400419, 404404}
]


@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        *_ON_UPLOAD_URLS,
        (400201, 400, _M.FINAL),
        (402402, 402, _M.FINAL),
        (400212, 403, _M.UNPAID),
        (100101, 400, _M.TOKEN_REFUSED),
        (100103, 403, _M.FINAL),
        (100107, 403, _M.FINAL),
        (404404, 404, _M.GONE),
        (404404, 400, _M.FINAL),
        (400419, 409, _M.CONFLICT),
        (400419, 400, _M.FINAL),
    ],
)
def test_the_code_of_an_upload_urls_answer_counts_too(code: int, status: int, meaning: Meaning) -> None:
    assert interpret(Request.PATCH, _refusal(status, code)) is meaning


@pytest.mark.parametrize("code", _CODES)
@pytest.mark.parametrize("kind", [Request.HEAD, Request.PATCH, Request.TERMINATE])
def test_no_code_says_that_an_upload_is_gone_under_another_status(kind: Request, code: int) -> None:
    gone = {status for status in _STATUSES if interpret(kind, _refusal(status, code)) is Meaning.GONE}

    assert gone <= {404}


@pytest.mark.parametrize("code", _CODES)
@pytest.mark.parametrize("kind", Request)
def test_a_request_to_slow_down_is_one_whatever_the_code(kind: Request, code: int) -> None:
    assert interpret(kind, _refusal(429, code)) is Meaning.THROTTLED
    assert interpret(kind, _refusal(503, code, retry_after="1")) is Meaning.THROTTLED


@pytest.mark.parametrize("code", _CODES)
@pytest.mark.parametrize("kind", Request)
def test_a_success_is_one_whatever_the_body_says(kind: Request, code: int) -> None:
    assert interpret(kind, _refusal(200, code)) is Meaning.DONE


@pytest.mark.parametrize("code", [None, "402402", 402402.0, True, 1, 999999, [402402]])
@pytest.mark.parametrize("status", [*_STATUSES, 410, 413, 423, 460, 502])
@pytest.mark.parametrize("kind", Request)
def test_an_unknown_code_leaves_it_to_the_status(kind: Request, status: int, code: object) -> None:
    assert interpret(kind, _refusal(status, code)) is interpret(kind, Answer(status=status))


def _error(code: int, status: int) -> Exception:
    answer = _refusal(status, code, x_request_id="r-1")
    now = parse_date("Wed, 01 May 2024 12:00:00 GMT")
    assert now
    return error_for(interpret(Request.INIT, answer), answer, action="create the upload", now=now)


@pytest.mark.parametrize("status", [400, 402, 422])
def test_a_validation_error_is_the_business_of_one_lesson_and_never_unpaid(status: int) -> None:
    error = _error(402402, status)

    assert type(error) is LessonFailedError
    assert "payment" not in str(error)


@pytest.mark.parametrize("code", [code for code, (on_init, _) in _CODES.items() if on_init is Meaning.UNPAID])
def test_what_money_alone_can_change_stops_the_batch(code: int) -> None:
    assert type(_error(code, 400)) is BatchStoppedError
    assert "payment" in str(_error(code, 400))


def test_an_unconfirmed_address_stops_the_batch_with_words_of_its_own() -> None:
    assert type(_error(400213, 400)) is BatchStoppedError
    assert str(_error(400213, 400)) == (
        "Kinescope wants the account's e-mail address confirmed first (asked to create the upload: 400 no: because)"
        " (X-Request-ID r-1). Confirm it at Kinescope, then run the same command again."
    )


@pytest.mark.parametrize("code", sorted(NOT_UNDERSTOOD))
def test_a_request_that_kinescope_cannot_read_is_our_mistake(code: int) -> None:
    error = _error(code, 400)

    assert type(error) is LessonFailedError
    assert "bug in kupload" in str(error)


def test_a_name_that_is_taken_is_told_as_that() -> None:
    assert type(_error(400203, 400)) is LessonFailedError
    assert "of that name already" in str(_error(400203, 400))


def test_trouble_of_kinescopes_own_is_tried_again() -> None:
    assert type(_error(500500, 500)) is TryAgainError


@pytest.mark.parametrize(
    ("kind", "answer", "wanted"),
    [
        (Request.PATCH, Answer(status=401), True),
        (Request.PATCH, Answer(status=403), True),
        (Request.PATCH, _refusal(400, 100101), True),
        (Request.PATCH, _refusal(400, 400400), False),
        (Request.PATCH, Answer(status=400), False),
        (Request.PATCH, Answer(status=204), False),
        (Request.PATCH, Answer(status=404), False),
        (Request.HEAD, Answer(status=400), True),
        (Request.HEAD, Answer(status=401), True),
        (Request.HEAD, Answer(status=405), False),
        (Request.TERMINATE, Answer(status=403), True),
        (Request.INIT, Answer(status=401), False),
        (Request.API, Answer(status=403), False),
    ],
)
def test_an_upload_url_may_want_the_token_after_all(kind: Request, answer: Answer, wanted: bool) -> None:
    assert is_token_wanted(kind, answer.status, answer.error_code) is wanted

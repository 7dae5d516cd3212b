"""Tus without a network: metadata, headers, and what every answer means."""

from __future__ import annotations

import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.kinescope.tus import (
    TUS_VERSION,
    Answer,
    Meaning,
    Request,
    chunk_headers,
    core_headers,
    creation_headers,
    encode_metadata,
    interpret,
    parse_date,
    retry_after,
)
from support.examples import examples

_NOW: Final = datetime(2024, 5, 1, 12, tzinfo=UTC)
_SETTINGS: Final = settings(derandomize=True, deadline=None, max_examples=examples(200))
_KEYS: Final = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), min_size=1)


def _decode(header: str) -> dict[str, str]:
    """`Upload-Metadata` as the protocol's text describes it, read without the module under test."""
    values = {}
    for pair in header.split(","):
        key, space, value = pair.partition(" ")
        assert key
        assert space == " "
        values[key] = binascii.a2b_base64(value, strict_mode=True).decode("utf-8")
    return values


# --- Requests ----------------------------------------------------------------------------------------------------


@_SETTINGS
@given(st.dictionaries(_KEYS, st.text(), min_size=1))
def test_metadata_says_what_it_was_given(values: dict[str, str]) -> None:
    header = encode_metadata(values)

    assert _decode(header) == values
    assert list(_decode(header)) == list(values)
    assert header.isascii()
    assert header.isprintable()


def test_metadata_reads_as_in_the_documentation() -> None:
    metadata = {"type": "video", "title": "Урок 1", "filesize": "9886112", "description": ""}

    assert encode_metadata(metadata) == "type dmlkZW8=,title 0KPRgNC+0LogMQ==,filesize OTg4NjExMg==,description "


@pytest.mark.parametrize("key", ["", " ", "a b", "a,b", "a\n", "\ta", "ключ", "a\x7f", "a\x00"])
def test_a_key_that_no_header_can_hold_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be a key of Upload-Metadata"):
        encode_metadata({"type": "video", key: "value"})


def test_every_request_names_the_version() -> None:
    assert core_headers() == {"Tus-Resumable": "1.0.0"}
    assert core_headers()["Tus-Resumable"] == TUS_VERSION


def test_the_headers_of_a_creation() -> None:
    assert creation_headers(workspace_id="w", length=5, metadata={"type": "video"}) == {
        "Tus-Resumable": "1.0.0",
        "X-Workspace-ID": "w",
        "Upload-Length": "5",
        "Upload-Metadata": "type dmlkZW8=",
    }


def test_the_headers_of_a_chunk_name_its_length_so_that_it_is_not_sent_in_pieces_of_unknown_size() -> None:
    assert chunk_headers(offset=10, length=5) == {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "10",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": "5",
    }


# --- Answers -----------------------------------------------------------------------------------------------------

_M: Final = Meaning
_ORDER: Final = (Request.INIT, Request.HEAD, Request.PATCH, Request.TERMINATE, Request.API)

_MEANINGS: Final[dict[int, tuple[Meaning, Meaning, Meaning, Meaning, Meaning]]] = {
    #     INIT             HEAD               PATCH            TERMINATE        API
    200: (_M.DONE, _M.DONE, _M.DONE, _M.DONE, _M.DONE),
    201: (_M.DONE, _M.DONE, _M.DONE, _M.DONE, _M.DONE),
    204: (_M.DONE, _M.DONE, _M.DONE, _M.DONE, _M.DONE),
    299: (_M.DONE, _M.DONE, _M.DONE, _M.DONE, _M.DONE),
    301: (_M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL),
    307: (_M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL),
    400: (_M.FINAL, _M.OFFSET_REFUSED, _M.FINAL, _M.FINAL, _M.FINAL),
    401: (_M.TOKEN_REFUSED, _M.OFFSET_REFUSED, _M.FINAL, _M.FINAL, _M.TOKEN_REFUSED),
    402: (_M.UNPAID, _M.UNPAID, _M.UNPAID, _M.UNPAID, _M.UNPAID),
    403: (_M.RIGHT_MISSING, _M.OFFSET_REFUSED, _M.FINAL, _M.FINAL, _M.RIGHT_MISSING),
    404: (_M.FINAL, _M.GONE, _M.GONE, _M.GONE, _M.GONE),
    405: (_M.FINAL, _M.OFFSET_REFUSED, _M.FINAL, _M.FINAL, _M.FINAL),
    408: (_M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE),
    409: (_M.FINAL, _M.FINAL, _M.CONFLICT, _M.FINAL, _M.FINAL),
    410: (_M.FINAL, _M.GONE, _M.GONE, _M.GONE, _M.GONE),
    412: (_M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL),
    413: (_M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL),
    415: (_M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL),
    422: (_M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL, _M.FINAL),
    423: (_M.LOCKED, _M.LOCKED, _M.LOCKED, _M.LOCKED, _M.LOCKED),
    425: (_M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE),
    429: (_M.THROTTLED, _M.THROTTLED, _M.THROTTLED, _M.THROTTLED, _M.THROTTLED),
    460: (_M.DAMAGED, _M.DAMAGED, _M.DAMAGED, _M.DAMAGED, _M.DAMAGED),
    500: (_M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE),
    501: (_M.FINAL, _M.OFFSET_REFUSED, _M.FINAL, _M.FINAL, _M.FINAL),
    502: (_M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE),
    503: (_M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE),
    504: (_M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE),
    599: (_M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE, _M.TROUBLE),
}


def test_the_table_is_about_every_kind_of_request() -> None:
    assert set(_ORDER) == set(Request)


@pytest.mark.parametrize("status", _MEANINGS)
@pytest.mark.parametrize("request_kind", _ORDER)
def test_a_status_means_to_each_kind_of_request_what_the_table_says(request_kind: Request, status: int) -> None:
    expected = _MEANINGS[status][_ORDER.index(request_kind)]

    assert interpret(request_kind, Answer(status=status)) is expected


@pytest.mark.parametrize("request_kind", [Request.HEAD, Request.PATCH, Request.TERMINATE])
def test_nothing_but_404_and_410_says_that_an_upload_is_gone(request_kind: Request) -> None:
    gone = {status for status in range(300, 600) if interpret(request_kind, Answer(status=status)) is Meaning.GONE}

    assert gone == {404, 410}


@pytest.mark.parametrize("request_kind", _ORDER)
def test_503_with_a_wait_is_a_request_to_slow_down(request_kind: Request) -> None:
    assert interpret(request_kind, Answer(status=503, headers={"retry-after": "5"})) is Meaning.THROTTLED
    assert interpret(request_kind, Answer(status=502, headers={"retry-after": "5"})) is Meaning.TROUBLE


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Wed, 01 May 2024 12:00:30 GMT", 30.0),
        ("Wed, 01 May 2024 11:59:00 GMT", 0.0),
        ("Wed, 01 May 2024 14:01:00 +0200", 60.0),
        ("Wednesday, 01-May-24 12:00:05 GMT", 5.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("9" * 19, None),
        ("Fri, 31 Dec 9999 23:59:59 -0100", None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(Answer(status=429, headers={"retry-after": text}), _NOW) == seconds


def test_no_retry_after_is_no_wait_that_was_asked_for() -> None:
    assert retry_after(Answer(status=429), _NOW) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Wed, 25 Jun 2014 16:00:00 GMT", datetime(2014, 6, 25, 16, tzinfo=UTC)),
        ("Wed, 25 Jun 2014 18:00:00 +0200", datetime(2014, 6, 25, 16, tzinfo=UTC)),
        ("Wed, 25 Jun 2014 16:00:00 -0000", datetime(2014, 6, 25, 16, tzinfo=UTC)),
        ("2014-06-25T16:00:00Z", None),
        ("Wed, 31 Feb 2014 16:00:00 GMT", None),
        ("Wed, 25 Jun 2014 16:00:00 +99999999999999999999", None),
        ("Fri, 31 Dec 9999 23:59:59 -0100", None),
        ("", None),
        (None, None),
    ],
)
def test_upload_expires_is_read_in_utc(text: str | None, moment: datetime | None) -> None:
    headers = {} if text is None else {"upload-expires": text}

    assert Answer(status=204, headers=headers).expires_at == moment
    assert parse_date(text) == moment


@_SETTINGS
@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1)))  # noqa: DTZ001 - UTC is added below
def test_a_date_that_was_written_is_read_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)

    assert parse_date(whole.strftime("%a, %d %b %Y %H:%M:%S GMT")) == whole


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("67108864", 67108864), ("-1", None), ("+1", None), ("1e3", None), ("", None), ("0x10", None)],
)
def test_offset_and_length_are_whole_numbers_or_nothing(text: str, number: int | None) -> None:
    answer = Answer(status=204, headers={"upload-offset": text, "upload-length": text})

    assert (answer.offset, answer.length) == (number, number)


def test_an_answer_without_headers_and_body_tells_nothing() -> None:
    answer = Answer(status=204)

    assert (answer.offset, answer.length, answer.expires_at, answer.request_id) == (None, None, None, None)
    assert (answer.json, answer.error_code, answer.error_text) == (None, None, "")


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b'{"error":{"code":400301,"message":"invalid uuid","detail":"parent_id"}}', 400301, "invalid uuid: parent_id"),
        (b'{"error":{"code":400301,"message":"invalid uuid"}}', 400301, "invalid uuid"),
        (b'{"error":{"detail":"parent_id"}}', None, "parent_id"),
        (b'{"error":{"code":"400301","message":7,"detail":""}}', None, ""),
        (b'{"error":"broken"}', None, ""),
        (b'["error"]', None, ""),
        (b"<html>502 Bad Gateway</html>", None, ""),
        (b"\xff\xfe\x00", None, ""),
        (b"[" * 100_000, None, ""),
        (b"", None, ""),
    ],
)
def test_an_error_is_told_in_kinescopes_words_where_it_has_any(body: bytes, code: int | None, words: str) -> None:
    answer = Answer(status=400, headers={"x-request-id": "r-1"}, body=body)

    assert (answer.error_code, answer.error_text, answer.request_id) == (code, words, "r-1")


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ({"content-type": "text/plain; charset=utf-8"}, b"ERR_LOCKED: upload is\x1b[1m\r\nlocked\n", "locked"),
        ({}, b"Upload-Offset header is required", "Upload-Offset header is required"),
        ({"content-type": "text/plain"}, "занят ".encode() * 100, "занят"),
        ({"content-type": "text/html"}, b"no", ""),
        ({"content-type": "text/plain"}, b"<html>no</html>", ""),
        ({"content-type": "text/plain"}, b"\xff\xfe\x00", ""),
    ],
)
def test_a_servers_plain_text_is_told_shortened_and_printable(kind: dict[str, str], body: bytes, words: str) -> None:
    said = Answer(status=400, headers=kind, body=body).error_text

    assert words in said if words else said == ""
    assert said.isprintable()
    assert len(said) <= 80


_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("error"), inner, max_size=3),
)
_DATES: Final = st.lists(
    st.sampled_from(["Wed,", "01", "31", "May", "2024", "9999", "0", "12:00:00", "99:99", "GMT", "+9999", "-0100"])
    | st.text(max_size=4),
    max_size=8,
).map(" ".join)
_VALUES: Final = st.text(max_size=20) | _DATES | st.integers().map(str)
_HEADERS: Final = st.dictionaries(
    st.sampled_from(["retry-after", "upload-offset", "upload-length", "upload-expires", "x-request-id"]), _VALUES
)


@settings(_SETTINGS, max_examples=examples(500))
@given(
    kind=st.sampled_from(Request),
    status=st.integers(100, 599),
    headers=_HEADERS,
    body=st.binary(max_size=40) | _JSON.map(lambda data: json.dumps(data).encode()),
)
def test_whatever_a_server_answers_has_a_meaning_and_raises_nothing(
    kind: Request, status: int, headers: dict[str, str], body: bytes
) -> None:
    answer = Answer(status=status, headers=headers, body=body)
    wait = retry_after(answer, _NOW)

    assert interpret(kind, answer) in Meaning
    assert wait is None or wait >= 0
    assert answer.offset is None or answer.offset >= 0
    assert answer.expires_at is None or answer.expires_at.utcoffset() == timedelta(0)
    assert isinstance(answer.error_text, str)

"""An answer with a body that is not Kinescope's is an outage of the line, whatever its status and wherever it comes."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.errors import ForeignAnswerError, UnreachableError
from kinescope_upload.kinescope.answer_reader import USUAL_LIMITS, AnswerLimits
from kinescope_upload.kinescope.foreign_answers import can_be_reached, foreign_words
from kinescope_upload.kinescope.http_client import ApiRequest, HttpClient
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.kinescope.tus import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HTML: Final = {"content-type": "text/html; charset=utf-8"}
_JSON: Final = {"content-type": "application/json"}
_TEXT: Final = {"content-type": "text/plain"}
_TUS: Final = {"tus-resumable": "1.0.0"}
_ID: Final = {"x-request-id": "7"}
_BY_NGINX: Final = {"server": "nginx"}
_PORTAL: Final = b"<html><head><title>Hotel\x07 Wi-Fi</title></head><body>Log in</body></html>"
_PAGE_WITHOUT_TITLE: Final = b"<html><style>p {}</style><p>Bad <b>gateway</b></p></html>"
_CODES: Final = (
    (400, 400301),
    (404, 404404),
    (422, 402402),
    (400, 100101),
    (401, 100102),
    (403, 403999),
    (500, 100199),
)
"""Statuses and codes of Kinescope: known ones, and new ones of the documented form."""
_OTHERS_ERRORS: Final = (
    b'{"error": {"message": "blocked by policy"}}',
    b'{"error": {"code": 403, "message": "Permission denied", "status": "PERMISSION_DENIED"}}',
    b'{"error": {"code": "Forbidden", "message": "blocked"}}',
    b'{"error": {"code": true}}',
)
_API, _INIT, _HEAD, _PATCH, _END = Request.API, Request.INIT, Request.HEAD, Request.PATCH, Request.TERMINATE
_METHODS: Final = {_API: "GET", _INIT: "POST", _HEAD: "HEAD", _PATCH: "PATCH"}


def _error(code: int) -> bytes:
    return json.dumps({"error": {"code": code, "message": "a message"}}).encode()


def _answer(status: int, body: bytes = b"", *headers: Mapping[str, str]) -> Answer:
    return Answer(status=status, body=body, headers={key: value for one in headers for key, value in one.items()})


# --- What is Kinescope's -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "answer"),
    [
        ((_HEAD, _PATCH), _answer(403)),
        ((_API, _INIT), _answer(403, b"", _ID)),
        ((_INIT,), _answer(404, b"", _ID)),
        ((_API, _INIT), _answer(200)),
        ((_HEAD, _PATCH), _answer(403, b" \n", _TEXT)),
        *(((_API, _INIT, _HEAD, _PATCH), _answer(status, _error(code), _JSON)) for status, code in _CODES),
        ((_API, _INIT, _HEAD, _PATCH), _answer(500, b'{"error": {"message": "no"}}', _ID)),
        ((_API, _INIT, _HEAD, _PATCH), _answer(404, b'{"error": {"code": "x"}}', _ID)),
        ((_API, _INIT), _answer(200, b'{"data": []}', _JSON)),
        ((_API, _INIT), _answer(200, b'{"meta": {}}', _JSON)),
        ((_API, _INIT), _answer(404, b"404 page not found\n", _TEXT, _ID)),
        ((_INIT, _PATCH), _answer(409, b"wrong offset\n", _TEXT, _TUS)),
        ((_HEAD, _PATCH), _answer(200, b"", _TEXT, {"upload-offset": "5"})),
        ((_API, _INIT, _HEAD, _PATCH), _answer(429, _PORTAL, _HTML)),
        ((_API, _INIT, _HEAD, _PATCH), _answer(503, _PORTAL, _HTML, {"retry-after": "7"})),
        ((_HEAD,), _answer(403, b"", _HTML, {"content-length": "0"})),
        ((_HEAD, _END), _answer(404, _PORTAL, _HTML, _BY_NGINX)),
        ((_HEAD, _END), _answer(410, b"gone\n", _TEXT)),
        ((_PATCH,), _answer(413, _PORTAL, _HTML, _BY_NGINX)),
    ],
)
def test_an_answer_in_a_form_of_kinescope_is_kinescopes(kinds: tuple[Request, ...], answer: Answer) -> None:
    for kind in kinds:
        assert foreign_words(kind, answer) is None, kind


_LOGIN: Final = {"location": "https://user:secret@login.example/portal?token=1"}


@pytest.mark.parametrize(
    ("kinds", "answer", "words"),
    [
        (
            (_API, _INIT, _PATCH),
            _answer(502, _PAGE_WITHOUT_TITLE, _HTML, _BY_NGINX),
            'answered by nginx (HTTP 502, an HTML page: "Bad gateway") instead of Kinescope',
        ),
        ((_API, _INIT, _PATCH), _answer(200, _PORTAL), 'by somebody else (HTTP 200, an HTML page: "Hotel Wi-Fi")'),
        ((_HEAD,), _answer(403, b"", _HTML, _BY_NGINX), "by nginx (HTTP 403, an HTML page) instead"),
        ((_API, _INIT), _answer(403, b"", _BY_NGINX), "by nginx (HTTP 403, without a body) instead"),
        *(((_API, _INIT, _PATCH), _answer(403, error, _JSON), "JSON of another form") for error in _OTHERS_ERRORS),
        ((_API, _INIT), _answer(404, _error(403001), _JSON), "JSON of another form"),
        ((_API, _INIT, _PATCH), _answer(403, b'["blocked"]', _JSON), 'JSON of another form: "["blocked"]"'),
        ((_API, _INIT, _PATCH), _answer(200, b"[" * 100_000, _JSON), "JSON of another form"),
        ((_API, _INIT, _PATCH), _answer(404, b"no such host\n", _TEXT), 'HTTP 404, a text: "no such host"'),
        ((_API,), _answer(404, b"", _ID), "by somebody else (HTTP 404, without a body) instead"),
        ((_API,), _answer(410, b" \n", _TEXT, _ID), "HTTP 410, without a body"),
        ((_API,), _answer(410, b"gone", _ID), 'HTTP 410, a text: "gone"'),
        ((_API,), _answer(404, b'{"data": null}', _JSON, _ID), "JSON of another form"),
        ((_PATCH,), _answer(403, b"no such host\n", _TEXT, _ID), "a text"),
        ((_PATCH,), _answer(200, b'{"data": {}}', _JSON), "JSON of another form"),
        ((_API, _INIT), _answer(500, b"x" * 1000, _TEXT, _ID), "a text"),
        ((_API, _INIT, _HEAD, _PATCH), _answer(302, b"", _LOGIN), "by a redirect to login.example (HTTP 302) instead"),
        ((_API, _INIT, _HEAD, _PATCH), _answer(307, b"", {"location": "/login"}), "by a redirect to another page"),
    ],
)
def test_an_answer_in_another_form_is_worded(kinds: tuple[Request, ...], answer: Answer, words: str) -> None:
    for kind in kinds:
        said = foreign_words(kind, answer) or ""
        assert words in said, kind
        assert said.isprintable()
        assert len(said) < 250


@pytest.mark.parametrize(
    ("answer", "is_there"),
    [
        (_answer(204, b"", _TUS), True),
        (_answer(404, b"404 page not found\n", _TEXT, _ID), True),
        (_answer(404, _PORTAL, _HTML, _ID), True),
        (_answer(405, _PORTAL, _HTML), True),
        (_answer(400, _error(400301)), True),
        (_answer(404), True),
        (_answer(403, _OTHERS_ERRORS[0], _JSON), False),
        (_answer(200, _PORTAL, _HTML), False),
        (_answer(404, _PORTAL, _HTML), False),
        (_answer(403, b"blocked", _TEXT), False),
        (_answer(302, b"", _LOGIN), False),
        (_answer(502, b"", _ID), False),
        (_answer(503, b"", {"retry-after": "7"}), False),
    ],
)
def test_a_portal_does_not_count_as_kinescope_reached(answer: Answer, *, is_there: bool) -> None:
    assert can_be_reached(answer) is is_there


# --- What the client makes of it ---------------------------------------------------------------------------------


@contextmanager
def _client(answer: Answer, limits: AnswerLimits = USUAL_LIMITS) -> Iterator[tuple[HttpClient, str]]:
    """A client, and an address where every request gets this answer."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_PATCH = do_POST = do_HEAD = do_OPTIONS = answer  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        trusted = TrustedAddresses(configured=(url,))
        try:
            with closing(HttpClient(token="secret-token-1", trusted=trusted, stall=5.0, limits=limits)) as client:
                yield client, f"{url}/v2/upload/1"
        finally:
            server.shutdown()
            thread.join()


def _call(kind: Request, url: str) -> ApiRequest:
    return ApiRequest(kind=kind, method=_METHODS[kind], url=url, action="ask")


_PAGES: Final = (
    *(_answer(status, _PORTAL, _HTML) for status in (200, 401, 403, 502)),
    _answer(302, b"", _LOGIN),
)
_OTHERS: Final = (_answer(200, b'{"login": "wanted"}', _JSON), _answer(200, b"welcome", _TEXT))


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        *((kind, answer) for kind in _METHODS for answer in _PAGES),
        *((kind, answer) for kind in (_API, _INIT, _PATCH) for answer in _OTHERS),  # HEAD has no body that could tell
        *((kind, _answer(status, _PORTAL, _HTML)) for kind in (_API, _INIT, _PATCH) for status in (404, 410)),
        *((kind, _answer(404, error, _JSON)) for kind in (_API, _INIT, _PATCH) for error in _OTHERS_ERRORS),
    ],
)
def test_somebody_elses_answer_is_no_answer(kind: Request, answer: Answer) -> None:
    with _client(answer) as (client, url):
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1 is answered by .* instead of Kinescope") as caught:
            client.send(_call(kind, url))
        assert caught.value.url == url
        assert caught.value.was_sent
        assert not client.was_answered
        assert not client.is_reachable(url)


@pytest.mark.parametrize("status", [200, 403])
def test_the_words_tell_neither_the_token_nor_an_upload_url(status: int) -> None:
    page = b"<p>secret-token-1 may not see 7c9e6679-7425</p>"
    with _client(_answer(status, page, _HTML)) as (client, url), pytest.raises(UnreachableError) as caught:
        client.send(_call(_PATCH, f"{url[:-1]}7c9e6679-7425"))
    assert '"… may not see …"' in str(caught.value)


@pytest.mark.parametrize("kind", _METHODS)
def test_a_request_to_slow_down_counts_whoever_says_it(kind: Request) -> None:
    with _client(_answer(503, _PORTAL, _HTML, {"Retry-After": "7"})) as (client, url):
        assert client.send(_call(kind, url)).headers["retry-after"] == "7"
        assert client.was_answered


def test_an_answer_has_at_most_16_mb_and_two_minutes() -> None:
    assert AnswerLimits(size=16 * 1024 * 1024, seconds=120.0) == USUAL_LIMITS


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, gzip.compress(bytes(1024 * 1024)), {"content-encoding": "gzip"}),
        (200, b'{"data": []}' + b" " * 100_000, _JSON),
        (404, _PORTAL + b" " * 100_000, _HTML),
        (500, _error(500500) + b" " * 100_000, {**_JSON, **_ID}),
    ],
)
@pytest.mark.parametrize("kind", [_API, _INIT, _PATCH])
def test_an_answer_beyond_its_limits_is_no_answer(
    kind: Request, status: int, body: bytes, headers: Mapping[str, str]
) -> None:
    with (
        _client(_answer(status, body, headers), AnswerLimits(size=64 * 1024)) as (client, url),
        pytest.raises(ForeignAnswerError, match="without end"),
    ):
        client.send(_call(kind, url))


@pytest.mark.parametrize(
    ("head", "drop", "pause", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x", 0.01, r"the answer takes longer than 0\.2 s"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x", 0.01, r"the answer takes longer than 0\.2 s"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"x" * 8000 + b"\r\n", 0.0, "Receive buffer too long"),
    ],
    ids=["headers drip", "the body drips", "headers without end"],
)
def test_an_answer_that_does_not_end_is_no_answer(head: bytes, drop: bytes, pause: float, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(head)
                while True:
                    time.sleep(pause)
                    connection.sendall(drop)

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        trusted, limits = TrustedAddresses(configured=(url,)), AnswerLimits(seconds=0.2)
        with (
            closing(HttpClient(token="secret-token-1", trusted=trusted, stall=5.0, limits=limits)) as client,
            pytest.raises(ForeignAnswerError, match=rf"127\.0\.0\.1 gives an answer without end \(.*{words}\)"),
        ):
            client.send(_call(_API, url))
        thread.join()

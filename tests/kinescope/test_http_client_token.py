"""An upload URL gets the token only after it refused a request without it, and no message tells that URL."""

from __future__ import annotations

import json
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.errors import (
    BatchStoppedError,
    KuploadError,
    LessonFailedError,
    UnreachableError,
)
from kinescope_upload.kinescope.http_client import HttpClient
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.kinescope.tus_client import Chunk, TusClient
from kinescope_upload.upload import Dialect, Record, Stage
from kinescope_upload.upload.events import ChunkRefused, LengthReached, OffsetRefused
from support.world import KIB, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TOKEN: Final = "0a0b0c0d-1111-4222-8333-0123456789ab"
_SECRET: Final = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_CONTENT: Final = content_of(300 * KIB, seed="token")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    method: str
    path: str
    has_token: bool
    body: bytes


@dataclass(frozen=True, kw_only=True)
class _Reply:
    status: int = 204
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Upload-Offset", str(len(_CONTENT))),)


_MARK: Final = (("X-Request-ID", "r-1"),)
_NO_SUCH_ENTITY: Final = _Reply(status=404, body=b'{"error": {"code": 404404}}', headers=_MARK)


@dataclass(kw_only=True)
class _Server:
    """Answers as told, and writes down what it was asked."""

    url: str
    asked: list[_Asked] = field(default_factory=list)

    @property
    def tokens(self) -> list[tuple[str, bool]]:
        return [(one.method, one.has_token) for one in self.asked]


@contextmanager
def _server(reply: Callable[[_Asked], _Reply]) -> Iterator[_Server]:
    server: _Server

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            has_token = self.headers.get("Authorization") == f"Bearer {_TOKEN}"
            assert has_token or self.headers.get("Authorization") is None
            asked = _Asked(method=self.command, path=self.path, has_token=has_token, body=body)
            server.asked.append(asked)
            told = reply(asked)
            self.send_response(told.status)
            for name, value in told.headers:
                self.send_header(name, value)
            if self.command != "HEAD" and told.status != 204:
                self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            if self.command != "HEAD" and told.status != 204:
                self.wfile.write(told.body)

        do_GET = do_HEAD = do_PATCH = do_DELETE = do_POST = answer  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as listening:
        server = _Server(url=f"http://127.0.0.1:{listening.server_address[1]}")
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


@contextmanager
def _client(*servers: _Server) -> Iterator[tuple[TusClient, HttpClient]]:
    trusted = TrustedAddresses(configured=tuple(one.url for one in servers))
    with closing(HttpClient(token=_TOKEN, trusted=trusted, stall=10.0)) as service:
        yield TusClient(service, uploader_url=servers[0].url, workspace_id="w"), service


def _record(server: _Server) -> Record:
    return Record(
        lesson_id="c_001",
        course="c",
        path="c/m/001.mp4",
        size=len(_CONTENT),
        modified_ns=0,
        parent_id="p",
        title="t",
        dialect=Dialect.TUS,
        video_id="v",
        stage=Stage.CREATED,
        upload_url=f"{server.url}/v2/upload/{_SECRET}",
    )


def _chunk(sent: list[int] | None = None) -> Chunk:
    def blocks() -> Iterator[bytes]:
        for begin in range(0, len(_CONTENT), 64 * KIB):
            yield _CONTENT[begin : begin + 64 * KIB]
            if sent is not None:
                sent.append(len(_CONTENT[begin : begin + 64 * KIB]))

    return Chunk(offset=0, length=len(_CONTENT), blocks=blocks)


_TUS_MARK: Final = (("Tus-Resumable", "1.0.0"),)
_PLAIN: Final = (("Content-Type", "text/plain"),)


def _error(code: int) -> bytes:
    return json.dumps({"error": {"code": code, "message": "no"}}).encode()


_REFUSALS: Final = [
    _Reply(status=401, headers=()),
    _Reply(status=403, headers=()),
    _Reply(status=400, body=_error(100101), headers=()),
    _Reply(status=401, body=_error(100102), headers=()),
]


def _wants_token(refusal: _Reply) -> Callable[[_Asked], _Reply]:
    return lambda asked: _Reply() if asked.has_token else refusal


def test_an_upload_url_that_needs_no_token_gets_none() -> None:
    with _server(lambda _: _Reply()) as server, _client(server) as (client, _):
        client.ask_offset(_record(server))
        client.send(_record(server), _chunk())
        client.terminate(_record(server))
    assert server.tokens == [("HEAD", False), ("PATCH", False), ("DELETE", False)]


def test_init_and_the_management_api_get_it() -> None:
    with _server(lambda _: _NO_SUCH_ENTITY) as server, _client(server) as (client, service):
        with pytest.raises(KuploadError):
            client.create(_record(server))
        assert KinescopeApi(service, api_url=server.url).video("v") is None
    assert server.tokens == [("POST", True), ("GET", True)]


@pytest.mark.parametrize("refusal", _REFUSALS)
def test_a_chunk_that_is_refused_for_want_of_the_token_is_sent_once_more_and_whole(refusal: _Reply) -> None:
    sent: list[int] = []
    with _server(_wants_token(refusal)) as server, _client(server) as (client, _):
        assert client.send(_record(server), _chunk(sent)) == LengthReached(md5=None)
        client.send(_record(server), _chunk())
        client.ask_offset(_record(server))
    assert server.tokens == [("PATCH", False), ("PATCH", True), ("PATCH", True), ("HEAD", True)]
    assert [one.body for one in server.asked[:3]] == [_CONTENT] * 3
    assert sum(sent) == 2 * len(_CONTENT)  # what went over the line is counted as often as it did


@pytest.mark.parametrize("refusal", [*_REFUSALS, _Reply(status=400, headers=())])
def test_a_question_that_is_refused_for_want_of_the_token_is_asked_once_more(refusal: _Reply) -> None:
    with _server(_wants_token(refusal)) as server, _client(server) as (client, _):
        assert client.ask_offset(_record(server)) == LengthReached(md5=None)
        client.send(_record(server), _chunk())
    assert server.tokens == [("HEAD", False), ("HEAD", True), ("PATCH", True)]


def test_what_one_host_wants_is_no_reason_to_give_it_to_another() -> None:
    with (
        _server(_wants_token(_REFUSALS[0])) as wants,
        _server(lambda _: _Reply()) as other,
        _client(wants, other) as (client, _),
    ):
        client.ask_offset(_record(wants))
        client.ask_offset(_record(other))
    assert other.tokens == [("HEAD", False)]


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (401, b"", LessonFailedError),
        (403, b"", LessonFailedError),
        (403, _error(100103), LessonFailedError),
        (401, _error(100102), BatchStoppedError),
    ],
    ids=["401", "403", "403 with a code", "401 with Kinescope's word for the token"],
)
def test_a_chunk_that_is_refused_with_the_token_too_is_not_sent_a_third_time(
    status: int, body: bytes, outcome: type[KuploadError]
) -> None:
    with _server(lambda _: _Reply(status=status, body=body, headers=())) as server, _client(server) as (client, _):
        with pytest.raises(outcome):
            client.send(_record(server), _chunk())
        assert server.tokens == [("PATCH", False), ("PATCH", True)]
        with pytest.raises(outcome):
            client.send(_record(server), _chunk())
    assert server.tokens == [("PATCH", False), ("PATCH", True)] * 2  # it did not help, so it is not remembered


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_question_that_is_refused_with_the_token_too_is_a_refused_offset(status: int) -> None:
    with _server(lambda _: _Reply(status=status, headers=())) as server, _client(server) as (client, _):
        assert client.ask_offset(_record(server)) == OffsetRefused()
    assert server.tokens == [("HEAD", False), ("HEAD", True)]


@pytest.mark.parametrize("status", [404, 405, 409, 410, 412, 423, 429, 500])
def test_no_other_refusal_lets_the_token_out(status: int) -> None:
    with _server(lambda _: _Reply(status=status, headers=())) as server, _client(server) as (client, _):
        for send in (client.ask_offset, client.terminate, lambda record: client.send(record, _chunk())):
            try:
                send(_record(server))
            except KuploadError:
                continue
    assert server.tokens == [("HEAD", False), ("DELETE", False), ("PATCH", False)]


def test_what_the_server_repeats_of_an_upload_url_or_the_token_is_in_no_message() -> None:
    words = f"no {_SECRET} for {_TOKEN} at /v2/upload/{_SECRET}"
    body = json.dumps({"error": {"code": 400400, "message": words}}).encode()
    with _server(lambda _: _Reply(status=400, body=body, headers=())) as server, _client(server) as (client, _):
        with pytest.raises(LessonFailedError) as caught:
            client.send(_record(server), _chunk())
        with pytest.raises(LessonFailedError) as also_caught:
            client.create(_record(server))
    assert str(caught.value) == "Kinescope refuses to take a chunk (400 no … for … at /v2/upload/…)."
    assert _TOKEN not in str(also_caught.value)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (f"http://127.0.0.1:99999999/{_SECRET}", BatchStoppedError),
        (f"http://[{_SECRET}", BatchStoppedError),
        (f"http://evil.example/{_SECRET}", BatchStoppedError),
        (f"mailto:{_SECRET}", BatchStoppedError),
        (f"http://127.0.0.1:1/\x01{_SECRET}", LessonFailedError),
        (f"http://127.0.0.1:1/{_SECRET}" + "x" * 70_000, LessonFailedError),
        (f"http://127.0.0.1:1/{_SECRET}", UnreachableError),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_path(url: str, kind: type[KuploadError]) -> None:
    trusted = TrustedAddresses(configured=("http://127.0.0.1:1",))
    with closing(HttpClient(token=_TOKEN, trusted=trusted, stall=1.0)) as service:
        client = TusClient(service, uploader_url="http://127.0.0.1:1", workspace_id="w")
        record = _record(_Server(url="http://127.0.0.1:1"))
        with pytest.raises(kind) as caught:
            client.ask_offset(replace(record, upload_url=url))
    assert _SECRET[:8] not in str(caught.value)


def test_an_untrusted_host_is_told_with_the_setting_that_would_trust_it() -> None:
    trusted = TrustedAddresses(configured=("https://videos.example.com",))
    with closing(HttpClient(token=_TOKEN, trusted=trusted, stall=1.0)) as service:
        client = TusClient(service, uploader_url="https://videos.example.com", workspace_id="w")
        with pytest.raises(BatchStoppedError) as caught:
            client.ask_offset(_record(_Server(url="https://cdn.example.com")))
    assert str(caught.value) == (
        'Kinescope named "cdn.example.com" to report the offset, which is not a trusted host. Nothing was sent there. '
        "If that host is Kinescope's, set KINESCOPE_TRUSTED_HOSTS=cdn.example.com; else check KINESCOPE_UPLOADER_URL."
    )


def test_an_answer_that_cannot_be_unpacked_is_a_broken_one() -> None:
    packed = _Reply(status=200, body=b"nonsense", headers=(("Content-Encoding", "gzip"),))
    with _server(lambda _: packed) as server, _client(server) as (_, service), pytest.raises(UnreachableError):
        KinescopeApi(service, api_url=server.url).projects()


# --- The whole way -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("no_token", ["400", "401"])
@pytest.mark.parametrize("head", ["works", "400"])
@pytest.mark.parametrize("close_on_refusal", [False, True])
@pytest.mark.parametrize("dialect", Dialect)
def test_a_run_comes_to_its_end_where_upload_urls_want_the_token(
    worlds: WorldMaker, dialect: Dialect, no_token: str, head: str, close_on_refusal: bool
) -> None:
    readings = {"upload-token": "needed", "no-token": no_token, "head": head}
    world = worlds(dialect, readings=readings, close_on_refusal=close_on_refusal)
    world.fill((10 * KIB, 700 * KIB, 300 * KIB))
    outcome = world.upload(jobs=1)
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise()
    if not close_on_refusal:  # else the answer may be lost with the connection
        assert outcome.summary["cost"]["retries"] == 0


def test_an_interrupted_upload_goes_on_where_upload_urls_want_the_token(worlds: WorldMaker) -> None:
    world = worlds("tus", readings={"upload-token": "needed"})
    world.fill((900 * KIB,))
    world.link.cut(after=500 * KIB, times=1)
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=1)


@pytest.mark.parametrize(
    ("body", "is_refused"), [(b"<html>too large</html>", True), (b"", True), (_error(402402), False)]
)
def test_a_chunk_is_too_large_for_somebody_on_the_way_unless_kinescopes_code_says_so(
    body: bytes, *, is_refused: bool
) -> None:
    with _server(lambda _: _Reply(status=413, body=body, headers=())) as server, _client(server) as (tus, _):
        if is_refused:
            assert tus.send(_record(server), _chunk()) == ChunkRefused()
        else:
            with pytest.raises(LessonFailedError):
                tus.send(_record(server), _chunk())


def test_a_servers_plain_text_stands_in_the_failure() -> None:
    refused = _Reply(status=400, body=b"Upload-Offset\x1b[2J is wrong\n", headers=(*_TUS_MARK, *_PLAIN))
    with _server(lambda _: refused) as server, _client(server) as (tus, _), pytest.raises(LessonFailedError) as caught:
        tus.send(_record(server), _chunk())
    assert str(caught.value) == "Kinescope refuses to take a chunk (400 Upload-Offset [2J is wrong)."


def test_too_large_for_the_plan_is_what_init_says() -> None:
    with (
        _server(lambda _: _Reply(status=413, body=b'{"error": {"message": "no"}}', headers=_MARK)) as server,
        _client(server) as (tus, _),
        pytest.raises(LessonFailedError, match="too large for the Kinescope plan"),
    ):
        tus.create(_record(server))

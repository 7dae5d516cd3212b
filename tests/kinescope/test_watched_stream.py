"""A connection that is cut ends every wait on it, also where the system wakes nobody."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest
import trustme

from kinescope_upload.errors import UnreachableError
from kinescope_upload.kinescope.background import EndableWaits
from kinescope_upload.kinescope.http_client import ApiRequest, HttpClient
from kinescope_upload.kinescope.transport import RoutedTransport
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.kinescope.tus import Request
from kinescope_upload.kinescope.watched_stream import WatchedStream
from support.concurrency import meanwhile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STALL = 60.0
_SOON = 15.0
"""Seconds; far less than the stall time, far more than a look takes on a busy machine."""


class _WakesNobody(httpcore.NetworkStream):
    """A connection whose reader does not hear of a shutdown, as on Windows."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self.is_waited_for = threading.Event()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.is_waited_for.set()
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's
        return None if info == "socket" else self._stream.get_extra_info(info)


@contextmanager
def _connected() -> Iterator[tuple[httpcore.NetworkStream, socket.socket]]:
    """Both ends of a connection: that of httpcore, and the one that says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = httpcore.SyncBackend().connect_tcp("127.0.0.1", server.getsockname()[1])
        other, _ = server.accept()
    with other:
        yield stream, other
    stream.close()


def test_a_reader_whom_no_shutdown_wakes_hears_of_the_cut() -> None:
    with _connected() as (connection, _):
        deaf = _WakesNobody(connection)
        stream = WatchedStream(deaf, longest=_STALL, waits=EndableWaits())

        def cut() -> None:
            assert deaf.is_waited_for.wait(30)
            stream.cut()

        began = time.monotonic()
        with meanwhile(cut), pytest.raises(httpcore.ReadError, match="cut"):
            stream.read(1000, timeout=_STALL)
    assert time.monotonic() - began < _SOON


def test_nothing_is_sent_on_a_connection_that_was_cut() -> None:
    with _connected() as (connection, other):
        stream = WatchedStream(_WakesNobody(connection), longest=_STALL, waits=EndableWaits())
        stream.cut()
        with pytest.raises(httpcore.WriteError, match="cut"):
            stream.write(b"a chunk", timeout=_STALL)
        assert stream.get_extra_info("is_readable"), "the pool would use it again"
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.recv(1)


def test_a_reader_gets_what_comes_later_than_a_look_and_no_more_time_than_it_has() -> None:
    with _connected() as (connection, other):
        stream = WatchedStream(connection, longest=_STALL, waits=EndableWaits())
        timer = threading.Timer(0.7, other.sendall, [b"an answer"])
        timer.start()
        assert stream.read(1000, timeout=_STALL) == b"an answer"
        timer.join()
        with pytest.raises(httpcore.ReadTimeout):
            stream.read(1000, timeout=0.6)


def test_a_cut_closes_no_number_that_another_thread_still_uses() -> None:
    with _connected() as (connection, _):
        stream = WatchedStream(connection, longest=_STALL, waits=EndableWaits())
        number = connection.get_extra_info("socket").fileno()
        stream.cut()
        assert connection.get_extra_info("socket").fileno() == number


class _Silent:
    """A server that takes requests and answers none but the last."""

    def __init__(self, context: ssl.SSLContext | None, *, silent_for: int) -> None:
        self._context = context
        self._silent_for = silent_for
        self.has_request = threading.Semaphore(0)

    def serve(self, server: socket.socket) -> None:
        with ExitStack() as open_ones:
            for number in range(self._silent_for + 1):
                connection = open_ones.enter_context(server.accept()[0])
                if self._context:
                    connection = open_ones.enter_context(self._context.wrap_socket(connection, server_side=True))
                received = b""
                while b"\r\n\r\n" not in received:
                    received += connection.recv(4096)
                if number == self._silent_for:
                    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                self.has_request.release()


def _plain() -> tuple[str, ssl.SSLContext | None, ssl.SSLContext]:
    return "http", None, ssl.create_default_context()


def _encrypted() -> tuple[str, ssl.SSLContext | None, ssl.SSLContext]:
    authority = trustme.CA()
    served, trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(served)
    authority.configure_trust(trusts)
    return "https", served, trusts


@pytest.mark.parametrize("kind", [_plain, _encrypted])
def test_requests_that_wait_end_with_the_cut_and_the_next_one_is_answered(
    kind: Callable[[], tuple[str, ssl.SSLContext | None, ssl.SSLContext]],
) -> None:
    scheme, context, trusts = kind()
    silent = _Silent(context, silent_for=2)
    with socket.create_server(("127.0.0.1", 0)) as server, meanwhile(lambda: silent.serve(server)):
        url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"
        transport = RoutedTransport(trusts, {}, at_once=())
        with httpx.Client(transport=transport, timeout=_STALL) as client:
            ended: list[type[Exception]] = []

            def ask() -> None:
                try:
                    client.get(url)
                except httpx.TransportError as error:
                    ended.append(type(error))

            began = time.monotonic()
            with meanwhile(ask), meanwhile(ask):
                assert silent.has_request.acquire(timeout=30)
                assert silent.has_request.acquire(timeout=30)
                transport.cut()
            assert time.monotonic() - began < _SOON
            assert len(ended) == 2
            assert httpx.TimeoutException not in ended
            assert client.get(url).status_code == 204


def test_who_waits_for_kinescope_is_told_that_the_connection_broke() -> None:
    silent = _Silent(None, silent_for=0)
    never = threading.Event()

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            silent.has_request.release()
            never.wait(30)

    with socket.create_server(("127.0.0.1", 0)) as server, meanwhile(lambda: serve(server)):
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        client = HttpClient(token="the token", trusted=TrustedAddresses(configured=(url,)), stall=_STALL)

        def cut() -> None:
            assert silent.has_request.acquire(timeout=30)
            client.cut()

        try:
            with meanwhile(cut), pytest.raises(UnreachableError, match="broke"):
                client.send(ApiRequest(kind=Request.API, method="GET", url=url, action="answer"))
        finally:
            never.set()
            client.close()


def test_a_wait_for_an_answer_holds_room_for_one_record_of_tls_however_much_is_asked_for() -> None:
    with _connected() as (connection, other):
        stream = WatchedStream(connection, longest=_STALL, waits=EndableWaits())
        other.sendall(b"x" * 40_000)

        assert 0 < len(stream.read(65_536, _SOON)) <= 16 * 1024

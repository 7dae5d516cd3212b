"""How connections are opened: past an address that does not answer, and through proxies that can be used only."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import httpcore
import httpx
import pytest

from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.kinescope.transport import GoodAddresses, RoutedTransport, unsent_bound
from support.concurrency import meanwhile
from support.systems import posix_only
from support.world import KIB, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

DEAD, ALIVE = "127.0.0.2", "127.0.0.1"


@contextmanager
def dead_and_alive() -> Iterator[int]:
    """A port that answers on one address and is silent on the other: its queue of connections is full."""
    with ExitStack() as stack:
        alive = stack.enter_context(socket.create_server((ALIVE, 0)))
        port: int = alive.getsockname()[1]
        dead = stack.enter_context(socket.socket())
        dead.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        dead.bind((DEAD, port))
        dead.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((DEAD, port))
        yield port


@posix_only("needs 127.0.0.2 and a full queue")
def test_an_address_that_does_not_answer_costs_a_moment_and_only_once() -> None:
    backend = GoodAddresses(lambda _host, _port: [DEAD, ALIVE], moment=0.3)
    with dead_and_alive() as port:
        seconds = []
        for _ in range(3):
            began = time.monotonic()
            backend.connect_tcp("kinescope.example", port, timeout=30).close()
            seconds.append(time.monotonic() - began)
    assert 0.3 <= seconds[0] < 15
    assert max(seconds[1:]) < 0.3


@pytest.mark.parametrize(
    ("system", "low_water", "level_and_option"),
    [
        ("posix", 25, (socket.IPPROTO_TCP, 25)),
        ("posix", None, None),
        ("nt", None, (socket.SOL_SOCKET, socket.SO_SNDBUF)),
        ("nt", 25, (socket.IPPROTO_TCP, 25)),
    ],
)
def test_each_system_bounds_what_waits_unsent_as_it_can(
    system: str, low_water: int | None, level_and_option: tuple[int, int] | None
) -> None:
    option = unsent_bound(system, low_water)
    assert (option and option[:2]) == level_and_option
    assert option is None or option[2] == 2 * 1024 * KIB


def test_the_last_address_gets_the_whole_time_and_its_error_is_told() -> None:
    with socket.create_server((ALIVE, 0)) as server:
        port = server.getsockname()[1]
    backend = GoodAddresses(lambda _host, _port: [ALIVE], moment=0.1)
    with pytest.raises(httpcore.ConnectError, match=r"refused|10061"):  # Windows says it in its own language
        backend.connect_tcp("kinescope.example", port, timeout=30)


def test_a_host_without_an_address_is_a_failed_connection() -> None:
    with pytest.raises(httpcore.ConnectError):
        GoodAddresses().connect_tcp("no.such.host.invalid", 80, timeout=5)


@pytest.mark.parametrize("proxy", ["nonsense://x", "http://[::1", "http://x:99999"])
def test_a_proxy_that_cannot_be_used_is_named_at_once(proxy: str) -> None:
    with pytest.raises(UsageError, match="cannot be used") as caught:
        RoutedTransport(ssl.create_default_context(), {"all": proxy}, at_once=("https://api.kinescope.io",))
    assert "HTTPS_PROXY" in caught.value.hint


def test_kinescopes_hosts_may_go_past_a_proxy_that_cannot_be_used() -> None:
    proxies = {"all": "nonsense://x", "no": "kinescope.io"}
    RoutedTransport(ssl.create_default_context(), proxies, at_once=("https://api.kinescope.io",)).close()


@pytest.mark.parametrize("name", ["https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://x"])
def test_no_proxy_ends_a_run_in_a_traceback(worlds: WorldMaker, name: str, proxy: str) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    world.environment |= {name: proxy, "KINESCOPE_API_URL": "https://127.0.0.1:9", "NO_PROXY": "[::1]:80,fe80::/10"}
    process = world.start()
    said, _ = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode == 2
    assert proxy in said


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_dead_proxy_is_named_with_its_setting(worlds: WorldMaker, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
    world = worlds()
    world.fill((10 * KIB,))
    world.environment |= {name: f"http://user:secret@{address}", "KUPLOAD_MAX_OUTAGE": "0.1s", "NO_PROXY": ""}
    process = world.start()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert f"cannot be reached through the proxy http://{address} of {name}" in said
    assert f"Check {name} (the proxy http://{address})" in said
    assert "secret" not in said


class Answering:
    """A server that answers as soon as it has the headers, and goes on reading the body."""

    def __init__(self, answer: bytes, context: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._context = context
        self.has_answered = threading.Event()

    def serve(self, server: socket.socket) -> None:
        connection, _ = server.accept()
        if self._context:
            connection = self._context.wrap_socket(connection, server_side=True)
        with connection:
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(4096)
            connection.sendall(self._answer)
            self.has_answered.set()
            while connection.recv(65536):
                pass


@pytest.mark.parametrize(
    ("answer", "blocks"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 1),
        (b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 100),
    ],
    ids=["refused", "interim"],
)
def test_an_answer_that_comes_while_the_body_goes_out_ends_the_sending(answer: bytes, blocks: int) -> None:
    taken = 0

    def body(answering: Answering) -> Iterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield bytes(1000)
            assert answering.has_answered.wait(30)

    answering = Answering(answer)
    with socket.create_server((ALIVE, 0)) as server, meanwhile(lambda: answering.serve(server)):
        client = httpx.Client(transport=RoutedTransport(ssl.create_default_context(), {}, at_once=()))
        with client:
            url = f"http://{ALIVE}:{server.getsockname()[1]}/"
            response = client.patch(url, content=body(answering), headers={"Content-Length": "100000"})
    assert (response.status_code, response.text) == (403, "no")
    assert taken <= blocks + 1


@contextmanager
def proxy_that_wants_a_login() -> Iterator[int]:
    """A port of a proxy that answers 407 to every connection, one after the other."""

    def refuse() -> None:
        while not is_over.is_set():
            connection, _ = server.accept()
            with connection:
                if connection.recv(65536):
                    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    is_over = threading.Event()

    with socket.create_server((ALIVE, 0)) as server:
        thread = threading.Thread(target=refuse)
        thread.start()
        yield server.getsockname()[1]
        is_over.set()
        socket.create_connection(server.getsockname()).close()  # the accept that it waits in ends
        thread.join()


@pytest.mark.parametrize("url", ["http://kinescope.example/", "https://kinescope.example/"])
def test_a_proxy_that_wants_a_login_is_named_without_its_password(url: str) -> None:
    with proxy_that_wants_a_login() as port:
        proxies = {"all": f"http://user:secret@{ALIVE}:{port}"}
        transport = RoutedTransport(ssl.create_default_context(), proxies, ())
        with pytest.raises(BatchStoppedError, match=rf"proxy http://{ALIVE}:{port} wants a login") as caught:
            transport.handle_request(httpx.Request("GET", url))
        transport.close()
    assert "into ALL_PROXY (" in caught.value.hint
    assert "secret" not in str(caught.value)


def test_a_proxy_that_wants_a_login_ends_the_run_at_once(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    with proxy_that_wants_a_login() as port:
        world.environment |= {"HTTP_PROXY": f"http://user:secret@{ALIVE}:{port}", "NO_PROXY": ""}
        process = world.start()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert f"proxy http://{ALIVE}:{port} wants a login" in said
    assert "into HTTP_PROXY (" in said
    assert "secret" not in said


def test_an_answer_that_comes_right_after_the_last_byte_keeps_the_connection() -> None:
    answered = threading.Event()

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            for _ in range(2):
                received = b""
                while not received.endswith(b"END"):
                    received += connection.recv(4096)
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                answered.set()

    def body() -> Iterator[bytes]:
        yield b"END"
        assert answered.wait(30)
        answered.clear()

    with socket.create_server((ALIVE, 0)) as server, meanwhile(lambda: serve(server)):
        url = f"http://{ALIVE}:{server.getsockname()[1]}/"
        with httpx.Client(
            transport=RoutedTransport(ssl.create_default_context(), {}, at_once=()), timeout=10
        ) as client:
            for _ in range(2):  # a second connection would find nobody who accepts it
                assert client.patch(url, content=body(), headers={"Content-Length": "3"}).status_code == 204

"""How connections are opened: past an address that does not answer, and through proxies that can be used only."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import httpcore
import pytest

from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.transport import GoodAddresses, RoutedTransport
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


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs 127.0.0.2 and a full queue")
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


def test_the_last_address_gets_the_whole_time_and_its_error_is_told() -> None:
    with socket.create_server((ALIVE, 0)) as server:
        port = server.getsockname()[1]
    backend = GoodAddresses(lambda _host, _port: [ALIVE], moment=0.1)
    with pytest.raises(httpcore.ConnectError, match="refused"):
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

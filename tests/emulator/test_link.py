import errno
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from kinescope_upload.emulator import Break, Direction, Emulator, Link, Route
from support.conversation import Caller
from support.elapsed import no_shorter

DEADLINE = 10.0
SILENCE = 0.05
"""Seconds in which nothing must come."""


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A server that does nothing by itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE)
        yield server


@contextmanager
def connected(server: socket.socket) -> Iterator[tuple[Link, socket.socket, socket.socket]]:
    """A link, and both ends of a connection over it."""
    with Link(f"http://127.0.0.1:{server.getsockname()[1]}") as link, dialled(link) as client:
        accepted, _ = server.accept()
        with accepted:
            accepted.settimeout(DEADLINE)
            yield link, client, accepted


@contextmanager
def dialled(link: Link) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", link.port), timeout=DEADLINE) as client:
        yield client


@pytest.fixture
def ends() -> Iterator[tuple[Link, socket.socket, socket.socket]]:
    with listening() as server, connected(server) as ends:
        yield ends


Ends = tuple[Link, socket.socket, socket.socket]


def received(sock: socket.socket) -> tuple[bytes, str]:
    """Return all that comes, and how it ends: "fin" or "rst"."""
    data = b""
    try:
        while block := sock.recv(65536):
            data += block
    except OSError as error:
        if error.errno != errno.ECONNRESET:
            raise
        return data, "rst"
    return data, "fin"


def test_bytes_go_both_ways_and_are_counted(ends: Ends) -> None:
    link, client, server = ends
    client.sendall(b"question")
    assert server.recv(100) == b"question"
    server.sendall(b"ok")
    assert client.recv(100) == b"ok"
    assert link.wait_until(lambda link: link.bytes_relayed == 10, DEADLINE)
    assert (link.bytes_up, link.bytes_down, link.connections, link.open_connections) == (8, 2, 1, 1)


def test_the_end_of_one_direction_is_passed_on(ends: Ends) -> None:
    _, client, server = ends
    client.sendall(b"all of it")
    client.shutdown(socket.SHUT_WR)
    assert received(server) == (b"all of it", "fin")
    server.sendall(b"answer")
    server.close()
    assert received(client) == (b"answer", "fin")


def test_a_whole_upload_goes_over_the_link(far_caller: Caller, emulator: Emulator, link: Link) -> None:
    data = bytes(range(256)) * 20_000
    made = far_caller.uploaded(data)
    assert made.url.startswith(link.url)
    assert emulator.bytes_of(made.video_id).read_bytes() == data
    assert link.bytes_up > len(data)


@pytest.mark.parametrize("by", list(Break))
def test_a_connection_is_cut_after_exactly_so_many_bytes(ends: Ends, by: Break) -> None:
    link, client, server = ends
    link.cut(after=5, by=by)
    client.sendall(b"123456789")
    with suppress(ConnectionResetError):
        assert client.recv(1) == b""
    data, _ = received(server)
    assert link.bytes_up == 5
    assert data == b"12345"
    assert link.cuts == 1


@pytest.mark.parametrize("by", list(Break))
def test_both_sides_see_how_the_connection_was_broken(ends: Ends, by: Break) -> None:
    link, client, server = ends
    link.cut_now(by)
    assert received(client) == (b"", by.value)
    assert received(server) == (b"", by.value)
    assert link.open_connections == 0


def test_every_connection_is_cut_until_it_is_switched_off(link: Link) -> None:
    link.cut(after=3)
    for _ in range(3):
        with dialled(link) as client:
            client.sendall(b"GET / HTTP/1.1\r\n")
            assert received(client)[0] == b""
    assert (link.cuts, link.bytes_up) == (3, 9)
    link.heal()
    assert httpx.get(f"{link.url}/_emulator/state", trust_env=False).status_code == 200


def test_only_so_many_connections_are_cut_as_it_says(far_caller: Caller, link: Link) -> None:
    link.cut(after=10, times=2)
    outcomes = []
    for _ in range(4):
        try:
            outcomes.append(far_caller.request("GET", "/v1/projects").status_code)
        except httpx.TransportError:
            outcomes.append(0)
    assert outcomes == [0, 0, 200, 200]


def test_what_arrived_before_a_cut_is_kept_and_nothing_more(far_caller: Caller, emulator: Emulator, link: Link) -> None:
    made = far_caller.made(4_000_000)
    link.cut(after=1_500_000, by=Break.FIN, times=1)
    with pytest.raises(httpx.TransportError):
        far_caller.patch(made.url, b"x" * 4_000_000)
    stored = far_caller.offset(made.url)
    assert 1_499_000 < stored < 1_500_000
    assert far_caller.patch(made.url, b"x" * (4_000_000 - stored), stored).status_code == 204
    assert emulator.accounting.bytes_received == 4_000_000


def test_an_answer_can_be_lost_on_its_way(far_caller: Caller, emulator: Emulator, link: Link) -> None:
    link.lose_answers(times=1)
    with pytest.raises(httpx.TransportError):
        far_caller.init(3)
    assert len(emulator.videos()) == 1
    assert far_caller.init(3).status_code == 201


def test_an_answer_can_be_cut_in_its_middle(ends: Ends) -> None:
    link, client, server = ends
    link.cut(after=4, by=Break.FIN, direction=Direction.DOWN)
    server.sendall(b"answer")
    assert received(client) == (b"answ", "fin")


def test_a_stalled_line_keeps_connections_open_and_silent(ends: Ends) -> None:
    link, client, server = ends
    link.stall()
    client.sendall(b"question")
    server.settimeout(SILENCE)
    with pytest.raises(TimeoutError):
        server.recv(1)
    with dialled(link) as second:
        second.settimeout(SILENCE)
        second.sendall(b"hello?")
        with pytest.raises(TimeoutError):
            second.recv(1)
    server.settimeout(DEADLINE)
    link.resume()
    assert server.recv(100) == b"question"


def test_a_stalled_line_can_be_cut(ends: Ends) -> None:
    link, client, server = ends
    link.stall()
    client.sendall(b"question")
    link.cut_now(Break.RST)
    assert received(client) == (b"", "rst")
    assert received(server) == (b"", "rst")


def test_connections_are_refused_until_they_are_accepted_again(far_caller: Caller, link: Link) -> None:
    port = link.port
    link.refuse()
    link.refuse()
    with pytest.raises(httpx.ConnectError):
        far_caller.request("GET", "/v1/projects")
    link.accept()
    assert link.port == port
    assert far_caller.request("GET", "/v1/projects").status_code == 200


def test_open_connections_outlive_a_refusal(ends: Ends) -> None:
    link, client, server = ends
    link.refuse()
    client.sendall(b"still here")
    assert server.recv(100) == b"still here"


def test_a_server_that_is_down_resets_the_client() -> None:
    with listening() as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with Link(url) as link, pytest.raises(ConnectionResetError), dialled(link) as client:
        client.recv(1)


def test_latency_delays_bytes_and_keeps_their_order(ends: Ends) -> None:
    link, client, server = ends
    link.slow_down(latency=0.05)
    began = time.monotonic()
    for number in range(50):
        client.sendall(b"%02d" % number)
    first = server.recv(1)
    assert no_shorter(time.monotonic() - began, 0.05)
    link.slow_down()
    client.sendall(b"end")
    client.shutdown(socket.SHUT_WR)
    rest, end = received(server)
    assert (first + rest, end) == (b"".join(b"%02d" % number for number in range(50)) + b"end", "fin")


def test_a_cut_waits_for_what_is_late(ends: Ends) -> None:
    link, client, server = ends
    link.slow_down(latency=0.02)
    link.cut(after=5, by=Break.FIN)
    client.sendall(b"123456789")
    assert received(server)[0] == b"12345"


@pytest.mark.parametrize("shared", [True, False])
def test_a_rate_limits_what_goes_over(ends: Ends, shared: bool) -> None:
    link, client, server = ends
    rate = 1_000_000.0
    link.slow_down(rate=None if shared else rate, shared_rate=rate if shared else None)
    threading.Thread(target=_send_and_end, args=(client, bytes(200_000))).start()
    assert server.recv(1) == b"\0"
    assert link.bytes_up < 200_000
    link.slow_down()
    assert len(received(server)[0]) == 199_999


def _send_and_end(client: socket.socket, data: bytes) -> None:
    client.sendall(data)
    client.shutdown(socket.SHUT_WR)


def test_a_line_can_fall_silent_after_so_many_bytes_until_it_is_resumed(ends: Ends) -> None:
    link, client, server = ends
    link.slow_down(rate=1_000_000)
    link.stall(after=100_000)
    threading.Thread(target=_send_and_end, args=(client, bytes(300_000))).start()
    assert link.wait_until(lambda one: one.bytes_up >= 100_000, DEADLINE)
    held = link.bytes_up
    assert held < 100_000 + 65536
    assert not link.wait_until(lambda one: one.bytes_up > held, timeout=0.2)
    link.slow_down()
    link.resume()
    assert len(received(server)[0]) == 300_000


def test_what_is_in_flight_is_bounded(ends: Ends) -> None:
    link, client, server = ends
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    client.settimeout(0.2)
    sent = 0
    with suppress(TimeoutError):
        while sent < 10_000_000:
            sent += client.send(bytes(65536))
    assert sent - link.bytes_up < 1_500_000


def test_a_link_ends_with_its_connections(emulator: Emulator) -> None:
    with Link(emulator.url) as link:
        client = socket.create_connection(("127.0.0.1", link.port), timeout=DEADLINE)
        assert emulator.accounting.wait_until(lambda seen: seen.connections == 1, DEADLINE)
        link.stall()
    with client:
        assert received(client) == (b"", "rst")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", link.port))


def test_the_emulator_sees_the_links_connections(far_caller: Caller, emulator: Emulator, link: Link) -> None:
    far_caller.request("GET", "/v1/projects")
    assert (link.connections, emulator.accounting.connections) == (1, 1)
    assert emulator.accounting.requests()[Route.PROJECTS] == 1


def test_a_link_that_has_not_begun_cannot_be_cut() -> None:
    with pytest.raises(RuntimeError):
        Link("http://127.0.0.1:9").cut_now()


def test_a_link_counts_nothing_before_it_begins() -> None:
    link = Link("http://127.0.0.1:9")
    link.cut(after=5)
    assert (link.connections, link.open_connections, link.bytes_relayed, link.cuts) == (0, 0, 0, 0)


def test_late_bytes_for_a_broken_side_are_dropped(ends: Ends) -> None:
    link, client, server = ends
    link.slow_down(latency=0.02)
    client.sendall(b"1")
    assert server.recv(1) == b"1"
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0))
    server.close()
    assert received(client)[0] == b""

"""Whoever looks up a name, connects or agrees on TLS is not held by it once the connections are cut."""

from __future__ import annotations

import _thread
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Final

import httpcore
import pytest

from kinescope_upload.kinescope.background import EndableWaits
from kinescope_upload.kinescope.transport import GoodAddresses
from support.concurrency import meanwhile

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONG: Final = 60.0
_SOON: Final = 15.0
"""Seconds; far less than a wait takes by itself, far more than its end on a busy machine."""


class _SlowNames:
    """Looks a name up until it is let go, as a resolver does that nobody answers."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()
        self.answers = threading.Event()

    def __call__(self, _host: str, _port: int) -> list[str]:
        self.is_asked.set()
        assert self.answers.wait(_LONG)
        return ["127.0.0.1"]


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        yield listener


def test_a_cut_ends_the_look_for_a_name_and_closes_what_is_connected_later(server: socket.socket) -> None:
    names = _SlowNames()
    backend = GoodAddresses(names)

    def cut() -> None:
        assert names.is_asked.wait(30)
        backend.cut()

    with meanwhile(cut), pytest.raises(httpcore.ConnectError, match="cut"):
        backend.connect_tcp("kinescope.example", server.getsockname()[1], timeout=_LONG)
    names.answers.set()
    late, _ = server.accept()
    with late:
        late.settimeout(30)
        assert late.recv(1) == b""


def test_what_is_connected_after_the_end_is_closed(server: socket.socket) -> None:
    """A thread may still be on its way when its client is closed: nobody would close its connection."""
    names = _SlowNames()
    backend = GoodAddresses(names)

    def close() -> None:
        assert names.is_asked.wait(30)
        backend.close()
        names.answers.set()

    with meanwhile(close), pytest.raises(httpcore.ConnectError):
        backend.connect_tcp("kinescope.example", server.getsockname()[1], timeout=_LONG)
    late, _ = server.accept()
    with late:
        late.settimeout(_SOON)
        assert late.recv(1) == b""


def test_a_cut_ends_a_tls_handshake_that_nobody_answers(server: socket.socket) -> None:
    backend = GoodAddresses()
    stream = backend.connect_tcp("127.0.0.1", server.getsockname()[1], timeout=_LONG)
    other, _ = server.accept()

    def cut() -> None:
        assert other.recv(1), "the handshake is under way"
        backend.cut()

    began = time.monotonic()
    with other, meanwhile(cut), pytest.raises(httpcore.ConnectError, match="cut"):
        stream.start_tls(ssl.create_default_context(), "localhost", timeout=_LONG)
    assert time.monotonic() - began < _SOON


def test_what_is_begun_after_a_cut_is_not_cut(server: socket.socket) -> None:
    backend = GoodAddresses()
    backend.cut()
    backend.connect_tcp("127.0.0.1", server.getsockname()[1], timeout=_LONG).close()


def test_a_signal_that_interrupts_no_wait_is_heard_in_this_one() -> None:
    """`interrupt_main` wakes nobody, as a signal on Windows does not."""
    names = _SlowNames()

    def interrupt() -> None:
        assert names.is_asked.wait(30)
        _thread.interrupt_main()

    with meanwhile(interrupt), pytest.raises(KeyboardInterrupt):
        GoodAddresses(names).connect_tcp("kinescope.example", 80, timeout=_LONG)
    names.answers.set()


def test_the_outcome_of_the_work_is_that_of_the_wait() -> None:
    waits = EndableWaits()
    assert waits.result_of(lambda: 7, lambda _: pytest.fail("it was waited for")) == 7
    with pytest.raises(ZeroDivisionError):
        waits.result_of(lambda: 1 // 0, lambda _: None)


def test_what_the_work_returns_in_the_instant_of_an_interrupt_is_discarded() -> None:
    """It was opened already, and whoever waited never gets it."""
    discarded: list[int] = []
    left_over = threading.Event()

    def work() -> int:
        _thread.interrupt_main()  # heard when the work's end wakes the wait
        return 7

    def discard(result: int) -> None:
        discarded.append(result)
        left_over.set()

    with pytest.raises(KeyboardInterrupt):
        EndableWaits().result_of(work, discard)
    assert left_over.wait(_SOON)
    assert discarded == [7]

"""One HTTP connection, as the emulator needs it: it can be cut without an answer, and nothing that arrived is lost.

uvicorn takes a protocol class for its `http` setting; this one is its HTTP/1.1 protocol with three things added.
It hands itself to the application in the connection's state, so that a handler can cut the connection, or be told of
its end. It keeps the bytes that arrived just before a break, which the protocol below forgets as soon as it sees the
break. And it is one of asyncio's buffered protocols: 1 MiB is read at once, which makes it twice as fast as the
256 KiB of the others.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from kinescope_upload.emulator.accounting import Accounting

__all__ = ["CONNECTION", "Connection", "Hangup", "connections_counted_by"]

CONNECTION = "connection"
"""The name of the connection in the state that requests carry."""


_READ = 1024 * 1024


class Connection(H11Protocol, asyncio.BufferedProtocol):
    """An HTTP/1.1 connection that its requests can reach as `scope["state"]["connection"]`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, CONNECTION: self}, _loop)
        self._buffer = memoryview(bytearray(_READ))
        self._is_lost = False
        self._at_loss: dict[str, Callable[[], None]] = {}

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - always the same
        """Return where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what arrived."""
        self.data_received(cast("bytes", self._buffer[:nbytes]))  # it is copied from there

    def unread(self) -> bytes:
        """Return the part of the request's body that arrived and that nobody received, after the break."""
        return bytes(self.cycle.body)

    def when_lost(self, topic: str, action: Callable[[], None]) -> None:
        """Perform this when the connection has ended (at once, if it has); one action for each topic, the latest."""
        if self._is_lost:
            action()
        else:
            self._at_loss[topic] = action

    def connection_lost(self, exc: Exception | None) -> None:
        """Perform what was asked for."""
        self._is_lost = True
        for action in self._at_loss.values():
            action()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close the connection now; what was not sent yet is not sent."""
        self.transport.abort()


def connections_counted_by(accounting: Accounting) -> type[Connection]:
    """Return the class of connections whose number and bytes are counted there."""

    class CountedConnection(Connection):
        """A connection that counts itself and what arrives over it."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
            """Count the connection."""
            accounting.connect()
            _send_at_once(transport)
            super().connection_made(transport)

        def data_received(self, data: bytes) -> None:
            """Count what arrived."""
            accounting.arrive(len(data))
            super().data_received(data)

    return CountedConnection


def _send_at_once(transport: asyncio.Transport) -> None:
    """Let an answer's body follow its head at once, instead of 40 ms later when the client acknowledges the head.

    asyncio does that by itself only for sockets that were made with their protocol's number.
    """
    one = transport.get_extra_info("socket")
    if one is not None:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Hangup(Response):
    """No answer: the connection is closed, quietly."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        """Close the connection, and wait until the server below knows it, or it would answer by itself."""
        scope["state"][CONNECTION].abort()
        while (await receive())["type"] != "http.disconnect":
            pass

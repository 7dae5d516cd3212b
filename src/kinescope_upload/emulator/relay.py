"""The inside of a link: it listens, and relays every connection through two pipes. Used in one loop's thread."""

import asyncio
import os
import socket
import struct
from contextlib import suppress

from kinescope_upload.emulator.line import Break, Direction, Line
from kinescope_upload.emulator.pipe import CutError, Pipe

__all__ = ["BUFFER", "Relay"]

BUFFER = 128 * 1024
"""The size asked for the link's socket buffers, in bytes."""
_HOST = "127.0.0.1"
_BACKLOG = 512
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Relay:
    """Accepts connections and relays them to the target, as the line's condition allows."""

    def __init__(self, target: tuple[str, int], port: int, line: Line) -> None:
        self._target = target
        self._line = line
        self._listener = _bound(port)
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self._is_accepting = False
        self._open: dict[asyncio.Task[None], Break] = {}

    @property
    def open_connections(self) -> int:
        """Connections open now."""
        return len(self._open)

    async def accept(self) -> None:
        """Accept connections from here on; the loop has to be one that watches sockets (`add_reader`)."""
        if not self._is_accepting:
            self._listener.listen(_BACKLOG)
            asyncio.get_running_loop().add_reader(self._listener, self._accept_one)
            self._is_accepting = True

    async def refuse(self) -> None:
        """Refuse connections from here on; a socket that is bound and does not listen keeps the port."""
        if self._is_accepting:
            self._stop_accepting()
            self._listener.close()
            self._listener = _bound(self.port)

    async def break_all(self, by: Break) -> None:
        """Break every open connection."""
        tasks = tuple(self._open)
        for task in tasks:
            self._open[task] = by
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Give up the port, and break every open connection."""
        if self._is_accepting:
            self._stop_accepting()
        await self.break_all(Break.RST)
        self._listener.close()

    def _stop_accepting(self) -> None:
        asyncio.get_running_loop().remove_reader(self._listener)
        self._is_accepting = False

    def _accept_one(self) -> None:
        """Take the connection that waits; a connection is never between the listener and its task."""
        try:
            client, _ = self._listener.accept()
        except OSError:  # it is gone again
            return
        self.accepted += 1
        task = asyncio.create_task(self._relay(client))
        self._open[task] = Break.FIN
        # a task that is cancelled before its first step closes nothing itself
        task.add_done_callback(lambda ended: _close(client, self._open.pop(ended)))

    async def _relay(self, client: socket.socket) -> None:
        """Relay one connection until it ends on both sides, or is broken."""
        server = _tuned(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        _tuned(client)
        by = Break.FIN
        try:
            await asyncio.get_running_loop().sock_connect(server, self._target)
            await self._pump(client, server)
        except CutError as cut:
            by = cut.by
        except OSError:
            by = Break.RST
        except asyncio.CancelledError:
            task = asyncio.current_task()
            by = self._open[task] if task is not None else Break.RST
        finally:
            _close(client, by)
            _close(server, by)

    async def _pump(self, client: socket.socket, server: socket.socket) -> None:
        pipes = {
            asyncio.create_task(Pipe(self._line, Direction.UP, client, server).run()),
            asyncio.create_task(Pipe(self._line, Direction.DOWN, server, client).run()),
        }
        try:
            done, _ = await asyncio.wait(pipes, return_when=asyncio.FIRST_EXCEPTION)
            for pipe in done:
                await pipe
        finally:
            await _end(*pipes)


def _bound(port: int) -> socket.socket:
    listener = _tuned(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _tuned(sock: socket.socket) -> socket.socket:
    """Return the socket with small buffers, unblocking, sending at once."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setblocking(False)
    return sock


def _close(sock: socket.socket, by: Break) -> None:
    with suppress(OSError):
        match by:
            case Break.RST:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            case Break.FIN:
                sock.shutdown(socket.SHUT_WR)
    sock.close()


async def _end(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks, and wait until they have ended; how they ended has been dealt with."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

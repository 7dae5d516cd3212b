"""One direction of one connection of a link: bytes are read, paced, delayed, relayed, or not."""

import asyncio
import socket

from kinescope_upload.emulator.line import Break, Cut, Direction, Line

__all__ = ["BLOCK", "CutError", "Pipe"]

BLOCK = 64 * 1024
"""The most bytes that are read at once."""
_BLOCKS_UNDER_WAY = 16
"""So many blocks may be on their way when there is latency."""
_BLOCKS_PER_SECOND = 50
"""Blocks become smaller on a slow line, so that it flows evenly."""


class CutError(Exception):
    """The connection is to be broken here."""

    def __init__(self, by: Break) -> None:
        super().__init__(by)
        self.by = by


class Pipe:
    """Relays from one socket to another until the end of the stream."""

    def __init__(self, line: Line, direction: Direction, source: socket.socket, sink: socket.socket) -> None:
        self._line = line
        self._direction = direction
        self._source = source
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self._cut: Cut | None = None
        self._counted = 0
        self._free_at = 0.0
        self._late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_BLOCKS_UNDER_WAY)
        self._failure: OSError | None = None

    async def run(self) -> None:
        """Relay; at the end of the stream, end the other one.

        Raises:
            CutError: A cut was reached.
            OSError: A side broke.
        """
        deliverer = asyncio.create_task(self._deliver_late())
        try:
            while block := await self._read():
                await self._pace(len(block))
                await self._forward(block)
                await self._cut_if_reached(len(block))
            await self._settle()
            self._sink.shutdown(socket.SHUT_WR)
        finally:
            deliverer.cancel()
            await asyncio.wait({deliverer})

    async def _read(self) -> bytes:
        await self._line.flowing.wait()
        block = await self._loop.sock_recv(self._source, self._block_size())
        await self._line.flowing.wait()
        self._follow_cut()
        if self._cut is None or not block:
            return block
        if self._cut.after == 0:
            await self._break(self._cut)
        return block[: self._cut.after - self._counted]

    def _block_size(self) -> int:
        size = float(BLOCK)
        for rate in (self._line.rate, self._line.shared_rate):
            if rate is not None:
                size = min(size, rate / _BLOCKS_PER_SECOND)
        self._follow_cut()
        if self._cut is not None:
            size = min(size, self._cut.after - self._counted)
        return max(1, int(size))

    def _follow_cut(self) -> None:
        """Count anew when another cut was switched on."""
        if self._line.cut is not self._cut:
            applies = self._line.cut is not None and self._line.cut.direction is self._direction
            self._cut = self._line.cut if applies else None
            self._counted = 0

    async def _cut_if_reached(self, size: int) -> None:
        self._counted += size
        if self._cut is not None and self._counted >= self._cut.after and self._line.cut is self._cut:
            await self._break(self._cut)

    async def _break(self, cut: Cut) -> None:
        await self._settle()
        self._line.use_cut()
        raise CutError(cut.by)

    async def _pace(self, size: int) -> None:
        now = self._loop.time()
        delay = self._line.shared_delay(self._direction, size, now)
        if self._line.rate is not None:
            self._free_at = max(now, self._free_at) + size / self._line.rate
            delay = max(delay, self._free_at - now)
        if delay > 0:
            await asyncio.sleep(delay)

    async def _forward(self, block: bytes) -> None:
        if self._failure is not None:
            raise self._failure
        if self._line.latency > 0:
            await self._late.put((self._loop.time() + self._line.latency, block))
            return
        await self._settle()
        await self._send(block)

    async def _settle(self) -> None:
        """Wait until everything late has been delivered."""
        await self._late.join()
        if self._failure is not None:
            raise self._failure

    async def _deliver_late(self) -> None:
        """Send late blocks in their time; after a failure, drop them."""
        while True:
            due, block = await self._late.get()
            await asyncio.sleep(due - self._loop.time())
            try:
                if self._failure is None:
                    await self._send(block)
            except OSError as error:
                self._failure = error
            finally:
                self._late.task_done()

    async def _send(self, block: bytes) -> None:
        await self._line.flowing.wait()
        await self._loop.sock_sendall(self._sink, block)
        self._line.count(self._direction, len(block))

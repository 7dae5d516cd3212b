"""From the socket into the file: the body of a PATCH is gathered into blocks, stored and hashed beside the reading."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.requests import ClientDisconnect

from kinescope_upload.emulator.exchange import Exchange
from kinescope_upload.emulator.upload import Upload

__all__ = ["body_pieces", "take_body"]

_BLOCK = 1024 * 1024
"""So many bytes are gathered before they are stored in a thread."""
_SMALL = 64 * 1024
"""Less than this is stored at once: a thread would take longer."""


async def body_pieces(exchange: Exchange) -> AsyncGenerator[bytes, None]:
    """Yield the body as it arrives, and count its bytes.

    Raises:
        ClientDisconnect: The connection broke; everything that had arrived by then has been yielded.
    """
    broken, more = False, True
    while more and not broken:
        message = await exchange.request.receive()
        broken = message["type"] == "http.disconnect"
        piece = exchange.connection.unread() if broken else message.get("body", b"")
        more = message.get("more_body", False)
        if piece:
            exchange.service.accounting.receive(exchange.record, len(piece))
            yield piece
    if broken:
        raise ClientDisconnect


async def _when_whole(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Yield the pieces when all of them are there, as a hop that buffers requests does."""
    for piece in [piece async for piece in pieces]:
        yield piece


async def take_body(exchange: Exchange, upload: Upload, limit: int) -> bool:
    """Append the body to the upload, up to `limit` bytes, and stop there; True when there was more than that.

    Everything that arrived is stored when this returns or raises.

    Raises:
        ClientDisconnect: The connection broke.
    """
    writer = _Writer(exchange, upload)
    room = limit
    pieces = body_pieces(exchange)
    if exchange.service.settings.whole_requests:
        pieces = _when_whole(pieces)
    with upload.bytes.opened():
        try:
            async for piece in pieces:
                await writer.add(piece[:room])
                room -= len(piece)
                if room < 0 or upload.gone:
                    break
        finally:
            await pieces.aclose()
            await writer.flush()
    return room < 0


class _Writer:
    """Gathers pieces into blocks; one block is stored while the next is gathered."""

    def __init__(self, exchange: Exchange, upload: Upload) -> None:
        self._service = exchange.service
        self._upload = upload
        self._pieces: list[bytes] = []
        self._size = 0
        self._storing: asyncio.Task[None] | None = None

    async def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size >= _BLOCK:
            await self._settle()
            self._storing = asyncio.create_task(asyncio.to_thread(self._store, *self._next_block()))

    async def flush(self) -> None:
        await self._settle()
        pieces, size = self._next_block()
        if size > _SMALL:
            await asyncio.to_thread(self._store, pieces, size)
        elif size:
            self._store(pieces, size)

    async def _settle(self) -> None:
        if self._storing is not None:
            storing, self._storing = self._storing, None
            await storing

    def _next_block(self) -> tuple[list[bytes], int]:
        block = self._pieces, self._size
        self._pieces, self._size = [], 0
        return block

    def _store(self, pieces: list[bytes], size: int) -> None:
        self._upload.bytes.write(pieces)
        self._service.accounting.store(size)
        self._service.store.account(self._upload)

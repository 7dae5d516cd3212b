"""Runs uvicorn on a socket, without its clock, its logs and its signals: it sleeps while nobody asks for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import uvicorn

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp

_MOST_CONNECTIONS: Final = 64
_LAST_SECONDS: Final = 2


class _Server(uvicorn.Server):
    """uvicorn's server, which wakes up at the end instead of ten times a second."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._end = end

    async def main_loop(self) -> None:
        """Waits for the end."""
        await self._end()


async def serve(app: ASGIApp, listener: socket.socket, end: Callable[[], Awaitable[None]]) -> None:
    """Answers requests until the end, then lets those under way come to their end.

    Args:
        app: Answers them.
        listener: Where they come in.
        end: Returns when it is to end.
    """
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    await _Server(config, end).serve(sockets=[listener])

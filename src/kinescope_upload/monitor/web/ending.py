"""Has a page that is just being opened, or opened again, hear how its run ended before the server closes."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_JUST_NOW: Final = 3.0
"""Seconds after which a page that asked for nothing is closed, or listens; browsers come again after three."""


class Ending:
    """Who has been told of a run's end; for the server's loop alone.

    Args:
        longest: Seconds for which `wait` waits at most.
        clock: Monotonic seconds.
    """

    def __init__(self, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest = longest
        self._clock = clock
        self._looked_at: float | None = None
        self._told = asyncio.Event()

    def look(self) -> None:
        """Notes that a page is there now."""
        self._looked_at = self._clock()

    def tell(self) -> None:
        """Notes that a page was told the end; the others of its browser hear of it there."""
        self._told.set()

    async def wait(self) -> None:
        """Returns when a page was told, and soon where none was there a moment ago."""
        if self._looked_at is None or self._clock() - self._looked_at > _JUST_NOW:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), self._longest)

"""The budget of all waits of a try: each is bounded, and so is their sum."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_TICK = 5.0
_SHORTEST_TICK = 0.02
_TICKS = 40
"""A wait of the whole budget looks at least so many times."""
_LOOKS = 10
"""A shorter wait looks at least so many times."""


class WaitBudget:
    """Seconds that may still be waited; Ctrl+C ends every wait at once.

    Args:
        total: Seconds that all waits together may take.
        clock: Seconds that only grow.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        total: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.total = total
        self._left = total
        self._clock = clock
        self._sleep = sleep

    @property
    def left(self) -> float:
        """Seconds that may still be waited."""
        return max(0.0, self._left)

    @property
    def tick(self) -> float:
        """Seconds between two looks at something that takes time."""
        return min(_LONGEST_TICK, max(_SHORTEST_TICK, self.total / _TICKS))

    def now(self) -> float:
        """Seconds that only grow."""
        return self._clock()

    def pause(self, seconds: float) -> bool:
        """Waits so long; False, at once, when that is more than may still be waited."""
        if seconds > self._left:
            return False
        self._left -= seconds
        self._sleep(seconds)
        return True

    def grant(self, seconds: float) -> None:
        """Lets at least so many seconds be waited from now on: deleting must not fail for a budget that is used up."""
        self._left = max(self._left, seconds)

    def eventually(self, holds: Callable[[], bool], *, at_most: float) -> bool:
        """Whether it comes to hold within so many seconds, and within the budget."""
        begun, tick = self._clock(), min(self.tick, at_most / _LOOKS)
        while not holds():
            if self._clock() - begun >= at_most or not self.pause(tick):
                return False
        return True

"""Paces the requests to the management API: each waits for its turn among all workers and runs."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UnreachableError
from kinescope_upload.policy.pacing import Turns, spread, take_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kinescope_upload.kinescope.pace_file import PaceFile
    from kinescope_upload.policy.pacing import RequestLimit

LONG_WAIT: Final = 3.0
"""Seconds; a wait for a turn that is at least as long is reported to the listener."""
_LONGEST_SLICE: Final = 0.1
"""Seconds after which a waiting thread checks whether the wait was cut off."""


class RequestPace:
    """Starts requests no faster than all limits allow; every thread may use it.

    Args:
        limits: The limits, which all hold; empty means no limit.
        shared: The turns of other runs with the same token; None counts only this run's.
        clock: Seconds since the epoch.
        pause: Waits for so many seconds.
    """

    def __init__(
        self,
        limits: Sequence[RequestLimit],
        shared: PaceFile | None = None,
        *,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = spread(limits)
        self._shared = shared
        self._clock = clock
        self._pause = pause
        self._known = Turns()
        self._lock = threading.Lock()
        self._cuts = 0
        self._long_waits = 0
        self._long_since = 0.0
        self._on_start: Callable[[float], None] = lambda _: None
        self._on_end: Callable[[float], None] = lambda _: None
        self._check: Callable[[], None] = lambda: None

    def listen(
        self,
        on_start: Callable[[float], None],
        on_end: Callable[[float], None] = lambda _: None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Reports long waits from now on; waits that overlap are reported as one.

        Args:
            on_start: Called with the seconds that the first of them will take.
            on_end: Called with the seconds that they took.
            check: Called repeatedly during every wait, long or not; may raise to end it.
        """
        self._on_start, self._on_end, self._check = on_start, on_end, check

    def wait(self, action: str) -> None:
        """Waits until the next request may start.

        The longest limit and the turns that others took before bound the wait.

        Args:
            action: The request in words that follow "to".

        Raises:
            UnreachableError: The wait was cut off; or what `check` raises.
        """
        if not self._limits:
            return
        cuts = self._cuts
        seconds = self._seconds_to_turn()
        if seconds < LONG_WAIT:
            self._wait(seconds, cuts, action)
            return
        self._begin_long_wait(seconds)
        try:
            self._wait(seconds, cuts, action)
        finally:
            self._end_long_wait()

    def cut(self) -> None:
        """Ends every wait that runs now."""
        self._cuts += 1

    def _seconds_to_turn(self) -> float:
        with self._lock:
            turns = self._shared.change(self._take) if self._shared else None
            self._known = turns or self._take(Turns())
            return self._known.starts[-1] - self._known.seen_at

    def _take(self, there: Turns) -> Turns:
        """Adds one turn behind those of other runs and those that were taken while the file could not be used."""
        starts = (Counter(there.starts) | Counter(self._known.starts)).elements()
        seen_at = max(there.seen_at, self._known.seen_at)
        return take_turn(Turns(starts=tuple(sorted(starts)), seen_at=seen_at), self._limits, self._clock())

    def _wait(self, seconds: float, cuts: int, action: str) -> None:
        while seconds > 0:
            self._check()
            self._pause(min(seconds, _LONGEST_SLICE))
            seconds -= _LONGEST_SLICE
            if self._cuts != cuts:
                raise UnreachableError(f"The wait for a turn was cut off (about to {action}).", was_sent=False)

    def _begin_long_wait(self, seconds: float) -> None:
        with self._lock:
            self._long_waits += 1
            is_first = self._long_waits == 1
            if is_first:
                self._long_since = time.monotonic()
        if is_first:
            self._on_start(seconds)

    def _end_long_wait(self) -> None:
        with self._lock:
            self._long_waits -= 1
            is_last = not self._long_waits
            seconds = time.monotonic() - self._long_since
        if is_last:
            self._on_end(seconds)

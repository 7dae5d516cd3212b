"""Holds the bytes of all workers back while a person has paused the run."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import PausedError
from kinescope_upload.events import WaitEnded, WaitKind, WaitStarted
from kinescope_upload.kinescope.background import TICK

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.retries.gates import EmitWait
    from kinescope_upload.retries.stop import Stop

_REASON: Final = "Somebody paused the run."


class PauseGate:
    """Lets nobody pass while the run is paused. Every thread may use it.

    Args:
        stop: Ends the waits.
        emit: Hears of the pause.
        grace: Seconds that a request on its way gets to come to its end.
        clock: Monotonic seconds.
    """

    def __init__(
        self, *, stop: Stop, emit: EmitWait, grace: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stop = stop
        self._emit = emit
        self._grace = grace
        self._clock = clock
        self._lock = threading.Lock()
        self._held_since: float | None = None
        self._until = 0.0

    @property
    def is_held(self) -> bool:
        """Whether the run is paused."""
        return self._held_since is not None

    def hold(self, seconds: float) -> None:
        """Pauses the run for so many seconds from now on; where it is paused already, the pause gets another end."""
        with self._lock:
            now = self._clock()
            self._held_since = now if self._held_since is None else self._held_since
            self._until = now + seconds
            self._emit(WaitStarted(kind=WaitKind.PAUSED, reason=_REASON, longest=seconds))

    def release(self) -> None:
        """Goes on, unless the run is not paused."""
        with self._lock:
            if self._held_since is not None:
                self._emit(WaitEnded(kind=WaitKind.PAUSED, seconds=self._clock() - self._held_since))
            self._held_since = None

    def look(self) -> None:
        """Goes on when the time of the pause is over."""
        if self.is_held and self._clock() >= self._until:
            self.release()

    def wait(self) -> None:
        """Returns when the run is not paused.

        Raises:
            InterruptedRunError: The batch ends.
        """
        while self.is_held:
            self._stop.pause(TICK)

    def check(self) -> None:
        """Returns while a request that is on its way may go on.

        Raises:
            PausedError: It had its time to end.
        """
        since = self._held_since
        if since is not None and self._clock() - since >= self._grace:
            raise PausedError

"""Keeps the main thread free while other threads work: for signals, `kupload stop` and a machine that slept.

On Windows no signal interrupts a thread that waits for the network or a lock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.events import Warned
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.kinescope.background import TICK
from kinescope_upload.retries.stop import Ending
from kinescope_upload.side_by_side import begun, is_done

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from kinescope_upload.retries.stop import Stop

_T = TypeVar("_T")
_SLEPT_AT_LEAST: Final = 10.0
_BROKEN_OFF: Final = Ending(exit_code=ExitCode.INTERRUPTED, reason="Stopped.")
LAST_MOMENT: Final = 1.5
"""Seconds that work gets to end once it is interrupted."""


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the thread does that waits for others.

    Attributes:
        stop: Ends what is watched.
        cut: Ends every connection: none survives that the machine sleeps.
        emit: Takes a `Warned` when the machine slept.
        look: Called several times a second.
    """

    stop: Stop
    cut: Callable[[], None]
    emit: Callable[[Warned], None]
    look: Callable[[], None] = _nothing

    def until(self, is_over: Callable[[float], bool]) -> None:
        """Returns when the work is over, or is to stop.

        Args:
            is_over: Waits that many seconds at most, and tells whether the work is over.
        """
        sleep = SleepDetector(self._wake)
        while self.stop.ending is None and not is_over(TICK):
            sleep.tick()
            self.stop.look()
            self.look()

    def during(self, work: Callable[[], _T]) -> _T:
        """Returns what the work returns, which is done in a thread of its own.

        Raises:
            InterruptedRunError: It is to stop, and did not come to its end.
            KeyboardInterrupt: A signal ended it.
            KuploadError: What the work raised.
        """
        done: Future[_T] | None = None
        try:
            done = begun(work, "kupload-work")
            self.until(partial(is_done, done))
        except BaseException:
            self.stop.request(_BROKEN_OFF)
            if done is not None:  # else the signal came before the work was known
                is_done(done, LAST_MOMENT)
            raise
        if not is_done(done, LAST_MOMENT) or done.exception() is not None:
            self.stop.check()
        return done.result()

    def pause(self, seconds: float) -> None:
        """Waits that many seconds.

        Raises:
            InterruptedRunError: It is to stop.
        """
        ends_at = time.monotonic() + seconds

        def is_over(most: float) -> bool:
            left = ends_at - time.monotonic()
            self.stop.pause(min(most, left))
            return left <= most

        self.stop.look()
        self.until(is_over)
        self.stop.check()

    def _wake(self, seconds: float) -> None:
        self.emit(Warned(message=f"The machine slept for {seconds:.0f} s: connections are opened again."))
        self.cut()


class SleepDetector:
    """Notices that the machine slept (or the process was suspended): no tick came for far too long.

    Connections do not survive a sleep, and nobody tells their owner, who would wait for them until the stall time.

    Args:
        on_wake: Called with the seconds slept.
        clocks: Clocks in seconds; some count sleep, some do not, on each system others.
    """

    def __init__(
        self,
        on_wake: Callable[[float], None],
        clocks: tuple[Callable[[], float], ...] = (time.monotonic, time.time),
    ) -> None:
        self._on_wake = on_wake
        self._clocks = clocks
        self._last = self._now()

    def tick(self) -> None:
        """To be called at least every second."""
        now = self._now()
        slept = max(after - before for after, before in zip(now, self._last, strict=True))
        self._last = now
        if slept >= _SLEPT_AT_LEAST:
            self._on_wake(slept)

    def _now(self) -> tuple[float, ...]:
        return tuple(clock() for clock in self._clocks)

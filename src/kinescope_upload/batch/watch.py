"""Watches for signals, a request to stop and a machine that slept, while the workers work."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.retries.stop import GO_ON, Ending, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


_SLEPT_AT_LEAST: Final = 10.0
_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def graceful_signals(stop: Stop) -> Iterator[None]:
    """The first signal ends the batch with everything saved; a second one ends the process at once."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.ending is not None and stop.ending.exit_code == ExitCode.INTERRUPTED:
            os._exit(ExitCode.INTERRUPTED)
        name = signal.Signals(number).name
        word = "Ctrl+C" if name == "SIGINT" else name
        stop.request(Ending(exit_code=ExitCode.INTERRUPTED, reason=f"Stopped by {word}.", hint=GO_ON))

    hangup = getattr(signal, "SIGHUP", None)
    is_under_nohup = hangup is not None and signal.getsignal(hangup) is signal.SIG_IGN
    heard = [number for number in _SIGNALS if not (is_under_nohup and number == hangup)]
    before = {number: signal.signal(number, on_signal) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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

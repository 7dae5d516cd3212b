"""Ctrl+C and its kin while the demo runs."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Final, Self

from kinescope_upload.errors import InterruptedRunError

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["Interruption"]

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
_TICK: Final = 0.2
"""Some systems do not wake a thread that waits without a limit, so each wait has one."""


class Interruption:
    """While it is entered, a wish to stop is noted instead of raised, so that nothing half-made is left behind."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._wishes = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        """Takes the signals over."""
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        """Gives the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type] # what signal() gave

    @property
    def wishes(self) -> int:
        """How many times the stop was asked for."""
        return self._wishes

    def check(self) -> None:
        """Returns while nobody asked to stop.

        Raises:
            InterruptedRunError: Somebody did.
        """
        if self._wishes:
            raise InterruptedRunError("The demo was stopped.", "Everything that it had made is removed.")

    def wait(self) -> None:
        """Returns when somebody asks to stop."""
        while not self._event.wait(_TICK):
            pass

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._wishes += 1
        self._event.set()

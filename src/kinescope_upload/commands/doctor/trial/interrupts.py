"""Hears Ctrl+C and its kin only where a try can answer it, so that what it made is always named."""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Interrupts"]

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Interrupts:
    """Takes the signals over: one interrupts a block of `heard`, the others until the next such block are ignored.

    Outside the main thread nothing is taken over, since signals arrive there alone.
    """

    def __init__(self) -> None:
        self._is_heard = False

    @contextmanager
    def taken_over(self) -> Iterator[None]:
        """Handles the signals while the block runs, and gives them back afterwards."""
        before = {}
        for name in _SIGNALS:
            if hasattr(signal, name):
                number = getattr(signal, name)
                with suppress(ValueError):  # not in the main thread
                    before[number] = signal.signal(number, self._handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Lets the first signal raise `KeyboardInterrupt` in the block."""
        self._is_heard = True
        try:
            yield
        finally:
            self._is_heard = False

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._is_heard:
            self._is_heard = False
            raise KeyboardInterrupt

"""Ctrl+C during a try: it ends what may be ended, and never the telling of what stays."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

T = TypeVar("T")

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_BURST: Final = 0.5
"""Seconds in which several signals count as one: a key that is held down must not end the deleting as well."""


class Interrupts:
    """Hears the signals that ask a process to end.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._may_raise = False
        self._raised_at = float("-inf")

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hears them as long as the block runs; elsewhere than in the main thread, Python hears them itself.

        After the first one the process is about to end: others are ignored from the end of the block on, also while
        the interpreter shuts down.
        """
        numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        before = {}
        try:
            with suppress(ValueError):
                for number in numbers:
                    before[number] = signal.signal(number, self._hear)
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, signal.SIG_IGN if self.is_asked else handler)

    @property
    def is_asked(self) -> bool:
        """Whether a signal ended something."""
        return self._raised_at > float("-inf")

    def run(self, work: Callable[[], T]) -> T:
        """What the work gives; a signal ends it. Outside of such work, signals are passed over.

        Raises:
            KeyboardInterrupt: There was one.
        """
        try:
            self._may_raise = True
            return work()
        finally:
            self._may_raise = False

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        now = self._clock()
        if self._may_raise and now - self._raised_at >= _BURST:
            self._raised_at = now
            raise KeyboardInterrupt

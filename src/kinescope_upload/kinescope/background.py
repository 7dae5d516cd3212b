"""Does work in a thread of its own, which dies with the process, and waits for it in short steps.

Nothing interrupts a thread that looks up a name, connects or waits for a lock, and on Windows no signal interrupts one
that waits for the network. Whoever waits in short steps hears both Ctrl+C and whatever else is to end the wait.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kinescope_upload.side_by_side import begun, end_by, is_done

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

_T = TypeVar("_T")
TICK: Final = 0.2
"""Seconds of one step."""


class EndableWaits:
    """Lets every thread wait for what nothing interrupts, and ends all these waits when asked."""

    def __init__(self) -> None:
        self._waiting: set[Future[Any]] = set()
        self._lock = threading.Lock()

    def end(self, error: Callable[[], BaseException]) -> None:
        """Raises such an error in everybody who waits now."""
        with self._lock:
            for done in self._waiting:
                end_by(done, error())

    def result_of(self, work: Callable[[], _T], discard: Callable[[_T], object]) -> _T:
        """Returns what the work returns.

        Args:
            work: What is done; it ends by itself some time.
            discard: Gets what it returns after the wait was ended.
        """
        with self._lock:
            done = begun(work, "kupload-wait", discard)
            self._waiting.add(done)
        try:
            while not is_done(done, TICK):
                pass
            return done.result()
        finally:
            with self._lock:
                self._waiting.remove(done)
            end_by(done, TimeoutError())  # whoever waited was interrupted

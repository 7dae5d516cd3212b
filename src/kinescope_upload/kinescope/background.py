"""Does work in a thread of its own, which dies with the process, and waits for it in short steps.

Nothing interrupts a thread that looks up a name, connects or waits for a lock, and on Windows no signal interrupts one
that waits for the network. Whoever waits in short steps hears both Ctrl+C and whatever else is to end the wait.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kinescope_upload.side_by_side import begin, end_by, is_done

if TYPE_CHECKING:
    from collections.abc import Callable

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
        done: Future[_T] = Future()
        try:
            with self._lock:
                self._waiting.add(done)
            begin(work, done, "kupload-wait", discard)
            while not is_done(done, TICK):
                pass
        except BaseException:  # whoever waits is interrupted
            end_by(done, TimeoutError())
            if done.exception() is None:  # the work has just ended, and nobody takes what it returned
                discard(done.result())
            raise
        finally:
            with self._lock:
                self._waiting.discard(done)
        return done.result()

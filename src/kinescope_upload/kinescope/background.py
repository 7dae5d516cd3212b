"""Does work in a thread of its own, which dies with the process, and waits for it in short steps.

Nothing interrupts a thread that looks up a name, connects or waits for a lock, and on Windows no signal interrupts one
that waits for the network. Whoever waits in short steps hears both Ctrl+C and whatever else is to end the wait.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, InvalidStateError, wait
from typing import TYPE_CHECKING, Any, Final, TypeVar

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
                _end_by(done, error())

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
            _end_by(done, TimeoutError())  # whoever waited was interrupted


def begun(work: Callable[[], _T], name: str, discard: Callable[[_T], object] = lambda _: None) -> Future[_T]:
    """Begins the work in a thread of this name.

    Args:
        work: What is done.
        name: The thread's name.
        discard: Gets what the work returns where somebody has ended the wait for it by an outcome of their own.
    """
    done: Future[_T] = Future()

    def do() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - raised again by `result`
            _end_by(done, error)
            return
        try:
            done.set_result(result)
        except InvalidStateError:
            discard(result)

    threading.Thread(target=do, name=name, daemon=True).start()
    return done


def _end_by(done: Future[_T], error: BaseException) -> None:
    """Ends the wait for work with this error, unless it is over; the work itself goes on unseen."""
    try:
        done.set_exception(error)
    except InvalidStateError:
        return


def is_done(done: Future[_T], seconds: float) -> bool:
    """Waits that many seconds at most, and tells whether the work is over."""
    return bool(wait([done], seconds).done)

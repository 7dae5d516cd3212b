"""Does work in threads of their own, and makes calls side by side, so that their round trips are waited for once."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_T = TypeVar("_T")
_M_ARENA_MAX: Final = -8
"""mallopt(3): how many heaps there are at most; glibc makes up to eight for each processor."""


def begun(work: Callable[[], _T], name: str) -> Future[_T]:
    """Begins the work in a thread of this name, and returns what will hold its outcome."""
    done: Future[_T] = Future()
    begin(work, done, name, lambda _: None)
    return done


def begin(work: Callable[[], _T], done: Future[_T], name: str, discard: Callable[[_T], object]) -> None:
    """Begins the work in a thread of its own.

    Args:
        work: What is done.
        done: Gets the outcome.
        name: The thread's name.
        discard: Gets what the work returns where somebody has ended the wait for it by an outcome of their own.
    """

    def do() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - raised again by `result`
            end_by(done, error)
            return
        try:
            done.set_result(result)
        except InvalidStateError:
            discard(result)

    threading.Thread(target=do, name=name, daemon=True).start()


def end_by(done: Future[_T], error: BaseException) -> None:
    """Ends the wait for work with this error, unless it is over; the work itself goes on unseen."""
    try:
        done.set_exception(error)
    except InvalidStateError:
        return


def is_done(done: Future[_T], seconds: float) -> bool:
    """Waits that many seconds at most, and tells whether the work is over."""
    return bool(wait([done], seconds).done)


class SideBySide(Generic[_T]):
    """Several calls at once, as one that can be tried again.

    Args:
        calls: The calls, in the order in which their errors count.
    """

    def __init__(self, calls: Sequence[Callable[[], _T]]) -> None:
        self._calls = calls
        self._begun: list[Future[_T] | None] = [None] * len(calls)

    def results(self) -> list[_T]:
        """What each call returns, in their order; a call that failed the last time is made again, no other one.

        Raises:
            Exception: What the first of those that failed raised; later ones may be under way still.
        """
        for number, call in enumerate(self._calls):
            last = self._begun[number]
            if last is None or (last.done() and last.exception()):
                self._begun[number] = begun(call, "kupload-call")
        return [one.result() for one in self._begun if one]


def share_one_heap() -> None:
    """Asks glibc for one heap instead of one a thread, before there are threads; elsewhere it does nothing.

    What one thread frees, another takes then. Threads wait for each other in Python anyway, so nothing is slower; a run
    of four uploads takes 2 MB less.
    """
    if not sys.platform.startswith("linux"):
        return
    from ctypes import CDLL  # noqa: PLC0415 - other commands do without

    with suppress(OSError, AttributeError):  # musl has no mallopt, and one heap
        CDLL(None).mallopt(_M_ARENA_MAX, 1)

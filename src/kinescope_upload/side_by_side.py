"""Makes calls side by side, so that their round trips are waited for once."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_T = TypeVar("_T")


def begin(call: Callable[[], _T]) -> Future[_T]:
    """Begins a call in a thread of its own, which holds up no end of the process; the future has what becomes of it."""
    future: Future[_T] = Future()

    def do() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised again by `result`
            future.set_exception(error)

    threading.Thread(target=do, name="kupload-call", daemon=True).start()
    return future


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
            begun = self._begun[number]
            if begun is None or (begun.done() and begun.exception()):
                self._begun[number] = begin(call)
        return [begun.result() for begun in self._begun if begun]

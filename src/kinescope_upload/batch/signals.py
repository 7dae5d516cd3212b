"""Ends a batch by signals, with everything saved."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.retries.stop import GO_ON, Ending, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def graceful_signals(stop: Stop) -> Iterator[None]:
    """The first signal ends the batch with everything saved; a second one ends the process at once.

    A window that closes sends SIGHUP, and its shell sends it again: that is no second wish, also after the batch.

    Only the main thread hears signals; a batch that a program runs in another one leaves them to that program.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    hangup = getattr(signal, "SIGHUP", None)
    was_hung_up = False

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal was_hung_up
        was_hung_up = was_hung_up or number == hangup
        if stop.ending is not None and stop.ending.exit_code == ExitCode.INTERRUPTED:
            if number == hangup:
                return
            os._exit(ExitCode.INTERRUPTED)
        name = signal.Signals(number).name
        word = "Ctrl+C" if name == "SIGINT" else name
        stop.request(Ending(exit_code=ExitCode.INTERRUPTED, reason=f"Stopped by {word}.", hint=GO_ON))

    is_under_nohup = hangup is not None and signal.getsignal(hangup) is signal.SIG_IGN
    heard = [number for number in _SIGNALS if not (is_under_nohup and number == hangup)]
    before = {number: signal.signal(number, on_signal) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if number == hangup and was_hung_up else handler)

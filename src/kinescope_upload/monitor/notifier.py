"""Tells people of a run that nobody watches, beside the run and never in its way."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import KuploadError
from kinescope_upload.events import BytesAccepted, BytesSent, Warned
from kinescope_upload.monitor.channel import Channel, Pauses
from kinescope_upload.monitor.notices import Ended, Notices, Patience
from kinescope_upload.monitor.services import connect, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType
    from typing import Self

    from kinescope_upload.events import Emit, RunEvent
    from kinescope_upload.monitor.notice_words import Words
    from kinescope_upload.monitor.notices import Notice

_INTERVAL: Final = 5.0
_LONGEST_LOADING: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things take, in seconds.

    Attributes:
        patience: When a thing is worth a message.
        pauses: How long a message that was not taken waits.
        last: How long the end of a run waits at most for its last messages to be taken.
    """

    patience: Patience = field(default_factory=Patience)
    pauses: Pauses = field(default_factory=Pauses)
    last: float = 10.0


class Notifier:
    """Tells people of one run until it ends.

    Args:
        addresses: The services.
        words: Words what is told.
        emit: Takes the run's events, and is warned of a service that takes no message.
        timing: How long things take.
    """

    def __init__(self, addresses: Sequence[str], words: Words, emit: Emit, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._words = words
        self._emit = emit
        self._notices = Notices(words.clock.monotonic(), self._timing.patience)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="kupload-notices", daemon=True)
        self._channels = [
            Channel(name, partial(connect, one), self._complain, self._timing.pauses)
            for name, one in zip(names_of(addresses), addresses, strict=True)
        ]

    def __enter__(self) -> Self:
        """Begins to look at the clock."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Tells that the run is over, if it did not say so, and waits a little for the last messages."""
        self._over.set()
        self._thread.join()
        if error:
            told = error if isinstance(error, KuploadError) else KuploadError(type(error).__name__)
            with self._lock:
                self._tell(self._notices.end(Ended(exit_code=None, reason=told.reason, hint=told.hint)))
        close_all(self._channels, self._timing.last)

    def listening(self, event: RunEvent, /) -> None:
        """Passes an event on, then hears of it."""
        self._emit(event)
        if not isinstance(event, BytesSent | BytesAccepted):
            with self._lock:
                self._tell(self._notices.hear(event, self._words.clock.monotonic()))

    def tick(self) -> None:
        """Tells what time alone brings about."""
        with self._lock:
            self._tell(self._notices.tick(self._words.clock.monotonic()))

    def _work(self) -> None:
        while not self._over.wait(_INTERVAL):
            self.tick()

    def _tell(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            message = self._words.message(notice)
            for channel in self._channels:
                channel.put(message)

    def _complain(self, sentence: str) -> None:
        self._emit(Warned(message=f"Notifications: {sentence}"))


def close_all(channels: Iterable[Channel], seconds: float) -> None:
    """Lets all channels deliver what they have, side by side, for at most so many seconds from when they are loaded.

    A run of a few seconds may end before: a hundred services are loaded, which a slow disk or a scanner makes long.
    """
    channels = tuple(channels)
    for channel in channels:
        channel.close()
    for channel in channels:
        channel.wait_until_loaded(_LONGEST_LOADING)
    until = time.monotonic() + seconds
    for channel in channels:
        channel.join(max(0.0, until - time.monotonic()))

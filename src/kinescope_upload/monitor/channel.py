"""Delivers messages to one service, in a thread of its own, so that a service that does not answer holds nobody."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import KuploadError
from kinescope_upload.monitor.notice_words import together

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.monitor.notice_words import Message

    Send = Callable[[Message], bool]
    """Sends a message, and returns whether the service took it."""

_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Seconds to wait after a message that was not taken: `first`, each further time twice that, up to `longest`."""

    first: float = 30.0
    longest: float = 300.0

    def after(self, failures: int) -> float:
        """The wait after so many failures in a row."""
        return float(min(self.longest, self.first * 2 ** min(failures - 1, 30)))


class Channel:
    """Delivers messages in their order; one that is not taken is tried again until `close`.

    Args:
        name: The service, as it may be shown.
        connect: Makes what sends; called in the channel's own thread, since that takes long.
        complain: Is told, once, that a message was not delivered, and in the end that the last was not.
        pauses: How long it waits before it tries again.
    """

    def __init__(
        self, name: str, connect: Callable[[], Send], complain: Callable[[str], None], pauses: Pauses | None = None
    ) -> None:
        self.name = name
        self.undelivered = 0
        self._connect = connect
        self._complain: Callable[[str], None] | None = complain
        self._has_said = False
        self._pauses = pauses or Pauses()
        self._messages: deque[Message] = deque(maxlen=_MOST)
        self._is_closing = False
        self._is_loaded = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=f"kupload-notify-{name}", daemon=True)
        self._thread.start()

    def put(self, message: Message) -> None:
        """Delivers it when its turn comes."""
        with self._changed:
            self._messages.append(message)
            self.undelivered = len(self._messages)
            self._changed.notify_all()

    def close(self) -> None:
        """From now on what is left is tried once more, all together."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()

    def wait_until_loaded(self, seconds: float) -> None:
        """Waits at most so long until it could begin to send."""
        self._is_loaded.wait(seconds)

    def join(self, seconds: float) -> None:
        """Waits for that at most so long; what is not delivered by then is lost."""
        self._thread.join(seconds)
        if self.undelivered:
            self._say(f"{self.name} did not take the last message.", is_last=True)

    def _work(self) -> None:
        try:
            send = self._connect()
        except KuploadError as error:
            self._say(str(error), is_last=True)
            return
        finally:
            self._is_loaded.set()
        failures = 0
        is_last = False
        while not is_last:
            batch, is_last = self._next(failures)
            if not batch:
                return
            if send(together(batch)):
                failures = 0
                self._forget(len(batch))
            elif not is_last:
                failures += 1
                self._say(f"{self.name} took no message; it is tried again.")

    def _next(self, failures: int) -> tuple[tuple[Message, ...], bool]:
        """The next message, once it is its turn; when it is closing, all that are left. And whether it is closing."""
        with self._changed:
            if failures:
                self._changed.wait_for(lambda: self._is_closing, self._pauses.after(failures))
            self._changed.wait_for(lambda: self._messages or self._is_closing)
            return (tuple(self._messages), True) if self._is_closing else ((self._messages[0],), False)

    def _forget(self, number: int) -> None:
        with self._changed:
            for _ in range(min(number, len(self._messages))):
                self._messages.popleft()
            self.undelivered = len(self._messages)

    def _say(self, sentence: str, *, is_last: bool = False) -> None:
        if self._complain and (is_last or not self._has_said):
            self._complain(sentence)
        self._has_said = True
        self._complain = None if is_last else self._complain

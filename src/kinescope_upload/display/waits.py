"""Keeps what the whole batch waits for, and adds up how long it waited. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.events import WaitKind

if TYPE_CHECKING:
    from kinescope_upload.events import WaitEnded, WaitStarted

_STANDSTILL: Final = frozenset({WaitKind.NETWORK, WaitKind.LIBRARY, WaitKind.PAUSED, WaitKind.DATABASE})
"""Waits that count in no rate and in no file's duration: Kinescope asks for none of them."""
_HOLDS_BYTES: Final = _STANDSTILL | {WaitKind.THROTTLED}


class Waits:
    """Keeps the waits of one run.

    Attributes:
        seconds: How long it waited, by kind; of waits that are over.
    """

    def __init__(self) -> None:
        self.seconds: dict[WaitKind, float] = dict.fromkeys(WaitKind, 0.0)
        self._open: dict[WaitKind, tuple[WaitStarted, float]] = {}
        self._still_since = 0.0

    @property
    def open(self) -> tuple[tuple[WaitStarted, float], ...]:
        """Those that go on, each with its beginning in monotonic seconds."""
        return tuple(self._open.values())

    @property
    def holds_bytes(self) -> bool:
        """Whether the batch waits for something without which no byte moves."""
        return bool(self._open.keys() & _HOLDS_BYTES)

    def begin(self, event: WaitStarted, now: float) -> None:
        """Notes a wait, or another end of one that goes on."""
        if not self._open.keys() & _STANDSTILL:
            self._still_since = now
        first, since = self._open.get(event.kind, (event, now))
        self._open[event.kind] = (replace(first, longest=event.longest + now - since), since)

    def end(self, event: WaitEnded) -> float | None:
        """Notes the end of a wait.

        Returns:
            Since when bytes stood still, where that is over now.
        """
        self._open.pop(event.kind, None)
        self.seconds[event.kind] += event.seconds
        return self._still_since if event.kind in _STANDSTILL and not self._open.keys() & _STANDSTILL else None

    def end_all(self, now: float) -> None:
        """Notes that the run is over."""
        for wait, since in self._open.values():
            self.seconds[wait.kind] += now - since
        self._open.clear()

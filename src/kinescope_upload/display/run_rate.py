"""Measures how fast a whole run sends, for the next dry run's estimate. Pure: the time is an argument."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    JobsChanged,
    LessonDone,
    LessonFailed,
    LessonStarted,
    RunStarted,
    StageReached,
)
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.events import Emit, RunEvent

_LONGEST_PAUSE: Final = 60.0
"""Seconds without a byte that count as sending; what is longer is an outage, or a wait for a file."""
_LEAST_BYTES: Final = 8_000_000
_LEAST_SECONDS: Final = 1.0


class RunRate:
    """Counts the bytes that the server acknowledges, and the time in which bytes move; every thread may use it.

    What an earlier run sent does not count, nor do pauses of over a minute.

    Args:
        clock: Gives monotonic seconds.

    Attributes:
        jobs: How many uploads at a time the run came to by itself; None where the number was fixed.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._offsets: dict[str, int] = {}
        self._last: float | None = None
        self._bytes = 0
        self._seconds = 0.0
        self.jobs: int | None = None

    def listening(self, emit: Emit) -> Emit:
        """Passes events on, and counts what it needs of them."""

        def note(event: RunEvent, /) -> None:
            self.note(event)
            emit(event)

        return note

    def note(self, event: RunEvent) -> None:
        """Counts one event."""
        match event:
            case RunStarted(jobs=jobs, is_auto=is_auto) | JobsChanged(jobs=jobs, is_auto=is_auto):
                self.jobs = jobs if is_auto else None
            case LessonStarted(lesson=lesson):
                self._take(lesson.lesson_id, lesson.file.size - lesson.bytes_to_send, counts=False)
            case BytesSent(lesson_id=lesson_id):
                self._take(lesson_id, None, counts=False)
            case BytesAccepted():
                self._take(event.lesson_id, event.offset, counts=not event.is_resumed)
            case StageReached(stage=Stage.PLANNED | Stage.CREATED):
                self._take(event.lesson_id, 0, counts=False)
            case LessonDone(lesson_id=lesson_id) | LessonFailed(lesson_id=lesson_id):
                with self._lock:
                    self._offsets.pop(lesson_id, None)
            case _:
                pass

    def _take(self, lesson_id: str, offset: int | None, *, counts: bool) -> None:
        with self._lock:
            now = self._clock()
            if self._last is not None:
                self._seconds += min(now - self._last, _LONGEST_PAUSE)
            self._last = now
            if offset is None:
                return
            gained = offset - self._offsets.get(lesson_id, 0)
            self._bytes += max(0, gained) if counts else 0
            self._offsets[lesson_id] = offset

    @property
    def rate(self) -> int | None:
        """Bytes per second; None where too little was sent to say so."""
        with self._lock:
            if self._bytes < _LEAST_BYTES or self._seconds < _LEAST_SECONDS:
                return None
            return round(self._bytes / self._seconds)

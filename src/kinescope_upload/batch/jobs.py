"""How many uploads a batch runs at a time: a number that is fixed, or one that follows what the line takes."""

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
    RetryScheduled,
    WaitEnded,
    WaitKind,
    WaitStarted,
)
from kinescope_upload.policy.jobs import JobsSearch, Sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.events import Emit, RunEvent

_IN_A_WINDOW: Final = 5
"""Samples in the time for which a number is measured."""


class Jobs:
    """The number of uploads at a time. Every thread may use it.

    Args:
        wanted: A number, or the search for the best one.
        most: The most that may run, whatever is wanted.
        clock: Gives monotonic seconds.
        emit: Hears of changes of the number, and of what goes through `emit`.
    """

    def __init__(self, wanted: int | JobsSearch, *, most: int, clock: Callable[[], float], emit: Emit) -> None:
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._search = wanted if isinstance(wanted, JobsSearch) else None
        self._number = min(most, wanted.number if isinstance(wanted, JobsSearch) else wanted)
        self._moved = Moved()
        self._sampled_at = float("-inf")
        self._is_paused = False
        self._emit = emit

    @property
    def number(self) -> int:
        """How many uploads should run now."""
        return self._number

    @property
    def is_auto(self) -> bool:
        """Whether the number follows the line."""
        return self._search is not None

    def want(self, wanted: int | JobsSearch, *, most: int) -> None:
        """Keeps to this number or search from now on, as at the start; no transfer that runs is cut for it."""
        with self._lock:
            self._most = most
            self._search = wanted if isinstance(wanted, JobsSearch) else None
            self._number = min(most, wanted.number if isinstance(wanted, JobsSearch) else wanted)
            self._emit(JobsChanged(jobs=self._number, is_auto=self.is_auto, is_wished=True))

    def emit(self, event: RunEvent, /) -> None:
        """Passes an event on, and counts what it needs of it."""
        self._moved.note(event)
        match event:
            case WaitStarted(kind=WaitKind.PAUSED):
                self._is_paused = True
            case WaitEnded(kind=WaitKind.PAUSED):
                self._end_pause()
        self._emit(event)

    def _end_pause(self) -> None:
        """Measures anew: what the pause took from a measurement tells nothing of the line."""
        with self._lock:
            self._is_paused = False
            self._search = self._search.anew() if self._search else None

    def look(self, running: int) -> None:
        """Looks whether another number is better, once a second; so many uploads run, and more lessons wait."""
        now = self._clock()
        with self._lock:
            if self._search is None or self._is_paused or now - self._sampled_at < self._search.window / _IN_A_WINDOW:
                return
            self._sampled_at = now
            self._search = self._search.after(self._moved.sample(now, running))
            self._change(self._search.number)

    def _change(self, number: int) -> None:
        number = min(number, self._most)
        if number != self._number:
            self._number = number
            self._emit(JobsChanged(jobs=number))


class Moved:
    """Counts the bytes that were acknowledged, and those that are on their way. Every thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._acknowledged = 0
        self._offsets: dict[str, int] = {}
        self._on_their_way: dict[str, int] = {}
        self._throttled = 0
        self._breaks = 0

    def note(self, event: RunEvent) -> None:
        """Counts one event."""
        with self._lock:
            match event:
                case BytesSent(lesson_id=lesson_id, count=count):
                    self._on_their_way[lesson_id] = self._on_their_way.get(lesson_id, 0) + count
                case BytesAccepted(lesson_id=lesson_id, offset=offset, is_resumed=is_resumed):
                    self._acknowledged += 0 if is_resumed else max(0, offset - self._offsets.get(lesson_id, 0))
                    self._offsets[lesson_id] = offset
                    self._on_their_way.pop(lesson_id, None)
                case RetryScheduled(lesson_id=lesson_id):
                    self._breaks += 1
                    self._on_their_way.pop(lesson_id, None)
                case LessonStarted(lesson=lesson):
                    self._offsets[lesson.lesson_id] = lesson.file.size - lesson.bytes_to_send
                case LessonDone(lesson_id=lesson_id) | LessonFailed(lesson_id=lesson_id):
                    self._offsets.pop(lesson_id, None)
                    self._on_their_way.pop(lesson_id, None)
                case WaitStarted(kind=WaitKind.THROTTLED):
                    self._throttled += 1
                case _:
                    pass

    def sample(self, at: float, running: int) -> Sample:
        """What has moved up to now."""
        with self._lock:
            moved = self._acknowledged + sum(self._on_their_way.values())
            return Sample(at=at, moved=moved, running=running, throttled=self._throttled, breaks=self._breaks)

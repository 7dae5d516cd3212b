"""Holds back the lessons whose files are still being written, until these are quiet or the run has waited enough."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import LessonFailedError
from kinescope_upload.events import LessonFailed, WaitEnded, WaitKind, WaitStarted
from kinescope_upload.library.scan import stat_file
from kinescope_upload.plan import Decision
from kinescope_upload.policy.settle import look_again, seconds_to_wait
from kinescope_upload.text import count, format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.batch.run import Run
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.policy.settle import Sighting

_LONGEST: Final = 10
"""A run that has nothing else to do waits for that many times as long as a file must be quiet."""


class Settling:
    """The lessons that wait for their files. Every thread may use it.

    Args:
        run: The batch.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._settle = run.options.settle
        self._lock = threading.Lock()
        self._waiting: dict[str, PlannedLesson] = {}
        self._seen: dict[str, Sighting] = {}
        self._at_work = 0
        self._idle_since: float | None = None
        self._told_at: float | None = None

    @property
    def lessons(self) -> list[PlannedLesson]:
        """The lessons that wait."""
        with self._lock:
            return list(self._waiting.values())

    def holds_back(self, lesson: PlannedLesson) -> bool:
        """Tells whether the lesson's file changed too recently; such a lesson is given by `take`, after all others."""
        if lesson.decision is Decision.LINK:
            return False
        with self._lock:
            if self._seconds(lesson) == 0:
                return False
            self._waiting[lesson.lesson_id] = lesson
        return True

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Marks that a lesson is uploaded meanwhile: the run is not at its end."""
        with self._lock:
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1
                self._idle_since = None

    def take(self) -> PlannedLesson | None:
        """Waits for the next file that is quiet and gives its lesson; None when no lesson waits any more.

        A lesson whose file was never quiet fails when the run has waited long enough with nothing else to do.

        Raises:
            InterruptedRunError: The batch ends.
        """
        lesson = self._take()
        self._tell_end()
        return lesson

    def _take(self) -> PlannedLesson | None:
        while True:
            with self._lock:
                if not self._waiting:
                    return None
                lesson = min(self._waiting.values(), key=self._quiet_since)
                if self._seconds(lesson) == 0:
                    return self._waiting.pop(lesson.lesson_id)
                left = self._left()
                if left <= 0:
                    del self._waiting[lesson.lesson_id]
                next_look = self._next_look()
            if left <= 0:
                self._give_up(lesson)
            else:
                self._tell()
                self._run.stop.pause(min(next_look, left))

    def _seconds(self, lesson: PlannedLesson) -> float:
        """How long the file must stay as it is; one that cannot be seen fails by itself when it is opened."""
        backends, path = self._run.backends, lesson.file.path
        now = time.time()  # before the look: what is written after it counts as a change
        file = stat_file(backends.library, path, backends.disk) if self._settle else None
        if file is None:
            return 0
        self._seen[path] = seen = look_again(self._seen.get(path), file, now)
        wait = seconds_to_wait(seen, now, self._settle)
        if wait == 0:
            del self._seen[path]
        return wait

    def _quiet_since(self, lesson: PlannedLesson) -> float:
        return self._seen[lesson.file.path].quiet_since

    def _next_look(self) -> float:
        """Seconds until the first of the files may be quiet, as they were when they were seen."""
        now = time.time()
        seen = (self._seen[lesson.file.path] for lesson in self._waiting.values())
        return min((seconds_to_wait(one, now, self._settle) for one in seen), default=0.0)

    def _left(self) -> float:
        """Seconds that the run goes on waiting: without an end while it has other work."""
        longest = _LONGEST * self._settle
        if self._at_work:
            return longest
        now = self._run.clock()
        if self._idle_since is None:
            self._idle_since = now
        return self._idle_since + longest - now

    def _tell(self) -> None:
        with self._lock:
            if self._told_at is not None:
                return
            self._told_at = self._run.clock()
            files = count(len(self._waiting), "file", "files")
        reason = f"Waits for {files} that changed less than {format_duration(self._settle)} ago"
        self._run.emit(WaitStarted(kind=WaitKind.SETTLE, reason=reason, longest=_LONGEST * self._settle))

    def _tell_end(self) -> None:
        """Tells that no file is waited for any more."""
        with self._lock:
            if self._waiting or self._told_at is None:
                return
            began, self._told_at = self._told_at, None
        self._run.emit(WaitEnded(kind=WaitKind.SETTLE, seconds=self._run.clock() - began))

    def _give_up(self, lesson: PlannedLesson) -> None:
        error = LessonFailedError(
            f'Its file "{lesson.file.path}" is still being written: it was not quiet for '
            f"{format_duration(self._settle)}. Nothing was sent.",
            "Run the same command again when the file is complete.",
        )
        self._run.emit(LessonFailed.of(lesson.lesson_id, error))

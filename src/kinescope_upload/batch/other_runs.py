"""Learns which lessons somebody else has linked meanwhile, so that no byte is sent for them."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import DatabaseDownError, LessonFailedError, TryAgainError
from kinescope_upload.events import Warned
from kinescope_upload.upload.titles import is_title_of
from kinescope_upload.upload.video import VideoState
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from kinescope_upload.batch.run import Run
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan import PlannedLesson

_FRESH: Final = 0.5
"""Seconds for which an answer is good once somebody else is known to be at work."""

_NEWEST: Final = 100
"""Videos of a folder among which those that others upload now are looked for."""
_DOWN: Final = 15.0
"""Seconds for which no lesson waits for a database that did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The filled rows among those that were asked for, and when that was (monotonic seconds)."""

    at: float = float("-inf")
    asked: Collection[str] = frozenset()
    filled: Mapping[str, LessonRow] = field(default_factory=dict)


class OtherRuns:
    """Asks for the rows of lessons that are about to begin. Every thread may use it.

    The answers save bytes and decide nothing: `LessonsDatabase.fill` writes no row that is filled.

    Args:
        run: The batch.
        database: The lessons' table; None asks nobody.
    """

    def __init__(self, run: Run, database: LessonsDatabase | None) -> None:
        self._run = run
        self._database = database
        self._asking = threading.Lock()
        self._answer = _Answer()
        self._next: Callable[[], list[str]] = list
        self._asks_again_at = float("-inf")
        self.are_seen = False
        """Whether somebody else was seen to link lessons of this run."""

    def expect(self, next_lessons: Callable[[], list[str]]) -> None:
        """Takes what gives the ids of the lessons that begin next."""
        self._next = next_lessons

    def note(self, lesson_id: str) -> None:
        """Notes that somebody else has written a row of this run; says so once."""
        with self._asking:
            was_seen, self.are_seen = self.are_seen, True
        if not was_seen:
            message = (
                f"Somebody else links lessons of this library now ({lesson_id}). From here on rows are looked at right "
                "before each lesson, and the rest is taken in random order, so that few videos are sent twice."
            )
            self._run.emit(Warned(message=message))

    def ask(self) -> None:
        """Asks for the rows of the next lessons."""
        self._ask(self._next())

    def row_of(self, lesson_id: str) -> LessonRow | None:
        """The row of a lesson that begins now, where it is known to be filled.

        Where somebody else is at work, the answer is half a second old at most.
        """
        if self.are_seen and self._run.clock() >= self._asks_again_at:
            with self._asking:
                answer = self._answer
                is_fresh = self._run.clock() - answer.at < _FRESH and lesson_id in answer.asked
                if not is_fresh:
                    self._ask([lesson_id, *self._next()])
        return self._answer.filled.get(lesson_id)

    def begun(self, lesson: PlannedLesson, parent_id: str | None) -> bool:
        """Whether somebody else seems to upload the lesson: its folder has an unfinished video of its title, not ours.

        Args:
            lesson: The lesson.
            parent_id: Its course's folder; None where it is not known.
        """
        if not self.are_seen or parent_id is None:
            return False
        backends = self._run.backends
        ours = {video_key(record.video_id) for record in backends.progress.records.values()}
        with suppress(TryAgainError, LessonFailedError):  # it only saves bytes
            newest = backends.kinescope.newest_videos(project_id=self._run.options.project_id, parent_id=parent_id)
            return any(
                video.state is VideoState.PARTIAL and video.id not in ours and is_title_of(video.title, lesson.title)
                for video in islice(newest, _NEWEST)
            )
        return False

    def _ask(self, lesson_ids: list[str]) -> None:
        if self._database is None or not lesson_ids:
            return
        at = self._run.clock()
        try:
            rows = self._database.rows(lessons=lesson_ids)
        except DatabaseDownError:
            self._asks_again_at = self._run.clock() + _DOWN
            return
        filled = {row.lesson_id: row for row in rows if row.video_id is not None}
        self._answer = _Answer(at=at, asked=frozenset(lesson_ids), filled=filled)

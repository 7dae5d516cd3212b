"""What is not done when a worker ends: counts it, and says why and who goes on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.cluster import statements
from kinescope_upload.errors import KuploadError
from kinescope_upload.events import LessonSkipped, Warned
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.hands import Hands
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.cluster.presence import Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """Looks at the end of a worker what is not done.

    Attributes:
        run: The batch.
        line: Asks the cluster's database.
        hands: What it did.
        presence: What of its libraries is there.
        until_empty: Whether it was to end when nothing is left.
    """

    run: Run
    line: Line
    hands: Hands
    presence: Presence
    until_empty: bool

    def tell(self, planned: Iterable[str]) -> int:
        """Says what is not done; returns how many lessons that is.

        Args:
            planned: The lessons that were to be done when it began.
        """
        failed, refused = self.hands.failed - self.hands.done, self.hands.refusals.ids
        ids = (set(planned) | refused) - self.hands.done
        elsewhere = set[str]()
        with suppress(KuploadError):
            elsewhere = self.done_of(ids | failed)
        for lesson_id in sorted(elsewhere - failed):
            self.run.emit(LessonSkipped(lesson_id=lesson_id, reason="another machine has done it"))
        self._tell_missing(refused - elsewhere - failed)
        return len(failed | (ids - elsewhere) | self._of_libraries_away() | self._off_queue())

    def done_of(self, ids: Collection[str]) -> set[str]:
        """Those of the lessons that are done.

        Raises:
            DatabaseDownError: The database does not answer.
        """
        rows = self.line.ask(statements.DONE_OF, ids=list(ids)) if ids else []
        return {lesson_id for (lesson_id,) in rows}

    def is_awaited(self) -> bool:
        """Whether lessons are still to be done whose files were here until lately.

        Raises:
            DatabaseDownError: The database does not answer.
        """
        ids = self.hands.refusals.of(self.presence.awaited_courses())
        return ids > self.done_of(ids)

    def _tell_missing(self, ids: Collection[str]) -> None:
        if ids:
            several = count(len(ids), "lesson waits", "lessons wait")
            message = f"{several} for a machine that has the files: {first_few(sorted(ids))}."
            self.run.emit(Warned(message=message))

    def _of_libraries_away(self) -> set[str]:
        """The lessons that are to be done of libraries that are away; says how many."""
        away, waiting = self.presence.away(), set[str]()
        with suppress(KuploadError):
            rows = self.line.ask(statements.WAITING, libraries=away) if away else []
            waiting = {lesson_id for (lesson_id,) in rows}
        if waiting:
            several = count(len(waiting), "lesson waits", "lessons wait")
            self.run.emit(Warned(message=f"{several} for a machine that has library {first_few(away)}."))
        return waiting

    def _off_queue(self) -> set[str]:
        """The lessons without a video that nobody is to do before they are enqueued again; says how many."""
        if not self.until_empty:
            return set()
        ids, database = set[str](), self.run.backends.database
        with suppress(KuploadError):
            rows = self.line.ask(statements.OFF_QUEUE, libraries=list(self.presence.libraries))
            found = [lesson_id for (lesson_id,) in rows if lesson_id not in self.hands.failed]
            rows_of = database.rows(lessons=found) if found and database is not None else ()
            ids = {row.lesson_id for row in rows_of if row.video_id is None and not row.has_address_only}
        if ids:
            several = count(len(ids), "lesson has", "lessons have")
            hint = Hint(
                f"{several} no video and no turn: {first_few(sorted(ids))}. ", ("cluster", "enqueue"), " gives one."
            )
            self.run.emit(Warned(message=shown(hint)))
        return ids

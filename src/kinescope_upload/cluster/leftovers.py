"""What is not done when a worker ends: counts it, and says why and who goes on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.records import record_of
from kinescope_upload.errors import KuploadError
from kinescope_upload.events import LessonSkipped, Warned
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.plan import Decision
from kinescope_upload.plan.decision import decide_by_row
from kinescope_upload.retries.stop import Ending
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.hands import Hands
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.cluster.presence import Presence


class OffQueue(NamedTuple):
    """A lesson that is not done and not wanted: whether enqueuing gives it a turn, and whether a person took it off."""

    lesson_id: str
    gets_turn: bool
    was_taken_off: bool


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
        ids = self.hands.refusals.of(self.presence.awaited_folders())
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
        """What `tell_off_queue` tells, where nothing was to be left; then enqueuing is what to type next."""
        found = self.tell_off_queue() if self.until_empty else []
        if any(one.gets_turn for one in found):
            hint = Hint(("cluster", "enqueue"), " writes down again what has no turn.")
            self.run.stop.request(Ending(exit_code=ExitCode.NOT_DONE, reason="", hint=hint))
        return {one.lesson_id for one in found}

    def tell_off_queue(self) -> list[OffQueue]:
        """The lessons that are not done and that nobody is to do before they are enqueued again; says how many."""
        found: list[OffQueue] = []
        with suppress(KuploadError):
            found = self._found_off_queue()
        off = (
            ("lesson was taken off the queue", "lessons were taken off the queue"),
            " on a machine that has the files gives turns again.",
        )
        left = (
            ("lesson is not done and has no turn", "lessons are not done and have no turn"),
            " on a machine that has the files gives one, or says why.",
        )
        self._warn([one.lesson_id for one in found if one.was_taken_off], *off)
        self._warn([one.lesson_id for one in found if not one.was_taken_off], *left)
        return found

    def _found_off_queue(self) -> list[OffQueue]:
        rows = self.line.ask(statements.OFF_QUEUE, libraries=list(self.presence.libraries))
        found = {row[0]: row[1:] for row in rows if row[0] not in self.hands.failed}
        database = self.run.backends.database
        off = []
        for row in database.rows(lessons=list(found)) if found and database is not None else ():
            course, text, was_taken_off = found[row.lesson_id]
            decided = decide_by_row(row, record_of(row.lesson_id, course, text) if text else None)
            if decided is None or decided.decision is not Decision.SKIP:
                off.append(OffQueue(row.lesson_id, gets_turn=decided is None, was_taken_off=was_taken_off))
        return off

    def _warn(self, ids: Collection[str], words: tuple[str, str], does: str) -> None:
        if ids:
            several = count(len(ids), *words)
            hint = Hint(f"{several}: {first_few(sorted(ids))}. ", ("cluster", "enqueue"), does)
            self.run.emit(Warned(message=shown(hint)))

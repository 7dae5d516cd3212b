"""Works on one lesson whose turn it is: takes it, uploads and links it, gives it back, whatever happens in between."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.library_gate import LibraryGate
from kinescope_upload.batch.linker import Linker
from kinescope_upload.batch.rows import PlannedRows
from kinescope_upload.batch.workers import upload_and_link
from kinescope_upload.cluster import statements
from kinescope_upload.cluster.held_stop import HeldStop
from kinescope_upload.cluster.line import first
from kinescope_upload.cluster.locks import apart
from kinescope_upload.cluster.one_lesson import placed, plan_again, quiet_in, what_lacks
from kinescope_upload.cluster.refusals import Refusals, glance
from kinescope_upload.errors import DatabaseDownError, LessonLostError
from kinescope_upload.events import LessonDone, LessonFailed, LessonSkipped, LessonStarted
from kinescope_upload.plan import Decision
from kinescope_upload.plan.decision import SENT
from kinescope_upload.side_by_side import begun, is_done

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.holds import Taken
    from kinescope_upload.cluster.presence import Presence
    from kinescope_upload.cluster.queue import Queue, Turn
    from kinescope_upload.cluster.store import ClusterProgress
    from kinescope_upload.errors import FileUnreadableError
    from kinescope_upload.events import Emit, RunEvent
    from kinescope_upload.plan import PlannedLesson

_LOOK: Final = 0.2
"""Seconds between two looks whether a lesson that waits for its row is still ours."""
_SOON: Final = 2.0
"""Seconds before a lesson is tried again whose database did not answer."""


@dataclass(slots=True)
class _InHand:
    """A lesson in this process's hands, until an event has told what became of it."""

    settled: threading.Event = field(default_factory=threading.Event)
    taken: Taken | None = None
    has_failed: bool = False
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class _Library:
    """One library at work: the batch with its root, what waits for files, what writes rows, and their titles."""

    run: Run
    gate: LibraryGate
    linker: Linker
    titles: dict[str, str | None]
    linking: Future[None]


class Hands:
    """What a worker's threads do with lessons; they share it.

    Args:
        run: The batch.
        progress: What this process holds.
        queue: Whose turn it is.
        presence: Where each library is, and whether it is there.

    Attributes:
        refusals: The lessons that are left to others, since their files are not here.
        failed: The lessons that failed or are in doubt.
        done: The lessons that are done, or need nothing any more.
    """

    def __init__(
        self,
        run: Run,
        progress: ClusterProgress,
        queue: Queue,
        presence: Presence,
    ) -> None:
        self._run = replace(run, emit=self._hearing(run.emit))
        self._progress = progress
        self._queue = queue
        self._presence = presence
        self._libraries = {name: self._opened(name, root) for name, root in presence.libraries.items()}
        self._lock = threading.Lock()
        self._in_hand: dict[str, _InHand] = {}
        self.refusals = Refusals()
        self.failed: set[str] = set()
        self.done: set[str] = set()

    @property
    def number(self) -> int:
        """How many lessons are in hand."""
        return len(self._in_hand)

    @property
    def bug(self) -> BaseException | None:
        """The error that nobody expects and that ended the writing of rows."""
        return next((library.linker.bug for library in self._libraries.values() if library.linker.bug), None)

    def finish(self, seconds: float) -> bool:
        """Says that no lesson comes any more; whether all rows are written, or left."""
        for library in self._libraries.values():
            library.linker.finish()
        return all(is_done(library.linking, seconds) for library in self._libraries.values())

    def bring(self, turn: Turn) -> None:
        """Works on one lesson, and says to the engine what becomes of its turn.

        Raises:
            InterruptedRunError: The batch ends; the lesson is given back.
            BatchStoppedError: No lesson can be done now.
        """
        lesson_id, hand = turn.lesson_id, _InHand()
        with self._lock:
            is_ours = self._in_hand.setdefault(lesson_id, hand) is not hand
        if is_ours:  # a second turn of the same lesson
            self._queue.finish(turn)
            return
        again: float | None = 0.0
        try:
            again = self._upload(lesson_id, hand)
            if hand.taken is not None and hand.has_failed and lesson_id not in self.done:
                self._leave(hand.taken, hand)
        except LessonLostError as error:
            self._run.emit(LessonSkipped(lesson_id=lesson_id, reason=error.what, is_left=True))
        except DatabaseDownError:
            again = _SOON
        finally:
            self._give(turn, hand, again)

    def _give(self, turn: Turn, hand: _InHand, again: float | None) -> None:
        """Gives the lesson back, and its turn: for good, or to be had again after so many seconds."""
        lesson_id = turn.lesson_id
        hold, record = self._progress.holds.of.get(lesson_id), self._progress.saved(lesson_id)
        is_lost = hold is not None and hold.is_lost
        try:
            with suppress(DatabaseDownError):  # both end by themselves
                self._progress.give(lesson_id, wanted=hand.is_refused or not hand.has_failed)
                if hand.is_refused and not is_lost:
                    self._queue.refuse(turn, is_begun=record is not None and record.is_begun)
                elif again is None:
                    self._queue.finish(turn)
                elif not is_lost:  # else the turn, too, is somebody else's
                    self._queue.put_back(turn, again, is_begun=record is not None and record.is_begun)
        finally:
            with self._lock:
                del self._in_hand[lesson_id]

    def _upload(self, lesson_id: str, hand: _InHand) -> float | None:
        """Uploads and links a lesson; None when it is over, else after how many seconds it is to be tried again."""
        holds = self._progress.holds
        taken = holds.take(lesson_id)
        if taken is None:
            left = first(holds.line.ask(statements.HELD_FOR, lesson_id=lesson_id, me=holds.me))
            return None if left is None else left + _LOOK
        if not taken.wanted or (taken.record and taken.record.stage.is_linked):
            return None
        library = self._libraries[taken.library]
        taken = placed(library.run, taken)
        if self._refuses_still(hand, taken):
            return None
        hand.taken = taken
        lesson = plan_again(library.run, holds, taken)
        library.titles[lesson_id] = lesson.row_title
        if self._is_over(hand, taken, lesson):
            return None
        if lesson.decision in SENT and (wait := quiet_in(library.run, lesson.file)):
            return wait
        upload_and_link(self._held(library.run, hand, taken), library.linker, lesson, taken.folder_id or "")
        while not hand.settled.wait(_LOOK):
            self._run.stop.check()
            holds.sure(lesson_id)
        return None

    def _is_over(self, hand: _InHand, taken: Taken, lesson: PlannedLesson) -> bool:
        """Whether nothing can be done with the lesson here and now, which is said."""
        if lesson.decision is Decision.SKIP:
            hand.has_failed = True  # there is nothing to do any more
            self.done.add(lesson.lesson_id)
            self._run.emit(LessonSkipped(lesson_id=lesson.lesson_id, reason=lesson.reason))
            return True
        if lesson.decision is Decision.IN_DOUBT or (lesson.decision in SENT and taken.folder_id is None):
            self._refuse(lesson)
            return True
        return lesson.decision in SENT and self._lacks_folder(hand, taken)

    def _leave(self, taken: Taken, hand: _InHand) -> None:
        """Leaves a lesson that was not done to machines that have its file, where this one has not."""
        run = self._libraries[taken.library].run
        record = self._progress.saved(taken.lesson_id) or taken.record
        if (seen := what_lacks(run, self._progress.holds.machine, taken, record)) is not None:
            self.refusals.add(taken.lesson_id, taken.library, run, seen)
            hand.is_refused = True

    def _refuse(self, lesson: PlannedLesson) -> None:
        reason, hint = lesson.reason, lesson.hint
        if lesson.decision is not Decision.IN_DOUBT:
            reason, hint = "nobody has found its course's folder on Kinescope", "Enqueue it again."
        self._run.emit(LessonStarted(lesson=lesson))
        self._run.emit(LessonFailed(lesson_id=lesson.lesson_id, reason=reason, hint=hint, is_in_doubt=True))

    def _refuses_still(self, hand: _InHand, taken: Taken) -> bool:
        """Whether the lesson was refused here before, and its file is as it was then."""
        seen = glance(self._libraries[taken.library].run, taken.path, taken.written)
        self._presence.sees(taken.library, seen.path, can_read=seen.can_be_read)
        hand.is_refused = self.refusals.has(taken.lesson_id, seen)
        if not hand.is_refused:
            self.refusals.drop(taken.lesson_id)
        return hand.is_refused

    def _lacks_folder(self, hand: _InHand, taken: Taken) -> bool:
        """Whether neither the lesson's file can be read here nor one beside it: then it is left to others.

        Raises:
            LessonLostError: Its library is away.
        """
        run = self._libraries[taken.library].run
        seen = glance(run, taken.path, taken.written)
        if seen.can_be_read:
            return False
        if self._presence.is_away(taken.library):
            raise LessonLostError(f"library {taken.library} is away: a machine that has it goes on")
        if self._presence.is_lost(taken.library, seen.path):
            self.refusals.add(taken.lesson_id, taken.library, run, seen)
            hand.is_refused = True
        return hand.is_refused

    def _held(self, run: Run, hand: _InHand, taken: Taken) -> Run:
        """The batch as one lesson sees it: its stop looks whether the lesson is surely ours, also where it waits."""
        holds, alone, lesson_id = self._progress.holds, run.apart, taken.lesson_id

        def wait_or_leave(error: FileUnreadableError) -> bool:
            if self._lacks_folder(hand, taken):
                raise LessonLostError(f'"{error.path}" cannot be read here: a machine that has it goes on')
            return self._libraries[taken.library].gate.wait_until_readable(error)

        stop = HeldStop(run.stop, holds.of.get(lesson_id), partial(holds.sure, lesson_id), holds.clocks)
        waits = replace(run.waits, stop=stop, library=wait_or_leave)
        return replace(run, stop=stop, waits=waits, apart=lambda record: apart(holds, record, alone(record)))

    def _hearing(self, emit: Emit) -> Emit:
        def hear(event: RunEvent) -> None:
            match event:
                case LessonDone(lesson_id=lesson_id):
                    self._settle(lesson_id, self.done)
                case LessonFailed(lesson_id=lesson_id):
                    self._settle(lesson_id, self.failed)
                case LessonSkipped(lesson_id=lesson_id):
                    self._settle(lesson_id, set())
                case _:
                    pass
            emit(event)

        return hear

    def _settle(self, lesson_id: str, among: set[str]) -> None:
        among.add(lesson_id)
        if (hand := self._in_hand.get(lesson_id)) is not None:
            hand.has_failed = hand.has_failed or among is self.failed
            hand.settled.set()

    def _opened(self, name: str, root: Path) -> _Library:
        run = self._run
        gate = LibraryGate(
            run.backends.disk,
            root,
            self._presence.files.get(name, {}),
            stop=run.stop,
            emit=run.emit,
            longest=run.options.longest_wait,
            base=run.options.retry.base,
        )
        run = replace(run, backends=replace(run.backends, library=root))
        titles: dict[str, str | None] = {}
        linker = Linker(run, run.backends.database, PlannedRows(titles=titles, ready=()))
        return _Library(run, gate, linker, titles, begun(linker.work, "kupload-linker"))

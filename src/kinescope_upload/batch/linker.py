"""Links lessons in the background: writes each row soon, or, while the database is down, as soon as it is back."""

from __future__ import annotations

import threading
from contextlib import nullcontext, suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.failures import fail
from kinescope_upload.batch.file_changes import check_unchanged
from kinescope_upload.batch.other_runs import OtherRuns
from kinescope_upload.batch.replacements import Replacements
from kinescope_upload.batch.rows import RowWriter
from kinescope_upload.errors import (
    BatchStoppedError,
    DatabaseDownError,
    InDoubtError,
    InterruptedRunError,
    LessonFailedError,
)
from kinescope_upload.events import LessonDone, LessonFailed, LessonSkipped, WaitKind, WaitStarted, Warned, waiting
from kinescope_upload.plan import Decision
from kinescope_upload.plan.decision import decide_by_row
from kinescope_upload.retries.stop import Ending

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from kinescope_upload.batch.rows import PlannedRows
    from kinescope_upload.batch.run import Run
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.upload import Record

_BACKGROUND_WAIT: Final = 15.0
"""Seconds between two looks at the database in the background."""
_TOGETHER: Final = 100
"""The most rows that are written by one statement."""
_LOOK: Final = 0.1
"""Seconds after which who waits for the first row looks whether the batch ends."""
_TICK: Final = 1.0
"""Seconds after which the linker's thread looks whether the batch ends."""


class Linker:
    """Writes rows in a thread of its own, so that no worker waits for the database; any thread may add one.

    Args:
        run: The batch.
        database: The lessons' table; None when the run goes without it.
        planned: What the plan says of the rows.
    """

    def __init__(self, run: Run, database: LessonsDatabase | None, planned: PlannedRows) -> None:
        self._run = run
        self._database = database
        self._lock = threading.Lock()
        self._queue: dict[str, Record] = {}
        """The lessons whose rows are to be written; only the linker's own thread takes some out."""
        self._news = threading.Event()
        self._tried = threading.Event()
        """Is set once a row was written, or the database was not there for it: until then the table may take none."""
        self._is_last = False
        self._down = ""
        """Why the rows of the queue could not be written; empty where no try has failed."""
        self.others = OtherRuns(run, database)
        self._rows = RowWriter(run, database, self.others, done=self._tell_done, planned=planned) if database else None
        self._replacements = Replacements(run, self._replace)
        self.done = 0
        self.bug: BaseException | None = None

    def link(self, record: Record) -> None:
        """Has the row of an uploaded video written soon; its lesson is done, or fails, when that has happened.

        Where the video replaces another, its row is written when Kinescope is done with it. The first row of a run is
        waited for: a table that takes none must not cost more than a file for each worker.

        Raises:
            InDoubtError: There is no database, and the file is not what was uploaded any more.
            InterruptedRunError: The batch ends.
        """
        if self._database is None:
            record = check_unchanged(self._run, record)
            self._run.backends.progress.save(record)
            self._tell_done(record)
        elif record.serving:
            self._replacements.add(record)
        else:
            self._add(record)
            self._news.set()
            while not self._tried.wait(_LOOK):
                self._run.stop.check()

    def finish(self) -> None:
        """Tells the linker's thread that no row comes any more."""
        self._is_last = True
        self._news.set()

    def settles(self, lesson: PlannedLesson) -> bool:
        """Tells whether somebody else has written the row of a lesson that is about to begin; ends the lesson then."""
        row = None if lesson.decision is Decision.LINK else self.others.row_of(lesson.lesson_id)
        if row is None:
            return False
        decision = decide_by_row(row, lesson.record)
        if decision is None:
            return False
        self.others.note(lesson.lesson_id)
        if decision.decision is Decision.SKIP:
            with self._lock:
                self.done += 1
            self._run.emit(LessonSkipped(lesson_id=lesson.lesson_id, reason=decision.reason))
            return True
        self._run.emit(LessonFailed.of(lesson.lesson_id, InDoubtError(decision.reason, decision.hint)))
        return True

    def work(self) -> None:
        """Writes rows until `finish` is called; then tries those that are left a last few times.

        Beside that, it asks for the rows of the next lessons from time to time. What is open in the end is the next
        run's.
        """
        try:
            with self._database.kept_open() if self._database else nullcontext():
                self._work()
        except InterruptedRunError:
            return
        except BatchStoppedError as error:
            self._run.stop.request(Ending.of(error))
        except BaseException as error:  # noqa: BLE001 - a bug: the main thread shows it, nobody hides it
            self.bug = error
            self._run.stop.request(Ending.of_bug(error))

    def _work(self) -> None:
        run = self._run
        interval = min(_BACKGROUND_WAIT, run.options.retry.base * 5)
        looks_at = run.clock() + interval
        while not self._is_last:
            self._news.wait(min(_TICK, max(0.0, looks_at - run.clock())))
            self._news.clear()
            run.stop.check()
            is_time = run.clock() >= looks_at
            if is_time or not self._down:
                self._try_queue()
            if is_time:
                self.others.ask()
                self._replacements.look()
                looks_at = run.clock() + interval
        run.stop.check()
        self._replacements.finish(interval)
        self._finish()

    def _replace(self, record: Record, error: LessonFailedError | None) -> None:
        """Writes the row of a new video that Kinescope has processed, unless something speaks against it."""
        if error:
            fail(self._run, record, error)
            return
        self._add(record)
        self._try_queue()

    def _finish(self) -> None:
        self._try_queue()
        if not self._queue:
            return
        run = self._run
        waits = run.options.retry.waits(run.randomness.jitter)
        wait = WaitStarted(kind=WaitKind.DATABASE, reason=self._down, longest=sum(waits))
        try:
            with waiting(run.emit, wait, run.clock):
                self._write_patiently(waits)
        except DatabaseDownError:
            self._give_up()

    def _write_patiently(self, waits: Sequence[float]) -> None:
        for wait in waits:
            self._run.stop.pause(wait)
            with suppress(DatabaseDownError):
                self._write_queue()
                return
        self._write_queue()

    def _try_queue(self) -> None:
        """Writes the rows of the queue, or says, once, that the database is down."""
        try:
            self._write_queue()
        except DatabaseDownError as error:
            if not self._down:
                self._run.emit(Warned(message=f"{error} Uploads go on; the rows are written when it is back."))
            self._down = error.what
            self._tried.set()
        else:
            self._down = ""

    def _write_queue(self) -> None:
        """Writes the rows of the queue, several together.

        Raises:
            DatabaseDownError: Rows are left in the queue.
            BatchStoppedError: The database refuses for good.
        """
        while self._rows and (records := self._next_ones()):
            settled = self._rows.write_together(records)
            self._remove(settled)
            for record in records:
                if record.lesson_id not in settled:
                    self._rows.write(record)
                    self._remove({record.lesson_id})
            self._tried.set()

    def _next_ones(self) -> list[Record]:
        with self._lock:
            return list(islice(self._queue.values(), _TOGETHER))

    def _give_up(self) -> None:
        error = LessonFailedError(
            "The video is uploaded, and the database did not answer, so the lesson's row is not written.",
            "Run the same command again: it writes the row without sending a byte.",
        )
        for record in self._queue.values():
            fail(self._run, record, error)

    def _remove(self, lesson_ids: AbstractSet[str]) -> None:
        with self._lock:
            for lesson_id in lesson_ids:
                del self._queue[lesson_id]

    def _add(self, record: Record) -> None:
        with self._lock:
            self._queue[record.lesson_id] = record

    def _tell_done(self, record: Record) -> None:
        assert record.video_id  # noqa: S101 - it is uploaded
        with self._lock:
            self.done += 1
        self._run.emit(LessonDone(lesson_id=record.lesson_id, stage=record.stage, video_id=record.video_id))

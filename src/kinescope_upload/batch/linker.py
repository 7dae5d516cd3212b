"""Links lessons: writes each row at once, or, while the database is down, as soon as it is back."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.file_changes import check_unchanged
from kinescope_upload.batch.other_runs import OtherRuns
from kinescope_upload.batch.replacements import Replacements
from kinescope_upload.errors import (
    BatchStoppedError,
    DatabaseDownError,
    InDoubtError,
    InterruptedRunError,
    LessonFailedError,
)
from kinescope_upload.events import (
    LessonDone,
    LessonFailed,
    LessonSkipped,
    StageReached,
    WaitKind,
    WaitStarted,
    Warned,
    waiting,
)
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.model import LinkOutcome
from kinescope_upload.plan import Decision
from kinescope_upload.plan.decision import decide_by_row
from kinescope_upload.retries.stop import Ending
from kinescope_upload.upload import Failure, Linked, Record, advance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.batch.run import Run
    from kinescope_upload.database import LessonsDatabase, LinkResult
    from kinescope_upload.plan import PlannedLesson

_BACKGROUND_WAIT: Final = 15.0
"""Seconds between two looks at the database in the background."""


class Linker:
    """Writes rows, and keeps those that could not be written for later. Every thread may use it.

    Args:
        run: The batch.
        database: The lessons' table; None when the run goes without it.
    """

    def __init__(self, run: Run, database: LessonsDatabase | None) -> None:
        self._run = run
        self._database = database
        self._lock = threading.Lock()
        self._waiting: list[Record] = []
        self._down = ""
        """Why the kept rows could not be written."""
        self._has_written = False
        self.others = OtherRuns(run, database)
        self._replacements = Replacements(run, self._replace)
        self.done = 0

    def link(self, record: Record) -> None:
        """Writes the row of an uploaded video, or keeps it for later while the database is down.

        Where the video replaces another, its row is written when Kinescope is done with it.

        Raises:
            FileChangedError: The file is not what was uploaded any more; no row is written.
            InDoubtError: The row has vanished or points at another video; nothing was overwritten.
            BatchStoppedError: The database refuses for good.
        """
        if self._database is None:
            record = check_unchanged(self._run, record)
            self._run.backends.progress.save(record)
            self._tell_done(record)
            return
        if record.serving:
            self._replacements.add(record)
            return
        self._link_now(self._database, record)

    def _link_now(self, database: LessonsDatabase, record: Record) -> None:
        with self._lock:
            is_down = bool(self._waiting)
        if is_down:
            self._keep(record)
            return
        try:
            self._write(database, record)
        except DatabaseDownError as error:
            self._down = error.what
            self._run.emit(Warned(message=f"{error} Uploads go on; the rows are written when it is back."))
            self._keep(record)

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

    def work(self, uploads_finished: threading.Event) -> None:
        """Asks for the rows of the next lessons and tries the kept rows again, from time to time.

        When the uploads are finished it tries the kept rows a last few times; what is still open then is the next
        run's.

        Args:
            uploads_finished: Is set when no lesson is uploaded any more.
        """
        wait = min(_BACKGROUND_WAIT, self._run.options.retry.base * 5)
        try:
            while not uploads_finished.wait(wait):
                self._run.stop.check()
                self._retry_kept()
                self.others.ask()
                self._replacements.look()
            self._run.stop.check()
            self._replacements.finish(wait)
            self._finish()
        except InterruptedRunError:
            return
        except BatchStoppedError as error:
            self._run.stop.request(Ending.of(error))

    def _replace(self, record: Record, error: LessonFailedError | None) -> None:
        """Writes the row of a new video that Kinescope has processed, unless something speaks against it."""
        assert self._database  # noqa: S101 - nothing is replaced without one
        try:
            if error:
                raise error
            self._link_now(self._database, record)
        except LessonFailedError as failure:
            self.fail(record, failure)

    def _finish(self) -> None:
        if not self._waiting:
            return
        run = self._run
        waits = run.options.retry.waits(run.randomness.jitter)
        wait = WaitStarted(kind=WaitKind.DATABASE, reason=self._down, longest=sum(waits))
        try:
            with waiting(run.emit, wait, run.clock):
                self._retry_patiently(waits)
        except DatabaseDownError:
            self._give_up()

    def _retry_patiently(self, waits: Sequence[float]) -> None:
        self._retry_kept()
        for wait in waits:
            if self._waiting:
                self._run.stop.pause(wait)
                self._retry_kept()
        if self._waiting:
            raise DatabaseDownError(self._down)

    def _retry_kept(self) -> None:
        with self._lock:
            kept, self._waiting = self._waiting, []
        for position, record in enumerate(kept):
            try:
                self._retry(record)
            except DatabaseDownError as error:
                self._down = error.what
                with self._lock:
                    self._waiting = kept[position:] + self._waiting
                return

    def _retry(self, record: Record) -> None:
        assert self._database  # noqa: S101 - nothing is kept without one
        try:
            self._write(self._database, record)
        except LessonFailedError as error:
            self.fail(record, error)

    def fail(self, record: Record, error: LessonFailedError) -> None:
        """Writes down and tells that the lesson is not done; its video is kept."""
        failure = Failure(reason=str(error), at=datetime.now(UTC))
        self._run.backends.progress.save(replace(record, failure=failure))
        self._run.emit(LessonFailed.of(record.lesson_id, error))

    def _give_up(self) -> None:
        error = LessonFailedError(
            "The video is uploaded, and the database did not answer, so the lesson's row is not written.",
            "Run the same command again: it writes the row without sending a byte.",
        )
        for record in self._waiting:
            self.fail(record, error)

    def _write(self, database: LessonsDatabase, record: Record) -> None:
        record = check_unchanged(self._run, record)
        assert record.video_id  # noqa: S101 - it is uploaded
        address = record.video_url or embed_url(record.video_id)
        try:
            result = _put(database, record, video_id=record.video_id, address=address)
        except LessonFailedError as error:
            raise self._refused(record, error) from error
        if result.outcome is LinkOutcome.ROW_TAKEN:
            self.others.note(record.lesson_id)
        if result.outcome is not LinkOutcome.LINKED:
            raise _not_linked(record, result)
        self._has_written = True
        linked = advance(record, Linked(at=datetime.now(UTC)))
        self._run.backends.progress.save(linked)
        self._run.emit(StageReached(lesson_id=linked.lesson_id, stage=linked.stage, video_id=linked.video_id))
        self._tell_done(linked)

    def _refused(self, record: Record, error: LessonFailedError) -> LessonFailedError | BatchStoppedError:
        """What a refused row means: that the table takes none, as long as it has taken none in this run.

        A row that an earlier run was refused in the same words costs its lesson alone, so that it is in nobody's way.
        """
        was_refused_before = record.failure is not None and record.failure.reason == str(error)
        if self._has_written or was_refused_before:
            return error
        failure = Failure(reason=str(error), at=datetime.now(UTC))
        self._run.backends.progress.save(replace(record, failure=failure))
        return BatchStoppedError(f"{error.what} No other row was written in this run.", error.hint)

    def _tell_done(self, record: Record) -> None:
        assert record.video_id  # noqa: S101 - it is uploaded
        with self._lock:
            self.done += 1
        self._run.emit(LessonDone(lesson_id=record.lesson_id, stage=record.stage, video_id=record.video_id))

    def _keep(self, record: Record) -> None:
        with self._lock:
            self._waiting.append(record)


def _put(database: LessonsDatabase, record: Record, *, video_id: str, address: str) -> LinkResult:
    """Writes the row: an empty one, or the one of the video that this one replaces."""
    lesson_id, duration, serving = record.lesson_id, record.duration, record.serving
    if serving:
        return database.switch(lesson_id, serving.video_id, video_id, address, duration=duration)
    return database.link(lesson_id, video_id, address, duration=duration)


def _not_linked(record: Record, result: LinkResult) -> InDoubtError:
    if result.outcome is LinkOutcome.ROW_MISSING:
        return InDoubtError(
            f"Its row has vanished from the database; video {record.video_id} is kept.",
            "Put the row back, then run again.",
        )
    if record.serving:
        holds = f"points at video {result.found} now" if result.found else "is empty now"
        return InDoubtError(
            f"Its row named video {record.serving.video_id} when its replacement began, and {holds}; new video "
            f"{record.video_id} is kept, nothing was overwritten.",
            f"`kupload unlink {record.lesson_id}` empties the row and lets the lesson start over.",
        )
    return InDoubtError(
        f"Its row points at video {result.found} now; video {record.video_id} is kept, nothing was overwritten.",
        "`kupload repair` deletes ours where the row's video is certainly the file's; else keep one of them by hand.",
    )

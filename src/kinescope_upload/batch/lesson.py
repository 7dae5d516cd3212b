"""Uploads one lesson: takes the next step, performs it, advances the record and saves it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.chunk_progress import ChunkProgress
from kinescope_upload.batch.orphans import look_for_video, remove_late_leftovers
from kinescope_upload.batch.retrier import Retrier
from kinescope_upload.errors import (
    FileChangedError,
    KuploadError,
    LessonFailedError,
    LockedError,
    ThrottledError,
    TryAgainError,
)
from kinescope_upload.events import BytesAccepted, RetryScheduled, StageReached
from kinescope_upload.kinescope.tus_client import Chunk
from kinescope_upload.library.scan import stat_file
from kinescope_upload.library.source import VideoSource
from kinescope_upload.upload import (
    AskOffset,
    Attempted,
    CreateUpload,
    Dialect,
    Event,
    Failure,
    FileReplaced,
    InitUnanswered,
    LengthReached,
    LookForVideo,
    OffsetAccepted,
    OffsetUnknown,
    Record,
    SendChunk,
    Stage,
    Step,
    advance,
    next_step,
    reopened,
)
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from kinescope_upload.batch.retry_state import RetryDecision
    from kinescope_upload.batch.run import Run
    from kinescope_upload.model import VideoFile
    from kinescope_upload.plan import PlannedLesson

__all__ = ["LessonUpload"]

_MOST_LOSSES: Final = 5


class LessonUpload:
    """One lesson in the hands of one worker.

    Args:
        run: The batch.
        lesson: The lesson, as planned.
        parent_id: The course's folder on Kinescope, for a new upload.
    """

    def __init__(self, run: Run, lesson: PlannedLesson, parent_id: str) -> None:
        self._run = run
        self._lesson = lesson
        self._file = _file_as_it_is(run, lesson)
        self._record = self._first_record(parent_id)
        self._persistence = Retrier(run, on_failure=self._forget_offset, tell=self._tell)
        self._furthest = self._record.offset
        self._setbacks = 0
        self._losses = 0
        self._chunk_size = run.rules.chunks.smallest

    def upload(self) -> Record:
        """Brings the lesson to `uploaded`; what is achieved is on disk whatever happens.

        Raises:
            LessonFailedError: It cannot be done now; the record says why.
            InterruptedRunError: The batch ends.
            BatchStoppedError: No lesson can be done now.
        """
        try:
            if self._record.stage is not Stage.UPLOADED:
                with self._source() as source:
                    self._persistence.make(lambda: self._go_on(source))
            if self._record.lost_marks:
                self._persistence.make(self._remove_late_leftovers)
        except FileChangedError as error:
            self._end_upload_of_changed_file()
            raise self._failed(error) from error
        except LessonFailedError as error:
            raise self._failed(error) from error
        except TryAgainError as error:
            raise self._failed(_given_up(error, self._run.rules.retry.retries)) from error
        return self._record

    def _source(self) -> VideoSource:
        rules = self._run.rules
        return VideoSource(
            self._run.backends.library / self._file.path,
            self._file,
            with_checksum=rules.with_checksum,
            sizing=rules.blocks,
            clock=self._run.clock,
        )

    def _go_on(self, source: VideoSource) -> None:
        """The loop that the design is about."""
        while self._record.stage is not Stage.UPLOADED and (step := self._next_step()):
            self._run.throttle.wait()
            self._run.stop.check()
            with self._apart_from_lookalikes(step):
                self._become(self._perform(step, source))
            self._count_setbacks(step)

    def _apart_from_lookalikes(self, step: Step) -> AbstractContextManager[object]:
        names_no_id = self._record.dialect is Dialect.JSON and isinstance(step, CreateUpload | LookForVideo)
        return self._run.creation_locks.of(self._record) if names_no_id else nullcontext()

    def _next_step(self) -> Step | None:
        return next_step(self._record, self._chunk_size)

    def _perform(self, step: Step, source: VideoSource) -> Event:
        match step:
            case CreateUpload():
                return self._create()
            case AskOffset():
                return self._with_md5(self._run.backends.uploader.ask_offset(self._record), source)
            case SendChunk():
                return self._with_md5(self._send(step, source), source)
            case LookForVideo():
                return look_for_video(self._run, self._record, self._file, lambda: source.md5(self._run.stop.check))
            case _:
                raise AssertionError(f"{type(step).__name__} is no step of an upload")

    def _create(self) -> Event:
        if self._record.attempted_at is None:
            mark = self._run.chance.new_id() if self._record.dialect is Dialect.JSON else None
            self._become(Attempted(at=self._run.backends.service.now(), mark=mark))
        try:
            return self._run.backends.uploader.create(self._record)
        except ThrottledError as error:
            if error.may_be_done and self._record.dialect is Dialect.JSON:
                self._become(InitUnanswered())  # the same mark must not go out twice
            raise

    def _send(self, step: SendChunk, source: VideoSource) -> Event:
        source.hash_up_to(step.offset, self._run.stop.check)
        passage = ChunkProgress(self._run, self._lesson.lesson_id, step.length)
        blocks = partial(source.blocks, step.offset, step.length, passage.on_sent, allow=passage.allow)
        began = self._run.clock()
        event = self._run.backends.uploader.send(
            self._record, Chunk(offset=step.offset, length=step.length, blocks=blocks)
        )
        self._chunk_size = self._run.rules.chunks.after(self._chunk_size, self._run.clock() - began)
        return event

    def _with_md5(self, event: Event, source: VideoSource) -> Event:
        match event:
            case LengthReached():
                return replace(event, md5=source.md5(self._run.stop.check))
            case _:
                return event

    def _become(self, event: Event) -> None:
        before = self._record
        self._record = advance(before, event)
        self._run.backends.progress.save(self._record)
        self._tell_progress(before, event)

    def _tell_progress(self, before: Record, event: Event) -> None:
        lesson_id = self._lesson.lesson_id
        match event:
            case OffsetAccepted() | LengthReached():
                was_asked = not before.offset_confirmed
                offset = self._record.offset
                self._run.emit(BytesAccepted(lesson_id=lesson_id, offset=offset, is_resumed=was_asked))
        if self._record.stage is not before.stage:
            video_id = self._record.video_id
            self._run.emit(StageReached(lesson_id=lesson_id, stage=self._record.stage, video_id=video_id))

    def _count_setbacks(self, step: Step) -> None:
        """Steps that bring no byte forward must come to an end although no request fails."""
        record = self._record
        match record.stage:
            case Stage.PLANNED:
                self._furthest = 0
            case Stage.ORPHANED if record.upload_url is None and record.video_id is None:
                raise TryAgainError("Kinescope did not answer the request that creates the video.")
            case Stage.ORPHANED if record.upload_url is not None:
                self._count_loss()
            case _ if record.offset > self._furthest:
                self._furthest = record.offset
                self._setbacks = 0
                self._persistence.bytes_moved()
            case _ if record.stage is Stage.ORPHANED or isinstance(step, SendChunk):
                self._setbacks += 1
                if self._setbacks > self._run.rules.retry.retries:
                    raise TryAgainError(record.reason or "Kinescope took none of the bytes that were sent.")

    def _count_loss(self) -> None:
        self._losses += 1
        if self._losses > _MOST_LOSSES:
            raise LessonFailedError(
                f"Kinescope lost its upload {self._losses} times in one run.", "Run the same command again later."
            )

    def _remove_late_leftovers(self) -> None:
        """An attempt that showed no video may have made one since."""
        remove_late_leftovers(self._run, self._record)
        self._record = replace(self._record, lost_marks=())
        self._run.backends.progress.save(self._record)

    def _forget_offset(self) -> None:
        """After a request without a good answer nobody knows what arrived."""
        if self._record.stage is Stage.CREATED:
            self._record = advance(self._record, OffsetUnknown())

    def _end_upload_of_changed_file(self) -> None:
        """Removes what was begun from a file that is no longer what it was; what fails here waits for the next run."""
        if self._record.stage not in {Stage.PLANNED, Stage.CREATED, Stage.ORPHANED}:
            return
        if self._record.attempted_at is None:
            return
        with suppress(TryAgainError, LessonFailedError):
            self._become(FileReplaced())
            self._become(look_for_video(self._run, self._record, self._file, lambda: None))

    def _failed(self, error: KuploadError) -> KuploadError:
        failure = Failure(reason=str(error), at=datetime.now(UTC))
        self._record = replace(self._record, failure=failure)
        self._run.backends.progress.save(self._record)
        return error

    def _tell(self, error: TryAgainError, verdict: RetryDecision) -> None:
        self._run.emit(
            RetryScheduled(
                lesson_id=self._lesson.lesson_id,
                reason=error.reason,
                wait=verdict.wait,
                number=verdict.number,
                limit=self._run.rules.retry.retries,
            )
        )

    def _first_record(self, parent_id: str) -> Record:
        dialect = self._run.rules.dialect
        record = self._lesson.record
        if record is not None and record.attempted_at is not None:
            return reopened(record, self._file, dialect)
        return Record(
            lesson_id=self._lesson.lesson_id,
            course=self._lesson.course,
            path=self._file.path,
            size=self._file.size,
            modified_ns=self._file.modified_ns,
            parent_id=parent_id,
            title=fit_title(self._lesson.title),
            dialect=dialect,
            video_id=self._run.chance.new_id() if dialect is Dialect.TUS else None,
        )


def _file_as_it_is(run: Run, lesson: PlannedLesson) -> VideoFile:
    """The file now, for the plan may be days old; one that has vanished is found out when it is opened."""
    return stat_file(run.backends.library, lesson.file.path) or lesson.file


def _given_up(error: TryAgainError, retries: int) -> LessonFailedError:
    passing = isinstance(error, ThrottledError | LockedError)
    after = "Given up." if passing else f"Given up after {retries} retries without progress."
    return LessonFailedError(
        f"{error.what} {after}", "Run the same command again: it goes on where it was.", request_id=error.request_id
    )

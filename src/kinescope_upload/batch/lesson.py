"""What the driver of one lesson's upload works with in a batch: the file, Kinescope, the disk, retries, events."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.batch.chunk_limits import host_of
from kinescope_upload.batch.chunk_progress import ChunkProgress
from kinescope_upload.batch.lost_folders import explained
from kinescope_upload.batch.own_place import file_now
from kinescope_upload.errors import (
    AbsentError,
    ForeignAnswerError,
    InDoubtError,
    PausedError,
    TooLargeError,
    UnreachableError,
)
from kinescope_upload.events import BytesAccepted, LessonWaits, OrphanRemoved, RetryScheduled, StageReached, Warned
from kinescope_upload.kinescope.tus_client import Chunk
from kinescope_upload.library.hasher import hasher_for
from kinescope_upload.library.look import look_into
from kinescope_upload.library.source import VideoSource
from kinescope_upload.media.verdict import Broken, Whole
from kinescope_upload.plan.decision import REPLACE_OR_SEND
from kinescope_upload.policy.sizing import block_sizing, smaller_chunk
from kinescope_upload.retries.retrier import Retrier
from kinescope_upload.text import format_bytes
from kinescope_upload.upload.driver import Driver
from kinescope_upload.upload.events import ChunkRefused, Event, LengthReached, OffsetAccepted, OffsetLost
from kinescope_upload.upload.ports import DriverOptions, Ports, UploadTask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kinescope_upload.batch.run import Run
    from kinescope_upload.errors import TryAgainError
    from kinescope_upload.media.verdict import Look
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.retries.retry_state import RetryDecision
    from kinescope_upload.upload import Record, Video
    from kinescope_upload.upload.steps import SendChunk

_UNKNOWN_YET: Final = 0.1
"""Seconds, at least, between two requests for an upload into a folder that is not known yet."""
_KIB: Final = 1024
_T = TypeVar("_T")
_R = TypeVar("_R")


def upload_lesson(run: Run, lesson: PlannedLesson, parent_id: str) -> Record:
    """Brings one lesson to `uploaded`; what is achieved is on disk whatever happens.

    Args:
        run: The batch.
        lesson: The lesson, as planned.
        parent_id: The course's folder on Kinescope, for a new upload.

    Raises:
        LessonFailedError: It cannot be done now; the record says why.
        InterruptedRunError: The batch ends.
        BatchStoppedError: No lesson can be done now.
    """
    task = UploadTask(
        lesson_id=lesson.lesson_id,
        course=lesson.course,
        file=file_now(run, lesson),
        parent_id=parent_id,
        title=lesson.title,
        pair_is_written=lesson.pair_is_written,
        record=lesson.record,
    )
    options = DriverOptions(
        dialect=run.options.dialect, orphan_wait=run.options.orphan_wait, retries=run.options.retry.retries
    )
    return Driver(task, options, _Lesson(run, lesson, task).ports()).upload()


class _Lesson:
    """One lesson in the hands of one worker."""

    def __init__(self, run: Run, lesson: PlannedLesson, task: UploadTask) -> None:
        self._run = run
        self._lesson = lesson
        self._file = task.file
        self._source: VideoSource | None = None
        self._look: Look | None = run.backends.looks.sure(task.file)
        self._retrier = Retrier(run.waits, tell=self._tell_retry)
        self._chunk_size = run.options.chunks.smallest
        self._most = run.options.chunks.largest
        """The most bytes of a chunk of this upload, since a larger one did not get through."""
        self._sent = 0
        """Bytes of the last chunk that the network took."""
        self._cut_at: int | None = None
        """Where the chunk began that a pause cut; None where none was since the offset was asked for."""
        self._was_refused = False
        """Whether the last chunk was refused for its size."""

    def ports(self) -> Ports:
        run, backends = self._run, self._run.backends
        retrier = self._retrier
        return Ports(
            create=self._create,
            ask_offset=self._ask_offset,
            send=self._send,
            terminate=self._confirmed(backends.uploader.terminate),
            video=backends.kinescope.video,
            videos_with_text=backends.kinescope.videos_with_text,
            newest_videos=self._newest_videos,
            move=self._move,
            hear=lambda url: backends.service.check_reachable(url or backends.uploader.probe_url),
            delete=self._confirmed(backends.kinescope.delete_video),
            removed=self._tell_removed,
            known_ids=backends.progress.known_ids,
            part=lambda: self._opened().part,
            md5_of_first=lambda length: self._opened().md5_of_first(length, run.stop.check),
            head_md5=lambda: self._opened().head_md5(),
            md5=self._md5,
            duration=lambda: self._look.duration if isinstance(self._look, Whole) else None,
            chunk_size=lambda record: run.chunk_limits.of(record.upload_url, min(self._chunk_size, self._most)),
            shrink=self._shrink,
            too_large=self._too_large,
            save=backends.progress.save,
            tell=self._tell,
            open_file=self._open_file,
            alone=run.apart,
            call=retrier.call,
            progressed=retrier.bytes_moved,
            check=self._check,
            wait=self._wait,
            utc_now=backends.service.now,
            new_id=run.randomness.new_id,
        )

    def _confirmed(self, act: Callable[[_T], _R]) -> Callable[[_T], _R]:
        """The same, after one more question whether the lesson is still this machine's: it cannot be undone."""

        def confirmed(what: _T) -> _R:
            self._run.backends.progress.confirm(self._lesson.lesson_id)
            return act(what)

        return confirmed

    def _create(self, record: Record) -> Event:
        """Creates the upload; a folder that was made a moment ago may not be known there yet."""
        while True:
            try:
                return self._run.backends.uploader.create(record)
            except AbsentError as error:
                if not self._run.is_new_folder(record.parent_id):
                    raise explained(self._run, record, error) from error
            self._run.stop.pause(max(_UNKNOWN_YET, self._run.options.orphan_wait))

    @contextmanager
    def _open_file(self) -> Iterator[None]:
        with self._retrier.call(self._new_source) as self._source:
            yield

    def _new_source(self) -> VideoSource:
        run, jobs = self._run, self._run.jobs.number
        self._look_first()
        return VideoSource(
            run.backends.library / self._file.path,
            self._file,
            hasher=hasher_for(jobs) if run.options.with_checksum else None,
            sizing=block_sizing(jobs),
            clock=run.clock,
            disk=run.backends.disk,
            check=run.stop.check,
        )

    def _look_first(self) -> None:
        """Looks into the file, unless it was certainly looked at as it is now; one that is broken is not sent."""
        if self._look is None:
            backends = self._run.backends
            self._look = look_into(backends.disk, backends.library, self._file)
            backends.looks.note(self._file, self._look)
        if isinstance(self._look, Broken) and not self._run.options.sends_broken:
            raise InDoubtError(f'Its file "{self._file.path}" {self._look.reason}. Nothing was sent.', REPLACE_OR_SEND)

    def _send(self, record: Record, step: SendChunk) -> Event:
        run, source = self._run, self._opened()
        source.hash_up_to(step.offset, run.stop.check)
        closes = record.offset_refused or run.chunk_limits.is_kept_apart(record.upload_url)
        may_be_cut = not record.offset_refused and run.chunk_limits.may_be_cut(record.upload_url)
        progress = ChunkProgress(run, record.lesson_id, step.length, may_be_cut=may_be_cut)
        blocks = partial(source.blocks, step.offset, step.length, progress.on_sent, allow=progress.allow)
        began = run.clock()
        chunk = Chunk(offset=step.offset, length=step.length, blocks=blocks, closes=closes)
        self._was_refused = False
        try:
            event = run.backends.uploader.send(record, chunk)
        except PausedError:
            self._cut_at = step.offset if progress.sent else None
            raise
        except UnreachableError as error:
            error.moved_bytes = progress.sent > 0 and not isinstance(error, ForeignAnswerError)
            raise
        finally:
            self._sent = progress.sent
        match event:
            case ChunkRefused():
                self._was_refused = True
                progress.take_back()
                self._sent = step.length  # all of it would be refused, however little was read
            case LengthReached():
                self._note_arrival(record, step, step.length, run.clock() - began)
            case OffsetAccepted(offset=offset) if offset > step.offset:
                self._note_arrival(record, step, offset - step.offset, run.clock() - began)
        return event

    def _ask_offset(self, record: Record) -> Event:
        """Asks for the offset, and learns whether the server keeps what arrives of a chunk that a pause cuts."""
        event = self._run.backends.uploader.ask_offset(record)
        cut_at, self._cut_at = self._cut_at, None
        if cut_at is not None and isinstance(event, OffsetAccepted) and event.offset <= cut_at:
            self._run.chunk_limits.let_end(record.upload_url)
        return event

    def _note_arrival(self, record: Record, step: SendChunk, count: int, seconds: float) -> None:
        if step.length == self._chunk_size:  # a shorter one tells nothing of this size
            self._chunk_size = self._run.options.chunks.after(self._chunk_size, seconds)
        self._run.chunk_limits.arrived(record.upload_url, count, seconds)
        self._tell_limit(record, step)

    def _shrink(self, record: Record, step: SendChunk) -> bool:
        smaller = smaller_chunk(step.length, self._sent)
        if smaller is None:
            return False
        self._most = smaller
        limits = self._run.chunk_limits
        (limits.refused if self._was_refused else limits.lost)(record.upload_url, smaller)
        return True

    def _too_large(self, record: Record, step: SendChunk) -> TooLargeError:
        host, size = host_of(record.upload_url), format_bytes(step.length)
        is_of_host = self._run.chunk_limits.refuses_all(record.upload_url, step.length)
        return TooLargeError(f"Something on the way to {host} takes no request of {size} (413).", is_of_host=is_of_host)

    def _tell_limit(self, record: Record, step: SendChunk) -> None:
        limit = self._run.chunk_limits.to_be_told(record.upload_url, step.length)
        if limit is not None:
            message = (
                f"Larger requests than {format_bytes(limit)} do not get through to {host_of(record.upload_url)}; this "
                f"run sends smaller ones. `--chunk-size {limit // _KIB}KiB` spares the next run the search."
            )
            self._run.emit(Warned(message=message))

    def _md5(self) -> str | None:
        return self._opened().md5(self._run.stop.check)

    def _opened(self) -> VideoSource:
        assert self._source  # noqa: S101 - the driver opens the file before its steps
        return self._source

    def _newest_videos(self, parent_id: str) -> Iterable[Video]:
        project_id = self._run.options.project_id
        return self._run.backends.kinescope.newest_videos(project_id=project_id, parent_id=parent_id)

    def _move(self, video_id: str, parent_id: str) -> None:
        project_id = self._run.options.project_id
        self._run.backends.kinescope.move_video(video_id, project_id=project_id, parent_id=parent_id)

    def _tell_removed(self, video_id: str, reason: str) -> None:
        self._run.emit(OrphanRemoved(lesson_id=self._lesson.lesson_id, video_id=video_id, reason=reason))

    def _wait(self, seconds: float) -> None:
        self._run.emit(LessonWaits(lesson_id=self._lesson.lesson_id, wait=seconds))
        self._run.stop.pause(seconds)

    def _check(self) -> None:
        self._run.pause.wait()
        self._run.waits.throttle.wait()
        self._run.stop.check()

    def _tell(self, before: Record, event: Event, after: Record) -> None:
        lesson_id = after.lesson_id
        if isinstance(event, OffsetAccepted | LengthReached):
            was_asked = not before.offset_confirmed
            self._run.emit(BytesAccepted(lesson_id=lesson_id, offset=after.offset, is_resumed=was_asked))
        if isinstance(event, OffsetLost):
            self._run.chunk_limits.keep_apart(before.upload_url)  # a break in mid-chunk costs all of the upload there
        if after.stage is not before.stage:
            self._run.emit(StageReached(lesson_id=lesson_id, stage=after.stage, video_id=after.video_id))

    def _tell_retry(self, error: TryAgainError, decision: RetryDecision) -> None:
        self._run.emit(
            RetryScheduled(
                lesson_id=self._lesson.lesson_id,
                reason=error.reason,
                wait=decision.wait,
                number=decision.number,
                limit=self._run.options.retry.retries,
            )
        )

"""Drives one lesson's video to `uploaded`: take the next step, perform it, advance the record, save it. Pure.

What it does outside of the record goes through the callables of `Ports`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import (
    FileChangedError,
    InDoubtError,
    KuploadError,
    LessonFailedError,
    ThrottledError,
    TryAgainError,
)
from kinescope_upload.upload import leftovers
from kinescope_upload.upload.chunk_sender import ChunkSender
from kinescope_upload.upload.events import (
    Attempted,
    ChunkRefused,
    CreationRefused,
    Event,
    FileReplaced,
    FreshUpload,
    InitUnanswered,
    LengthReached,
    OffsetUnknown,
    OrphanGone,
    VideoComplete,
    why_unanswered,
)
from kinescope_upload.upload.late_leftovers import remove_late_leftovers
from kinescope_upload.upload.next_upload import fresh_upload
from kinescope_upload.upload.record import Dialect, Failure, Record, Stage
from kinescope_upload.upload.removal import removal_by
from kinescope_upload.upload.same_file import FileStart, accept_file, with_part
from kinescope_upload.upload.search import VideoSearch
from kinescope_upload.upload.steps import AskOffset, CreateUpload, LookForVideo, SendChunk, Step, next_step
from kinescope_upload.upload.table import advance, first_record

if TYPE_CHECKING:
    from kinescope_upload.upload.leftovers import Settled
    from kinescope_upload.upload.ports import DriverOptions, Ports, UploadTask

_MOST_LOSSES: Final = 5


class Driver:
    """Drives one lesson's upload.

    Args:
        task: The lesson.
        options: How to work.
        ports: What to work with.
    """

    def __init__(self, task: UploadTask, options: DriverOptions, ports: Ports) -> None:
        self._file = task.file
        self._parent_id, self._pair_is_written = task.parent_id, task.pair_is_written
        self._options, self._ports = options, ports
        self._search = VideoSearch(ports, wait=options.orphan_wait)
        self._sender = ChunkSender(ports, wait=options.orphan_wait, look=self._search.of)
        self._removal = removal_by(ports, wait=options.orphan_wait)
        self._record = first_record(task, options.dialect, self._new_video_id)
        self._start = FileStart(ports)
        self._furthest = self._record.offset
        self._setbacks = self._losses = 0

    def upload(self) -> Record:
        """Brings the lesson to `uploaded`; what is achieved is on disk whatever happens.

        Raises:
            LessonFailedError: It cannot be done now; the record says why.
            InterruptedRunError: The batch ends.
            BatchStoppedError: No lesson can be done now.
        """
        try:
            if self._next_step():
                with self._ports.open_file():
                    self._ports.call(self._take_steps)
                if self._record.parent_id != self._parent_id:
                    self._ports.call(self._move)
            if self._record.lost_marks:
                self._ports.call(self._end_late_leftovers)
        except LessonFailedError as error:
            if isinstance(error, FileChangedError):
                self._end_upload_of_changed_file()
            raise self._failed(error) from error
        except TryAgainError as error:
            raise self._failed(LessonFailedError.given_up(error, self._options.retries)) from error
        return self._record

    def _new_video_id(self) -> str | None:
        return self._options.dialect.chosen_id(self._ports.new_id)

    def _next_step(self) -> Step | None:
        return next_step(self._record, self._ports.chunk_size(self._record))

    def _take_steps(self) -> None:
        """Takes steps until every byte is there."""
        try:
            while step := self._next_step():
                self._ports.check()
                with self._apart_from_lookalikes(step):
                    event = self._perform(step)
                    self._become(event)
                self._count_setbacks(step, event)
        except KuploadError:
            if self._record.stage is Stage.CREATED:  # after a request without a good answer nobody knows what arrived
                self._record = advance(self._record, OffsetUnknown())
                self._ports.save(self._record)  # what may have arrived is known by its MD5
            raise

    def _apart_from_lookalikes(self, step: Step) -> AbstractContextManager[object]:
        names_no_id = self._record.dialect is Dialect.JSON and isinstance(step, CreateUpload | LookForVideo)
        return self._ports.alone(self._record) if names_no_id else nullcontext()

    def _perform(self, step: Step) -> Event:
        match step:
            case CreateUpload():
                return self._create()
            case AskOffset():
                return self._ask_offset()
            case SendChunk():
                return self._send(step)
            case LookForVideo():
                return self._carry_out(self._look())

    def _create(self) -> Event:
        if self._record.attempted_at is None:
            mark = self._ports.new_id() if self._record.dialect is Dialect.JSON else None
            self._record = replace(self._record, head_md5=self._start.look())
            self._become(Attempted(at=self._ports.utc_now(), mark=mark))
        try:
            return self._ports.create(self._record)
        except ThrottledError as error:
            if error.may_be_done and self._record.dialect is Dialect.JSON:
                self._become(InitUnanswered())  # the same mark must not go out twice
            raise
        except LessonFailedError:
            if self._record.dialect is Dialect.JSON:  # an id of ours may have been asked for before
                self._become(CreationRefused())
            raise

    def _ask_offset(self) -> Event:
        event = self._sender.ask_offset(self._record)
        whole = replace(self._record, offset=self._record.size)
        if isinstance(event, LengthReached) and not self._accepts_file(whole):  # nor is the MD5 then the video's
            return FileReplaced()
        return self._with_md5(event)

    def _accepts_file(self, record: Record) -> bool:
        """Whether the file is the one that was sent so far; its time, if another, is on disk before more is sent."""
        accepted = accept_file(record, self._ports.part().file, self._ports.md5_of_first)
        if accepted is None or not self._start.is_as_sent(record):
            return False
        now = replace(self._record, modified_ns=accepted.modified_ns, head_md5=self._start.md5)
        if now != self._record:
            self._record = now
            self._ports.save(now)
        return True

    def _send(self, step: SendChunk) -> Event:
        if not self._accepts_file(self._record):
            return FileReplaced()
        if not self._record.is_as_read(self._ports.part().file):
            self._take_part()
            self._ports.save(self._record)  # from here on, what is sent is this file's
        try:
            return self._with_md5(self._sender.send(self._record, step))
        finally:
            self._take_part()

    def _take_part(self) -> None:
        part = self._ports.part()
        self._file, self._record = part.file, with_part(self._record, part)

    def _with_md5(self, event: Event) -> Event:
        if not isinstance(event, LengthReached):
            return event
        is_touched = self._ports.part().is_touched
        return replace(event, md5=self._ports.md5(), duration=self._ports.duration(), is_touched=is_touched)

    def _become(self, event: Event) -> None:
        before, self._record = self._record, advance(self._record, event)
        self._ports.save(self._record)
        self._ports.tell(before, event, self._record)

    def _count_setbacks(self, step: Step, event: Event) -> None:
        """Ends steps that bring no byte forward although no request fails."""
        record = self._record
        match record.stage:
            case Stage.PLANNED:
                self._furthest = 0
                self._sender.forget()
            case Stage.ORPHANED if record.upload_url is None and record.video_id is None:
                raise why_unanswered(event)
            case Stage.ORPHANED if record.upload_url is not None:
                self._count_loss()
            case _ if record.offset > self._furthest:
                self._furthest = record.offset
                self._setbacks = 0
                self._ports.progressed()
            case _ if isinstance(event, ChunkRefused):
                pass  # the next one is smaller, and that has an end
            case _ if record.stage is Stage.ORPHANED or isinstance(step, SendChunk):
                self._setbacks += 1
                if self._setbacks > self._options.retries:
                    raise TryAgainError(record.reason or "Kinescope took none of the bytes that were sent.")

    def _count_loss(self) -> None:
        self._losses += 1
        if self._furthest == 0:  # not one byte was taken: perhaps somebody at that host says so of every upload
            self._ports.hear(self._record.upload_url)
        if self._losses > _MOST_LOSSES:
            raise LessonFailedError(
                f"Kinescope lost its upload {self._losses} times in one run.", "Run the same command again later."
            )

    def _look(self) -> Settled:
        """Looks for the record's video, and decides what becomes of it."""
        decide = partial(leftovers.decide, self._record, self._file)
        return self._search.until_settled(partial(self._search.of, self._record), decide)

    def _carry_out(self, decision: Settled) -> Event:
        self._keep(decision)
        match leftovers.certain(decision):
            case leftovers.Adopt() as adopt:
                return self._adopt(adopt)
            case leftovers.Remove() as remove:
                return self._remove(remove)
            case _:
                return OrphanGone(fresh=self._fresh(), was_seen=False)

    def _keep(self, decision: object) -> None:
        """Takes note of a complete video of a file that is another by now, before a person is asked."""
        if isinstance(decision, leftovers.InDoubt) and decision.kept:
            self._become(leftovers.completed(self._record, decision.kept))

    def _adopt(self, adopt: leftovers.Adopt) -> VideoComplete:
        md5 = self._ports.md5()
        is_same = self._start.is_as_sent(replace(self._record, offset=self._file.size))
        checked = leftovers.check_md5(adopt, self._record, self._ports.part().file, md5, begins_as_sent=is_same)
        self._keep(checked)
        leftovers.certain(checked)
        self._take_part()
        return VideoComplete(
            md5=md5, video_id=adopt.video.id, video_url=adopt.video.embed_url, duration=self._ports.duration()
        )

    def _remove(self, remove: leftovers.Remove) -> OrphanGone:
        if self._record.upload_url:
            self._ports.terminate(self._record)
        is_deleted = self._removal.of(remove.video.id)
        self._ports.removed(remove.video.id, self._record.reason or "")
        if is_deleted:
            self._ports.wait(self._options.orphan_wait)  # deleting is not instant
            again = leftovers.certain(leftovers.decide_deleted(self._ports.video(remove.video.id)))
            if isinstance(again, leftovers.Remove):
                self._removal.of(again.video.id)
        return OrphanGone(fresh=self._fresh())

    def _fresh(self) -> FreshUpload:
        fresh = fresh_upload(self._record, self._options.dialect, self._new_video_id(), self._file)
        return replace(fresh, parent_id=self._parent_id, pair_is_written=self._pair_is_written)

    def _move(self) -> None:
        """Moves the video to where the present plan wants it: its upload was begun by a plan with another folder."""
        assert self._record.video_id  # noqa: S101 - it is uploaded
        self._ports.move(self._record.video_id, self._parent_id)
        self._record = replace(self._record, parent_id=self._parent_id)
        self._ports.save(self._record)

    def _end_late_leftovers(self) -> None:
        wait = self._options.orphan_wait
        remove_late_leftovers(self._record, self._ports, self._search, self._removal, distance=wait)
        self._record = replace(self._record, lost_marks=(), lost_since=None)
        self._ports.save(self._record)

    def _end_upload_of_changed_file(self) -> None:
        """Removes what was begun from a file that is no longer what it was; what fails here waits for the next run."""
        if self._next_step() is None or self._record.attempted_at is None:
            return
        with suppress(TryAgainError, LessonFailedError):
            self._become(FileReplaced())
            with self._apart_from_lookalikes(LookForVideo()):
                decision = self._look()
                if not isinstance(decision, leftovers.Adopt):  # the next run judges that, by the file as it is then
                    self._become(self._carry_out(decision))

    def _failed(self, error: KuploadError) -> KuploadError:
        failure = Failure(reason=str(error), at=self._ports.utc_now(), is_in_doubt=isinstance(error, InDoubtError))
        self._record = replace(self._record, failure=failure)
        self._ports.save(self._record)
        return error

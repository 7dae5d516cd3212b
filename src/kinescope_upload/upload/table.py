"""The one table that joins stages and events, and what each event changes in the record. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.file_times import is_hour_off
from kinescope_upload.upload.events import (
    Adopted,
    AlreadyExists,
    Attempted,
    ChunkRefused,
    Created,
    CreationRefused,
    Event,
    FileReplaced,
    InitUnanswered,
    LengthReached,
    Linked,
    OffsetAccepted,
    OffsetLost,
    OffsetRefused,
    OffsetUnknown,
    OldVideoGone,
    OrphanGone,
    ReplacementBegun,
    ReplacementCalledOff,
    RowEmptied,
    Unlinked,
    UploadGone,
    Verified,
    VideoComplete,
    VideoGone,
)
from kinescope_upload.upload.next_upload import adopted, called_off, replacing, start_over, taken_away, unlinked
from kinescope_upload.upload.old_video import all_left
from kinescope_upload.upload.record import UNPROVEN_TIME, Dialect, Record, Stage
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload.ports import UploadTask


TRANSITIONS: Final[dict[tuple[Stage, type[Event]], Stage]] = {
    (Stage.PLANNED, Attempted): Stage.PLANNED,
    (Stage.PLANNED, Created): Stage.CREATED,
    (Stage.PLANNED, AlreadyExists): Stage.ORPHANED,
    (Stage.PLANNED, CreationRefused): Stage.PLANNED,
    (Stage.PLANNED, InitUnanswered): Stage.ORPHANED,
    (Stage.PLANNED, FileReplaced): Stage.ORPHANED,
    (Stage.CREATED, OffsetAccepted): Stage.CREATED,
    (Stage.CREATED, OffsetUnknown): Stage.CREATED,
    (Stage.CREATED, ChunkRefused): Stage.CREATED,
    (Stage.CREATED, OffsetRefused): Stage.CREATED,
    (Stage.CREATED, LengthReached): Stage.UPLOADED,
    (Stage.CREATED, UploadGone): Stage.ORPHANED,
    (Stage.CREATED, OffsetLost): Stage.ORPHANED,
    (Stage.CREATED, FileReplaced): Stage.ORPHANED,
    (Stage.ORPHANED, FileReplaced): Stage.ORPHANED,
    (Stage.ORPHANED, VideoComplete): Stage.UPLOADED,
    (Stage.ORPHANED, OrphanGone): Stage.PLANNED,
    (Stage.UPLOADED, Linked): Stage.LINKED,
    (Stage.LINKED, Linked): Stage.LINKED,
    (Stage.VERIFIED, Linked): Stage.LINKED,
    (Stage.LINKED, Verified): Stage.VERIFIED,
    (Stage.VERIFIED, Verified): Stage.VERIFIED,
    (Stage.UPLOADED, VideoGone): Stage.PLANNED,
    (Stage.LINKED, VideoGone): Stage.PLANNED,
    (Stage.VERIFIED, VideoGone): Stage.PLANNED,
    (Stage.UPLOADED, ReplacementBegun): Stage.PLANNED,
    (Stage.LINKED, ReplacementBegun): Stage.PLANNED,
    (Stage.VERIFIED, ReplacementBegun): Stage.PLANNED,
    (Stage.PLANNED, ReplacementCalledOff): Stage.LINKED,
    (Stage.CREATED, ReplacementCalledOff): Stage.LINKED,
    (Stage.ORPHANED, ReplacementCalledOff): Stage.LINKED,
    (Stage.UPLOADED, ReplacementCalledOff): Stage.LINKED,
    (Stage.UPLOADED, Unlinked): Stage.PLANNED,
    (Stage.LINKED, Unlinked): Stage.PLANNED,
    (Stage.VERIFIED, Unlinked): Stage.PLANNED,
    (Stage.PLANNED, RowEmptied): Stage.PLANNED,
    (Stage.CREATED, RowEmptied): Stage.CREATED,
    (Stage.ORPHANED, RowEmptied): Stage.ORPHANED,
    (Stage.PLANNED, OldVideoGone): Stage.PLANNED,
    (Stage.CREATED, OldVideoGone): Stage.CREATED,
    (Stage.ORPHANED, OldVideoGone): Stage.ORPHANED,
    (Stage.UPLOADED, OldVideoGone): Stage.UPLOADED,
    (Stage.LINKED, OldVideoGone): Stage.LINKED,
    (Stage.VERIFIED, OldVideoGone): Stage.VERIFIED,
    (Stage.PLANNED, Adopted): Stage.UPLOADED,
    (Stage.CREATED, Adopted): Stage.UPLOADED,
    (Stage.ORPHANED, Adopted): Stage.UPLOADED,
    (Stage.UPLOADED, Adopted): Stage.UPLOADED,
    (Stage.LINKED, Adopted): Stage.UPLOADED,
    (Stage.VERIFIED, Adopted): Stage.UPLOADED,
}
"""What each event makes of each stage; a pair that is not here is a bug in kupload."""


class IllegalEventError(AssertionError):
    """An event met a stage in which it cannot happen: a bug in kupload, not in the world."""


def advance(record: Record, event: Event) -> Record:
    """The record after the event. Progress of any kind clears an earlier failure.

    Raises:
        IllegalEventError: The table has no such pair; the record is unchanged.
    """
    stage = TRANSITIONS.get((record.stage, type(event)))
    if stage is None:
        raise IllegalEventError(f"{type(event).__name__} cannot happen to a video that is {record.stage}")
    if isinstance(event, ReplacementBegun):
        return replacing(record, event)
    if isinstance(event, ReplacementCalledOff):
        return called_off(record, event)
    if isinstance(event, Unlinked):
        return unlinked(record, event)
    return _with_facts_of(event, replace(record, stage=stage, failure=None))


_REASONS: Final[dict[type[Event], str]] = {
    AlreadyExists: "an earlier request for this video was answered, but the answer was lost",
    InitUnanswered: "the request that creates the video was not answered",
    UploadGone: "the upload has expired on Kinescope",
    OffsetLost: "Kinescope does not tell how much of the upload it has",
    FileReplaced: "the file has changed since its upload began",
}


def _with_facts_of(event: Event, record: Record) -> Record:  # noqa: C901, PLR0911, PLR0912 - one flat table
    match event:
        case Attempted():
            return replace(record, attempted_at=event.at, mark=event.mark)
        case CreationRefused():
            return replace(record, attempted_at=None, mark=None)
        case Created():
            return _created(record, event)
        case OrphanGone() | VideoGone():
            return start_over(record, event)
        case Adopted():
            return adopted(record, event)
        case Linked():
            return replace(record, linked_at=event.at, head_md5=None, old_videos=all_left(record.old_videos, event.at))
        case Verified():
            return replace(record, verified_at=event.at)
        case OffsetAccepted():
            expires_at = event.expires_at or record.expires_at
            return replace(record, offset=event.offset, offset_confirmed=True, expires_at=expires_at)
        case OffsetRefused():
            return replace(record, offset_confirmed=True, offset_refused=True)
        case LengthReached():
            return replace(
                unproven(_without_part(record)) if event.is_touched else _without_part(record),
                offset=record.size,
                offset_confirmed=True,
                md5=event.md5,
                duration=event.duration,
            )
        case VideoComplete():
            return replace(
                _without_part(record),
                video_id=event.video_id or record.video_id,
                video_url=event.video_url or record.video_url,
                offset=record.size,
                md5=event.md5,
                duration=event.duration,
                reason=None,
            )
        case OffsetUnknown() | ChunkRefused():
            return replace(record, offset_confirmed=False)
        case RowEmptied():
            return replace(record, old_videos=taken_away(record.old_videos, event))
        case OldVideoGone():
            return replace(record, old_videos=tuple(v for v in record.old_videos if v.video_id != event.video_id))
        case _:
            return replace(record, reason=_REASONS[type(event)], offset_confirmed=False)


def unproven(record: Record) -> Record:
    """The record of a file that may have changed while it was sent: only its MD5 proves that it is what was sent."""
    return replace(record, modified_ns=UNPROVEN_TIME)


def _without_part(record: Record) -> Record:
    return replace(record, sent_bytes=0, sent_md5=None)


def _created(record: Record, event: Created) -> Record:
    return replace(
        record,
        upload_url=event.upload_url,
        video_id=event.video_id or record.video_id,
        expires_at=event.expires_at,
        offset=0,
        offset_confirmed=True,
    )


def first_record(task: UploadTask, dialect: Dialect, new_video_id: Callable[[], str | None]) -> Record:
    """The record that a run begins with: that of an earlier run where an upload was attempted, else a new one.

    As long as nothing is created, the video goes where the present plan says.

    Args:
        task: The lesson.
        dialect: The dialect of this run.
        new_video_id: Chooses an id; None where the server does.
    """
    saved = task.record
    if saved is not None and saved.attempted_at is not None:
        record = reopened(saved, task.file, dialect)
        return replace(record, parent_id=task.parent_id) if record.stage is Stage.PLANNED else record
    was_written = saved is not None and saved.pair_is_written and saved.path == task.file.path
    return Record(
        lesson_id=task.lesson_id,
        course=task.course,
        path=task.file.path,
        size=task.file.size,
        modified_ns=task.file.modified_ns,
        parent_id=task.parent_id,
        title=fit_title(task.title),
        dialect=dialect,
        video_id=new_video_id(),
        pair_is_written=task.pair_is_written or was_written,
        lost_marks=saved.lost_marks if saved else (),
        lost_since=saved.lost_since if saved else None,
        old_videos=saved.old_videos if saved else (),
    )


def reopened(record: Record, file: VideoFile, dialect: Dialect) -> Record:
    """The record of an earlier run, brought up to what is true now.

    The server may have more bytes than was written down, so the offset is a hint again. A file that has changed and a
    creation request of which nobody knows the answer leave an orphan that has to be looked for first.

    Args:
        record: As read from the progress file.
        file: The lesson's file as it is now.
        dialect: The dialect of this run.
    """
    record = replace(record, offset_confirmed=False, offset_refused=False)
    if record.stage.has_all_bytes:
        return record
    if not record.may_go_on_with(file):
        return advance(record, FileReplaced())
    is_acknowledged = record.stage is not Stage.CREATED or record.offset or record.sent_bytes
    if not is_acknowledged and record.is_in_place(file) and is_hour_off(record.modified_ns, file.modified_ns):
        record = replace(record, modified_ns=file.modified_ns)  # whatever the server holds, no MD5 tells of it
    answer_is_unknown = record.stage is Stage.PLANNED and record.attempted_at is not None
    if answer_is_unknown and (record.dialect is Dialect.JSON or dialect is not record.dialect):
        return advance(record, InitUnanswered())
    if record.stage is Stage.PLANNED:
        return replace(record, title=fit_title(record.title))  # earlier versions of kupload sent longer titles
    return record

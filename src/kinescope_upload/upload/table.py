"""The one table that joins stages and events, and what each event changes in the record. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.upload.events import (
    Adopted,
    AlreadyExists,
    Attempted,
    Created,
    Event,
    FileReplaced,
    InitUnanswered,
    LengthReached,
    Linked,
    OffsetAccepted,
    OffsetLost,
    OffsetRefused,
    OffsetUnknown,
    OrphanGone,
    UploadGone,
    Verified,
    VideoComplete,
    VideoGone,
)
from kinescope_upload.upload.record import Dialect, Record, Stage
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from kinescope_upload.model import VideoFile

__all__ = ["TRANSITIONS", "IllegalEventError", "advance", "reopened"]

TRANSITIONS: Final[dict[tuple[Stage, type[Event]], Stage]] = {
    (Stage.PLANNED, Attempted): Stage.PLANNED,
    (Stage.PLANNED, Created): Stage.CREATED,
    (Stage.PLANNED, AlreadyExists): Stage.ORPHANED,
    (Stage.PLANNED, InitUnanswered): Stage.ORPHANED,
    (Stage.PLANNED, FileReplaced): Stage.ORPHANED,
    (Stage.CREATED, OffsetAccepted): Stage.CREATED,
    (Stage.CREATED, OffsetUnknown): Stage.CREATED,
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
    return _with_facts_of(event, replace(record, stage=stage, failure=None))


_REASONS: Final[dict[type[Event], str]] = {
    AlreadyExists: "an earlier request for this video was answered, but the answer was lost",
    InitUnanswered: "the request that creates the video was not answered",
    UploadGone: "the upload has expired on Kinescope",
    OffsetLost: "Kinescope does not tell how much of the upload it has",
    FileReplaced: "the file has changed since its upload began",
}


def _with_facts_of(event: Event, record: Record) -> Record:
    match event:
        case Attempted():
            return replace(record, attempted_at=event.at, mark=event.mark)
        case Created():
            return _created(record, event)
        case OrphanGone() | VideoGone():
            return _planned_anew(record, event)
        case Adopted():
            return _adopted(record, event)
        case Linked():
            return replace(record, linked_at=event.at)
        case Verified():
            return replace(record, verified_at=event.at)
        case _ if type(event) in _REASONS:
            return replace(record, reason=_REASONS[type(event)], offset_confirmed=False)
        case _:
            return _with_offset_of(event, record)


def _with_offset_of(event: Event, record: Record) -> Record:
    match event:
        case OffsetAccepted():
            expires_at = event.expires_at or record.expires_at
            return replace(record, offset=event.offset, offset_confirmed=True, expires_at=expires_at)
        case OffsetRefused():
            return replace(record, offset_confirmed=True, offset_refused=True)
        case LengthReached():
            return replace(record, offset=record.size, offset_confirmed=True, md5=event.md5)
        case VideoComplete():
            return replace(
                record,
                video_id=event.video_id or record.video_id,
                video_url=event.video_url or record.video_url,
                offset=record.size,
                md5=event.md5,
                reason=None,
            )
        case _:  # OffsetUnknown
            return replace(record, offset_confirmed=False)


def _created(record: Record, event: Created) -> Record:
    return replace(
        record,
        upload_url=event.upload_url,
        video_id=event.video_id or record.video_id,
        expires_at=event.expires_at,
        offset=0,
        offset_confirmed=True,
    )


def _adopted(record: Record, event: Adopted) -> Record:
    return Record(
        lesson_id=record.lesson_id,
        course=record.course,
        path=record.path,
        size=event.size,
        modified_ns=event.modified_ns,
        parent_id=record.parent_id,
        title=record.title,
        dialect=record.dialect,
        video_id=event.video_id,
        stage=record.stage,
        attempted_at=record.attempted_at or event.at,
        offset=event.size,
        md5=event.md5,
        lost_marks=(*record.lost_marks, *_lost_mark(record)),
    )


def _planned_anew(record: Record, event: OrphanGone | VideoGone) -> Record:
    fresh = event.fresh
    lost = () if isinstance(event, VideoGone) or event.was_seen else _lost_mark(record)
    return Record(
        lesson_id=record.lesson_id,
        course=record.course,
        path=fresh.path or record.path,
        size=fresh.size,
        modified_ns=fresh.modified_ns,
        parent_id=fresh.parent_id,
        title=fit_title(fresh.title),
        dialect=fresh.dialect,
        video_id=fresh.video_id,
        lost_marks=(*record.lost_marks, *lost),
    )


def _lost_mark(record: Record) -> tuple[str, ...]:
    """The mark of an attempt whose video nobody has named."""
    return (record.mark,) if record.mark and record.video_id is None else ()


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
    if not record.is_for(file):
        return advance(record, FileReplaced())
    answer_is_unknown = record.stage is Stage.PLANNED and record.attempted_at is not None
    if answer_is_unknown and (record.dialect is Dialect.JSON or dialect is not record.dialect):
        return advance(record, InitUnanswered())
    if record.stage is Stage.CREATED:
        return replace(record, path=file.path)  # the file may have been renamed; a leftover is known by its old name
    if record.stage is Stage.PLANNED:
        return replace(record, title=fit_title(record.title))  # earlier versions of kupload sent longer titles
    return record

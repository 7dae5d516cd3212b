"""Makes the record of a lesson's next upload, or of a video that takes an upload's place. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.upload.events import FreshUpload, OrphanGone
from kinescope_upload.upload.old_video import LeftBecause, OldVideo
from kinescope_upload.upload.record import Record, Stage
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from datetime import datetime

    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload.events import (
        Adopted,
        ReplacementBegun,
        ReplacementCalledOff,
        RowEmptied,
        Unlinked,
        VideoGone,
    )
    from kinescope_upload.upload.record import Dialect


def fresh_upload(record: Record, dialect: Dialect, video_id: str | None, file: VideoFile | None = None) -> FreshUpload:
    """The next upload of the lesson, into the same folder and with the same title.

    Args:
        record: What is recorded of the lesson.
        dialect: How the video will be created.
        video_id: The id that is chosen for it.
        file: The lesson's file as it is now; None where it is the recorded one.
    """
    return FreshUpload(
        video_id=video_id,
        dialect=dialect,
        parent_id=record.parent_id,
        title=record.title,
        size=file.size if file else record.size,
        modified_ns=file.modified_ns if file else record.modified_ns,
        path=file.path if file else None,
    )


def adopted(record: Record, event: Adopted) -> Record:
    """The record of a video that is certainly the lesson's."""
    lost = record.mark if record.video_id is None else None
    own = (as_old(record, LeftBecause.REPLACED, None, event.at),) if event.keeps_own else ()
    fresh = replace(
        _of_complete(record, event, event.at),
        stage=record.stage,
        pair_is_written=record.pair_is_written,
        old_videos=(*(video for video in record.old_videos if video.video_id != event.video_id), *own),
    )
    return _still_looking(fresh, record, lost)


def _of_complete(record: Record, video: Adopted | OldVideo, at: datetime) -> Record:
    """The lesson's record of another video, which is complete."""
    return Record(
        lesson_id=record.lesson_id,
        course=record.course,
        path=record.path,
        size=video.size,
        modified_ns=video.modified_ns,
        parent_id=record.parent_id,
        title=record.title,
        dialect=record.dialect,
        video_id=video.video_id,
        attempted_at=record.attempted_at or at,
        offset=video.size,
        md5=video.md5,
    )


def start_over(record: Record, event: OrphanGone | VideoGone) -> Record:
    """The record of the upload after one of which no video is left."""
    may_come = isinstance(event, OrphanGone) and not event.was_seen
    planned = _planned_again(record, event.fresh, record.old_videos)
    return _still_looking(planned, record, record.video_id or record.mark if may_come else None)


def replacing(record: Record, event: ReplacementBegun) -> Record:
    """The record of the new video; of the one before it, the row names it if it was linked."""
    left_at = None if record.stage.is_linked else event.at
    before = as_old(record, LeftBecause.REPLACED, event.keep, left_at)
    serving = (*record.old_videos, before)
    return _still_looking(_planned_again(record, event.fresh, serving), record, None)


def called_off(record: Record, event: ReplacementCalledOff) -> Record:
    """The record of the video that the row names, as it was before its replacement began.

    What was begun is an old video: an unfinished one is deleted at once, a complete one when its time has come.
    """
    serving = record.serving
    assert serving  # noqa: S101 - a replacement was begun
    keep = serving.keep if record.stage.has_all_bytes else 0
    begun = (as_old(record, LeftBecause.CALLED_OFF, keep, event.at),) if record.is_begun and record.video_id else ()
    lost = record.mark if record.is_begun and record.video_id is None else None
    before = replace(
        _of_complete(record, serving, event.at),
        path=serving.path,
        stage=Stage.LINKED,
        linked_at=event.at,
        old_videos=(*(video for video in record.old_videos if video is not serving), *begun),
    )
    return _still_looking(before, record, lost)


def unlinked(record: Record, event: Unlinked) -> Record:
    """The record of the upload after a person took the video away from the lesson."""
    before = as_old(record, LeftBecause.UNLINKED, event.keep, event.at)
    left = (*taken_away(record.old_videos, event), before)
    return _still_looking(_planned_again(record, event.fresh, left), record, None)


def as_old(record: Record, why: LeftBecause, keep: int | None, left_at: datetime | None) -> OldVideo:
    """The record's video as one that is left: why, for how many seconds it is kept, and since when (UTC)."""
    assert record.video_id  # noqa: S101 - it is complete, or was begun with that id
    return OldVideo(
        video_id=record.video_id,
        path=record.path,
        size=record.size,
        modified_ns=record.modified_ns,
        md5=record.md5,
        why=why,
        keep=keep,
        left_at=left_at,
    )


def taken_away(videos: tuple[OldVideo, ...], event: Unlinked | RowEmptied) -> tuple[OldVideo, ...]:
    """The old videos after the row was emptied: the one that it named is left for another reason now."""
    return tuple(
        video if video.left_at else replace(video, why=LeftBecause.UNLINKED, keep=event.keep, left_at=event.at)
        for video in videos
    )


def _planned_again(record: Record, fresh: FreshUpload, old_videos: tuple[OldVideo, ...]) -> Record:
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
        pair_is_written=fresh.pair_is_written or (record.pair_is_written and fresh.path in {None, record.path}),
        old_videos=old_videos,
    )


def _still_looking(fresh: Record, record: Record, lost: str | None) -> Record:
    """The fresh record with the attempts to look for again: those of before, and the one with this mark or id."""
    if lost is None:
        return replace(fresh, lost_marks=record.lost_marks, lost_since=record.lost_since)
    since = record.lost_since or record.attempted_at
    return replace(fresh, lost_marks=(*record.lost_marks, lost), lost_since=since)

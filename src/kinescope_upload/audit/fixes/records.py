"""Changes a lesson's record for a fix. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.upload import (
    AlreadyExists,
    Dialect,
    FreshUpload,
    OrphanGone,
    Record,
    Stage,
    UploadGone,
    VideoGone,
    advance,
)
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The video that the next upload of a lesson will create.

    Attributes:
        video_id: The id chosen for it; None in the JSON dialect, where Kinescope chooses.
        dialect: How it will be created.
        parent_id: The folder or project that will hold it.
    """

    video_id: str | None
    dialect: Dialect
    parent_id: str


def fresh_record(lesson: Lesson, target: Target) -> Record:
    """Makes the first record of a lesson, which must have a file."""
    file = lesson.file
    assert file is not None  # noqa: S101 - only a lesson with a file gets a record
    return Record(
        lesson_id=lesson.lesson_id,
        course=lesson.course,
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        parent_id=target.parent_id,
        title=fit_title(lesson.title or file.stem),
        dialect=target.dialect,
        video_id=target.video_id,
    )


def restarted(record: Record, lesson: Lesson, target: Target) -> Record:
    """Plans the upload of a video that is gone again, from the file as it is now."""
    fresh = FreshUpload(
        video_id=target.video_id,
        dialect=target.dialect,
        parent_id=target.parent_id,
        title=lesson.title or record.title,
        size=lesson.file.size if lesson.file else record.size,
        modified_ns=lesson.file.modified_ns if lesson.file else record.modified_ns,
    )
    return advance(record, VideoGone(fresh=fresh))


def without_leftover(record: Record, target: Target) -> Record:
    """Plans the upload of a deleted unfinished video again."""
    match record.stage:
        case Stage.PLANNED if record.attempted_at is None:
            return record
        case Stage.PLANNED:
            record = advance(record, AlreadyExists())
        case Stage.CREATED:
            record = advance(record, UploadGone())
        case _:
            pass
    fresh = FreshUpload(
        video_id=target.video_id,
        dialect=target.dialect,
        parent_id=record.parent_id,
        title=record.title,
        size=record.size,
        modified_ns=record.modified_ns,
    )
    return advance(record, OrphanGone(fresh=fresh))

"""Changes a lesson's record for a fix. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.plan.places import NONE_READ, paths_now
from kinescope_upload.upload import Dialect, Record, Stage
from kinescope_upload.upload.events import AlreadyExists, OrphanGone, UploadGone, VideoGone
from kinescope_upload.upload.next_upload import fresh_upload
from kinescope_upload.upload.ports import UploadTask
from kinescope_upload.upload.table import advance, first_record
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kinescope_upload.audit.compare import Lesson
    from kinescope_upload.model import LessonRow, VideoFile


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
    assert lesson.file is not None  # noqa: S101 - only a lesson with a file gets a record
    task = UploadTask(
        lesson_id=lesson.lesson_id,
        course=lesson.course,
        file=lesson.file,
        parent_id=target.parent_id,
        title=lesson.title or lesson.file.stem,
    )
    return first_record(task, target.dialect, lambda: target.video_id)


def renumbered_records(
    records: Mapping[str, Record],
    moved: Mapping[str, str],
    rows: Mapping[str, LessonRow],
    files: Sequence[VideoFile],
    md5s: Mapping[VideoFile, str] = NONE_READ,
) -> list[Record]:
    """The records of renumbered lessons, each where it belongs now, as that is called; else nothing is begun.

    Args:
        records: What is recorded.
        moved: The lesson that each record is of now, by the one that it was of.
        rows: The rows of all these lessons.
        files: The library: a file may have been renamed with its lesson.
        md5s: The MD5s of files that were read.
    """
    paths = paths_now({old: records[old] for old in moved}, files, md5s, records)
    kept = {
        new: replace(
            records[old],
            lesson_id=new,
            course=rows[new].course if new in rows else records[old].course,
            title=(new in rows and fit_title(rows[new].title).strip()) or records[old].title,
            path=paths[old],
        )
        for old, new in moved.items()
    }
    return [*kept.values(), *(_nothing_begun(records[old]) for old in moved if old not in kept)]


def _nothing_begun(record: Record) -> Record:
    """A record that says no more than that there was one."""
    return Record(
        lesson_id=record.lesson_id,
        course=record.course,
        path=None,
        size=0,
        modified_ns=0,
        parent_id=record.parent_id,
        title="",
        dialect=Dialect.JSON,  # which needs no id before a request
        video_id=None,
    )


def restarted(record: Record, lesson: Lesson, target: Target) -> Record:
    """Plans the upload of a video that is gone again, from the file as it is now."""
    fresh = fresh_upload(record, target.dialect, target.video_id, lesson.file)
    fresh = replace(fresh, parent_id=target.parent_id, title=lesson.title or record.title)
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
    fresh = fresh_upload(record, target.dialect, target.video_id)
    return advance(record, OrphanGone(fresh=fresh))

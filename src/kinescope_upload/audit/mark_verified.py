"""Writes `verified` into the progress files for the lessons that agree on all four sides."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.events import Warned
from kinescope_upload.progress import change_records
from kinescope_upload.upload import Linked, Record, Stage, Verified, advance
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from kinescope_upload.audit.compare.events import Emit


def mark_verified(folder: Path, verified: Mapping[str, Mapping[str, str]], at: datetime, emit: Emit) -> None:
    """Marks the lessons that agree; leaves out lessons that have another video by now, and courses that are in use.

    Args:
        folder: The progress folder.
        verified: The lessons and their videos, by course.
        at: When they were compared (UTC).
        emit: Takes a `Warned` for each course that is left out.
    """
    for course, videos in verified.items():
        try:
            change_records(folder, course, partial(_marked, videos, at))
        except (UsageError, BatchStoppedError) as error:
            emit(Warned(message=f'The lessons of course "{course}" are not marked as verified: {error.what}'))


def _marked(videos: Mapping[str, str], at: datetime, record: Record) -> Record:
    is_same = videos.get(record.lesson_id) == (video_key(record.video_id) or "")
    if not is_same or not record.stage.has_all_bytes:
        return record
    if record.stage is Stage.UPLOADED:
        record = advance(record, Linked(at=at))
    return advance(record, Verified(at=at))

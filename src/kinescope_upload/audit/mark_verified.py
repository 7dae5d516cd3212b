"""What agrees on all four sides becomes `verified` in the progress files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.events import EmitAudit, Warned
from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.progress import change_records
from kinescope_upload.upload import Linked, Record, Stage, Verified, advance
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

__all__ = ["mark_verified"]

_PROVABLE: Final = frozenset({Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED})


def mark_verified(folder: Path, verified: Mapping[str, Mapping[str, str]], at: datetime, tell: EmitAudit) -> int:
    """Writes down what was proven; returns how many lessons that is.

    A course that a run is at work on is left for the next time, and so is a lesson that has another video by now.

    Args:
        folder: The progress folder.
        verified: The lessons and their videos, by course.
        at: When (UTC).
        tell: Hears what could not be written.
    """
    written = 0
    for course, videos in verified.items():
        try:
            written += change_records(folder, course, _Proof(videos=videos, at=at))
        except (UsageError, BatchStoppedError) as error:
            tell(Warned(message=f'What agrees in course "{course}" is not written down: {error.what}'))
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    videos: Mapping[str, str]
    at: datetime

    def __call__(self, record: Record) -> Record:
        is_same = self.videos.get(record.lesson_id) == (video_key(record.video_id) or "")
        if not is_same or record.stage not in _PROVABLE:
            return record
        if record.stage is Stage.UPLOADED:
            record = advance(record, Linked(at=self.at))
        return advance(record, Verified(at=self.at))

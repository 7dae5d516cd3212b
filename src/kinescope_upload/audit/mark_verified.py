"""What agrees on all four sides becomes `verified` in the progress files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.events import Noticed, Tell
from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.progress import change_records
from kinescope_upload.upload import Linked, Proven, Record, Stage, advance
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

__all__ = ["write_proofs"]

_PROVABLE: Final = frozenset({Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED})


def write_proofs(folder: Path, proven: Mapping[str, Mapping[str, str]], at: datetime, tell: Tell) -> int:
    """Writes down what was proven; returns how many lessons that is.

    A course that a run is at work on is left for the next time, and so is a lesson that has another video by now.

    Args:
        folder: The progress folder.
        proven: The lessons and their videos, by course.
        at: When (UTC).
        tell: Hears what could not be written.
    """
    written = 0
    for course, videos in proven.items():
        try:
            written += change_records(folder, course, _Proof(videos=videos, at=at))
        except (UsageError, BatchStoppedError) as error:
            tell(Noticed(message=f'What agrees in course "{course}" is not written down: {error.what}'))
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
        return advance(record, Proven(at=self.at))

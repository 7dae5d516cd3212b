"""A lesson's earlier videos: the one that viewers see while its replacement is made, and those that await deletion.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

LONGEST_KEEP: Final = 10 * 365 * 24 * 3600
"""Seconds that an old video may be kept at most before it is deleted."""


class LeftBecause(StrEnum):
    """Why a video is not, or will not be, a lesson's any more."""

    REPLACED = "replaced"
    UNLINKED = "unlinked"
    CALLED_OFF = "called off"
    """It was to replace the lesson's, and a person called that off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVideo:
    """A video of ours that was a lesson's, or was to be: complete, unless its replacement was called off.

    Attributes:
        video_id: The video.
        path: The file that was sent; None where it is not known.
        size: That file's size in bytes.
        modified_ns: Its time of change, in nanoseconds since the epoch.
        md5: Of the bytes that were sent; None where it was not taken.
        why: Why it is left.
        keep: Seconds from `left_at` after which it is deleted; None keeps it.
        left_at: When the lesson's row ceased to name it (UTC); None while the row names it.
    """

    video_id: str
    path: str | None
    size: int
    modified_ns: int
    md5: str | None
    why: LeftBecause
    keep: int | None
    left_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """From when on it may be deleted; None where it is kept, or the row names it."""
        if self.left_at is None or self.keep is None:
            return None
        return self.left_at + timedelta(seconds=self.keep)

    def is_due(self, now: datetime) -> bool:
        """Whether its time has come; what is not kept at all is due whatever the clocks of two machines say."""
        return self.due_at is not None and (self.keep == 0 or self.due_at <= now)


def serving_of(videos: Iterable[OldVideo]) -> OldVideo | None:
    """The video that the row still names; None where there is none."""
    return next((video for video in videos if video.left_at is None), None)


def all_left(videos: Iterable[OldVideo], at: datetime) -> tuple[OldVideo, ...]:
    """The videos after the row ceased to name the one that it named."""
    return tuple(replace(video, left_at=video.left_at or at) for video in videos)

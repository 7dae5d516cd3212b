"""A video on Kinescope, as far as an upload is concerned. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime


SUSPENDED: Final = "suspended"
"""What a broken upload leaves behind, and what a complete video may become by an unpaid plan (docs/kinescope.md)."""


class VideoState(StrEnum):
    """What a video's status means to an uploader."""

    PARTIAL = "partial"
    COMPLETE = "complete"
    BROKEN = "broken"
    UNKNOWN = "unknown"


_ABORTED: Final = "aborted"
_STATES = {
    "pending": VideoState.PARTIAL,
    "uploading": VideoState.PARTIAL,
    _ABORTED: VideoState.PARTIAL,
    "pre-processing": VideoState.COMPLETE,
    "processing": VideoState.COMPLETE,
    "done": VideoState.COMPLETE,
    "error": VideoState.BROKEN,
}


_SHORT: Final = 2.0
"""Seconds by which Kinescope may count otherwise in any case."""
_PART: Final = 0.01
"""Part of the duration by which it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video on Kinescope.

    Attributes:
        id: Its id.
        title: Its title.
        status: Kinescope's word for its state (`pending` … `done`, `error`).
        description: Its description; empty when there is none.
        project_id: The project that it lies in.
        folder_id: The folder that it lies in; None at the project's root.
        created_at: When it was made (UTC); None when Kinescope does not say.
        original_name: The name of the file that was sent; None when Kinescope does not say.
        size: The original's size in bytes; None when Kinescope does not say.
        md5: Of the original, in lower-case hexadecimal; None when Kinescope does not say.
        duration: In seconds; None when Kinescope does not say.
        has_assets: Whether Kinescope names any file of it.
        embed_url: The player's address as Kinescope gives it; None when it gives none.
    """

    id: str
    title: str
    status: str
    description: str = ""
    project_id: str | None = None
    folder_id: str | None = None
    created_at: datetime | None = None
    original_name: str | None = None
    size: int | None = None
    md5: str | None = None
    duration: float | None = None
    has_assets: bool = False
    embed_url: str | None = None

    @property
    def state(self) -> VideoState:
        """Whether every byte has arrived, as far as the status tells.

        A suspended video is partial only when nothing came of it: it has neither files nor a duration.
        """
        if self.status == SUSPENDED and not self.has_assets and not self.duration:
            return VideoState.PARTIAL
        return _STATES.get(self.status, VideoState.UNKNOWN)

    @property
    def has_failed(self) -> bool:
        """Whether Kinescope says that the video will never be `done`."""
        is_given_up = self.status in {_ABORTED, SUSPENDED} and self.state is VideoState.PARTIAL
        return is_given_up or self.state is VideoState.BROKEN

    @property
    def has_original(self) -> bool:
        """Whether Kinescope tells anything of the original; where originals are switched off there is none."""
        return self.size is not None or self.md5 is not None

    def lasts_otherwise(self, seconds: float | None) -> bool:
        """Whether it lasts longer or shorter than that, once Kinescope is done; before, it tells 0 (docs/kinescope.md).

        Args:
            seconds: How long the file lasts; None or 0 where that is not known.
        """
        if self.status != "done" or not seconds or not self.duration:
            return False
        return abs(seconds - self.duration) > max(_SHORT, _PART * seconds)

    @property
    def player_url(self) -> str:
        """What a lesson's `videoUrl` takes: the address as Kinescope gives it, else the one made of the id."""
        return self.embed_url or embed_url(self.id)


def embed_url(video_id: str) -> str:
    """The address of the player, made of the video's UUID."""
    return f"https://kinescope.io/embed/{video_id}"

"""A video for a lesson's row, over what it may be written, and what became of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kinescope_upload.video_ids import is_named_in, is_same_video

Row = tuple[str | None, str | None]
"""A row's video id and address."""


class LinkOutcome(StrEnum):
    """What became of the attempt to write a video into a lesson's row."""

    LINKED = "linked"
    ROW_MISSING = "row missing"
    ROW_TAKEN = "row taken"
    ROW_RENAMED = "row renamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkResult:
    """Holds the outcome of linking a row.

    Attributes:
        outcome: Linked, missing, taken, or renamed.
        found: What the row holds, the id or the address, when it is taken; None where it is empty and should not be.
            The row's title when it is renamed.
    """

    outcome: LinkOutcome
    found: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A video for a row that holds none, or the old one that the video replaces.

    Attributes:
        lesson_id: The lesson.
        video_id: The video.
        video_url: The player's address.
        duration: How long the video lasts in seconds; None where that is not known.
        old_id: The video that the row must hold, in any spelling; None where it must be empty, the address, too.
        title: The title that the row must have; None where any is right.
    """

    lesson_id: str
    video_id: str
    video_url: str
    duration: float | None = None
    old_id: str | None = None
    title: str | None = None

    @property
    def subject(self) -> str:
        """What is written, in words."""
        return f"video {self.video_id} for lesson {self.lesson_id}"

    def is_in(self, row: Row) -> bool:
        """Whether the row, given by its video id and address, holds the video, and an address that names it."""
        found, address = row
        is_address = address == self.video_url or is_same_video(address, self.video_id)
        return is_same_video(found, self.video_id) and is_address

    def may_write_over(self, row: Row) -> bool:
        """Whether the row, given by its video id and address, may be written: it loses nothing but the old video.

        Where the id is ours already, the address follows it.
        """
        found, address = row
        if is_same_video(found, self.video_id):
            return True
        if found is None:
            return self.old_id is None and (address is None or is_named_in(self.video_id, address))
        if self.old_id is None or not is_same_video(found, self.old_id):
            return False
        return address is None or is_named_in(self.old_id, address) or is_named_in(self.video_id, address)

    def foreign_in(self, row: Row) -> str | None:
        """What of a row must not be written over: the id, or the address where the id is empty or the old video's."""
        found, address = row
        return address if found is None or is_same_video(found, self.old_id) else found

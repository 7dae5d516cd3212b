"""What is written into a lesson's row, and over what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.database import statements
from kinescope_upload.database.statements import sendable
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from psycopg.sql import SQL

    from kinescope_upload.model import LessonTable, LinkOutcome

Row = tuple[str | None, str | None]
"""A row's video id and address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkResult:
    """Holds the outcome of linking a row.

    Attributes:
        outcome: Linked, missing, or taken.
        found: The video id that the row holds, when it is taken; None where it is empty and should not be.
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
        old_id: The video that the row must hold, in any spelling; None where it must be empty.
    """

    lesson_id: str
    video_id: str
    video_url: str
    duration: float | None = None
    old_id: str | None = None

    @property
    def subject(self) -> str:
        """What is written, in words."""
        return f"video {self.video_id} for lesson {self.lesson_id}"

    def update_of(self, found: str | None, table: LessonTable) -> tuple[SQL, dict[str, object]]:
        """The update of a row that holds this id, with its values; a row that holds the video gets its address."""
        values: dict[str, object] = {
            "lesson_id": sendable(self.lesson_id),
            "video_id": self.video_id,
            "video_url": self.video_url,
            "found": found,
        }
        if is_same_video(found, self.video_id):
            return statements.SET_ADDRESS, values
        if self.duration is None or table.duration is None:
            return (statements.LINK_ROW if self.old_id is None else statements.SWITCH_ROW), values
        values["duration"] = table.in_unit(self.duration)
        is_new = self.old_id is None
        return (statements.LINK_ROW_WITH_DURATION if is_new else statements.SWITCH_ROW_WITH_DURATION), values

    def is_in(self, row: Row) -> bool:
        """Whether the row holds the video, and an address that names it."""
        found, address = row
        is_address = address == self.video_url or is_same_video(address, self.video_id)
        return is_same_video(found, self.video_id) and is_address

    def may_write_over(self, found: str | None) -> bool:
        """Whether a row that holds this id may be written."""
        if is_same_video(found, self.video_id):
            return True
        return found is None if self.old_id is None else is_same_video(found, self.old_id)

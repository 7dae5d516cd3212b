"""Holds what the progress file says about one lesson's video, as far as a comparison needs it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.upload import Stage
from kinescope_upload.upload.old_video import serving_of
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload import OldVideo, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSummary:
    """What the progress file says about a lesson's video.

    Attributes:
        course: The course whose progress file holds it.
        path: The file that was sent, relative to the library root; None where it is not known.
        size: Its size in bytes then.
        modified_ns: Its time of change then, in nanoseconds since the epoch.
        stage: How far the upload is.
        video_id: The video, as Kinescope spells its id; None before a creation, or where it is unknown.
        md5: Of the bytes that were sent; None when it was not computed.
        title: The video's title then.
        duration: How long the file's video lasts in seconds; None when that is not known.
        former_ids: Videos of earlier attempts of which it is not proven that they are gone.
        pair_is_written: Whether a map file or manifest said then that the file is the lesson's.
        old_videos: Videos that were the lesson's before.
        own_file_is_there: Whether the file that was sent is known to be at its path still, so that one at another path
            is not it.
    """

    course: str
    path: str | None
    size: int
    modified_ns: int
    stage: Stage
    video_id: str | None
    md5: str | None
    title: str
    duration: float | None = None
    former_ids: tuple[str, ...] = ()
    pair_is_written: bool = False
    old_videos: tuple[OldVideo, ...] = ()
    own_file_is_there: bool = False

    @property
    def is_begun(self) -> bool:
        """Whether a video of ours may exist."""
        return self.video_id is not None or self.stage is not Stage.PLANNED

    @property
    def names_file(self) -> bool:
        """Whether the path is known, and a video of that file may exist or is to replace the lesson's."""
        return self.path is not None and (self.is_begun or serving_of(self.old_videos) is not None)

    @property
    def has_all_bytes(self) -> bool:
        """Whether Kinescope had acknowledged every byte."""
        return self.stage.has_all_bytes

    @property
    def sent_part(self) -> tuple[int | None, str] | None:
        """The MD5 of all that was sent (None says all); None where it is not known."""
        return (None, self.md5) if self.md5 else None

    def is_for(self, file: VideoFile) -> bool:
        """Whether the file may be the one that was sent, by size and time of change."""
        if self.own_file_is_there and not (self.path and file.is_at(self.path)):
            return False
        return file.may_be(self.path, size=self.size, modified_ns=self.modified_ns)


def summary_of(record: Record) -> RecordSummary:
    """Reduces a record to what a comparison needs."""
    return RecordSummary(
        course=record.course,
        path=record.path,
        size=record.size,
        modified_ns=record.modified_ns,
        stage=record.stage,
        video_id=video_key(record.video_id) if record.is_begun else None,
        md5=record.md5,
        title=record.title,
        old_videos=tuple(replace(old, video_id=video_key(old.video_id) or old.video_id) for old in record.old_videos),
        duration=record.duration,
        pair_is_written=record.pair_is_written,
        former_ids=tuple(key for lost in record.lost_marks if (key := video_key(lost))),
    )

"""Holds what is known of one lesson's upload: the facts of the progress file. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kinescope_upload.upload.old_video import serving_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload.old_video import OldVideo

HEAD_BYTES: Final = 256 * 1024
"""How many of a file's first bytes tell it from others of its size and time."""


UNPROVEN_TIME: Final = -(10**18)
"""The time of change of a file that may have changed while it was sent: no file has it, so that its MD5 must tell."""


class Stage(StrEnum):
    """What has been achieved for a lesson's video; the next run goes on from there."""

    PLANNED = "planned"
    CREATED = "created"
    ORPHANED = "orphaned"
    UPLOADED = "uploaded"
    LINKED = "linked"
    VERIFIED = "verified"

    @property
    def has_all_bytes(self) -> bool:
        """Whether Kinescope has acknowledged every byte."""
        return self is Stage.UPLOADED or self.is_linked

    @property
    def is_linked(self) -> bool:
        """Whether the lesson's row was written."""
        return self is Stage.LINKED or self is Stage.VERIFIED


class Dialect(StrEnum):
    """How an upload is created: by Tus headers with an id that we choose, or by JSON with one of the server's."""

    TUS = "tus"
    JSON = "json"

    def chosen_id(self, new_id: Callable[[], object]) -> str | None:
        """An id for the next video; None where Kinescope chooses."""
        return str(new_id()) if self is Dialect.TUS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why the lesson is not done, in words, since when (UTC), and whether a person has to decide about it."""

    reason: str
    at: datetime
    is_in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that is known of one lesson's upload; what the progress file holds.

    Attributes:
        lesson_id: The lesson.
        course: The course whose progress file holds it.
        path: The file's path relative to the library root; pins the lesson to this file. None where the file is not
            known: the video was taken over from another system.
        size: The file's size in bytes when the upload was planned: the upload's length.
        modified_ns: The file's time of change at that moment, in nanoseconds since the epoch; `UNPROVEN_TIME` where its
            size and time do not tell whether it is what was sent.
        parent_id: The folder (or project) on Kinescope that the video goes to.
        title: The video's title.
        dialect: How the upload is created.
        video_id: The init id that we chose or the id that the server gave; None in the JSON dialect until it answered.
        stage: What has been achieved.
        attempted_at: When the first creation request for this id was about to be sent; None while none was.
        mark: What the video's description names, so that it is known as this attempt's; None in the dialect `tus`,
            where the id says that, and in records of versions that set no mark.
        lost_marks: Marks or ids of earlier attempts that showed no video; looked for once more in the end.
        lost_since: When the first of those attempts began; None where there are none, and in records of versions that
            did not write it.
        upload_url: Where the bytes go, from `created` on; a secret, and therefore in no representation.
        offset: The last acknowledged offset in bytes: a hint, the server is asked.
        offset_confirmed: Whether the offset may be relied on now; never on disk.
        offset_refused: Whether the server refused to tell the offset; never on disk.
        expires_at: Until when the upload can be resumed; None when the server did not say.
        sent_bytes: How many bytes may have been sent: the file's first ones.
        sent_md5: Their MD5 in hexadecimal; None without checksums, and in records of versions that did not write it.
        head_md5: The MD5 of the file's first bytes (`HEAD_BYTES`) when the upload began, until its row is written;
            None in records of versions that did not write it.
        md5: Of the bytes that were sent, in hexadecimal, from `uploaded` on; None without checksums.
        duration: How long the file's video lasts in seconds, from `uploaded` on; None where the file does not say.
        video_url: The player's address as Kinescope gave it; None where it was not asked, the id says it then.
        reason: Why the stage is `orphaned`.
        linked_at: When the row was written.
        verified_at: When the video was verified.
        failure: Why the last attempt ended early; None when it did not.
        pair_is_written: Whether a map file or manifest said that the file is the lesson's.
        old_videos: Complete videos that were the lesson's before this one; the row names one of them as long as this
            one is its replacement.
        own_file_is_there: Whether the file that was sent is known to be at its path still, so that one at another path
            is not it, whatever size and time say. Not saved.
    """

    lesson_id: str
    course: str
    path: str | None
    size: int
    modified_ns: int
    parent_id: str
    title: str
    dialect: Dialect
    video_id: str | None
    stage: Stage = Stage.PLANNED
    attempted_at: datetime | None = None
    mark: str | None = None
    lost_marks: tuple[str, ...] = ()
    lost_since: datetime | None = None
    upload_url: str | None = field(default=None, repr=False)
    offset: int = 0
    offset_confirmed: bool = False
    offset_refused: bool = False
    expires_at: datetime | None = None
    sent_bytes: int = 0
    sent_md5: str | None = None
    head_md5: str | None = None
    md5: str | None = None
    duration: float | None = None
    video_url: str | None = None
    reason: str | None = None
    linked_at: datetime | None = None
    verified_at: datetime | None = None
    failure: Failure | None = None
    pair_is_written: bool = False
    old_videos: tuple[OldVideo, ...] = ()
    own_file_is_there: bool = field(default=False, compare=False)

    @property
    def serving(self) -> OldVideo | None:
        """The video that viewers see until this one replaces it; None where this one replaces none."""
        return serving_of(self.old_videos)

    @property
    def is_unproven(self) -> bool:
        """Whether the file may have changed while it was sent, so that its content alone tells."""
        return self.modified_ns == UNPROVEN_TIME

    @property
    def is_begun(self) -> bool:
        """Whether a video of ours may exist: a request that creates it was about to be sent."""
        return self.attempted_at is not None or self.stage is not Stage.PLANNED

    @property
    def names_file(self) -> bool:
        """Whether the path is known, and a video of that file may exist or is to replace the lesson's."""
        return self.path is not None and (self.is_begun or (bool(self.old_videos) and self.serving is not None))

    @property
    def knows_sent_part(self) -> bool:
        """Whether the MD5 of all that Kinescope holds of the file is known."""
        return self.sent_md5 is not None and self.sent_bytes >= self.offset

    @property
    def sent_part(self) -> tuple[int | None, str] | None:
        """How many bytes were sent (None is all) and their MD5 in hexadecimal; None where that is not known."""
        if self.stage.has_all_bytes:
            return (None, self.md5) if self.md5 else None
        return (self.sent_bytes, self.sent_md5) if self.sent_md5 and self.sent_bytes and self.knows_sent_part else None

    def is_as_read(self, file: VideoFile) -> bool:
        """Whether nothing has changed since the file was last read: neither its path nor its size nor its time."""
        return self.size == file.size and self.modified_ns == file.modified_ns and self.is_in_place(file)

    def is_in_place(self, file: VideoFile) -> bool:
        """Whether the file is where the one was that was sent, or nobody knows where that was."""
        return self.path is None or file.is_at(self.path)

    def may_go_on_with(self, file: VideoFile) -> bool:
        """Whether the upload may go on with the file, as far as can be told without reading it.

        Where a part was sent, its MD5 decides, unless nothing has changed. Of a file at the same path whose time is
        only shifted, the MD5 of what was acknowledged is enough; of any other, all that Kinescope holds must be known.
        """
        if self.size != file.size or self.is_as_read(file):
            return self.size == file.size
        if self.stage is Stage.ORPHANED:
            return True
        if self.stage is not Stage.CREATED or not (self.offset or self.sent_bytes):
            return self.is_for(file)
        is_shifted = self.is_in_place(file) and self.is_for(file)
        return self.knows_sent_part or (is_shifted and self.sent_md5 is not None)

    def differs_in_time(self, file: VideoFile) -> bool:
        """Whether the file has this size and another time: only its content tells whether it is the same file."""
        return self.size == file.size and not (self.own_file_is_there or self.is_for(file))

    def is_for(self, file: VideoFile) -> bool:
        """Whether the file may be the one that the upload was planned for, by size and time of change."""
        if self.own_file_is_there and not self.is_in_place(file):
            return False
        return file.may_be(self.path, size=self.size, modified_ns=self.modified_ns)

"""Defines what can happen to an upload: what an answer means, or the lack of one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinescope_upload.errors import TryAgainError

if TYPE_CHECKING:
    from datetime import datetime

    from kinescope_upload.upload.record import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshUpload:
    """What the next upload of a lesson begins with: the file as it is now, and the video that is to be made.

    Attributes:
        video_id: The id that is chosen for it; None in the JSON dialect.
        dialect: How it is created.
        parent_id: Where it goes.
        title: Its title.
        size: The file's size in bytes.
        modified_ns: When the file was last changed, in nanoseconds since the epoch.
        path: The file's path; None where it has not changed.
        pair_is_written: Whether a map file or manifest says that the file is the lesson's.
    """

    video_id: str | None
    dialect: Dialect
    parent_id: str
    title: str
    size: int
    modified_ns: int
    path: str | None = None
    pair_is_written: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """A creation request is about to be sent: from now on a video may exist.

    Attributes:
        at: When (UTC, by Kinescope's clock).
        mark: What the video is known by; None where its id is ours.
    """

    at: datetime
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The server takes bytes at this URL. The creation acknowledges offset 0."""

    upload_url: str = field(repr=False)
    video_id: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyExists:
    """The init id is taken: an earlier creation reached Kinescope although its answer did not reach us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationRefused:
    """Kinescope refused to create the video: what was asked for in this attempt does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitUnanswered:
    """In the JSON dialect, a creation request that nobody answered may have left a video without a name we know.

    `cause` tells why there is no answer of Kinescope's: the line, a gateway, or somebody else who answered; None where
    an earlier run made the request.
    """

    cause: TryAgainError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetAccepted:
    """The server holds this many bytes, fewer than the length."""

    offset: int
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetUnknown:
    """Bytes may have been sent that nobody acknowledged: the server has to be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRefused:
    """The chunk is too large for somebody on the way: 413 without a code of Kinescope's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetRefused:
    """The server does not tell offsets (HEAD is refused): the last acknowledged one serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetLost:
    """Neither HEAD nor a conflict's answer tells the offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthReached:
    """Every byte is there.

    Attributes:
        md5: Of the file's bytes as sent; None without checksums.
        duration: Of the file's video in seconds; None where the file does not say.
        is_touched: Whether something of the file changed while it was sent, though its size and time are the same.
    """

    md5: str | None
    duration: float | None = None
    is_touched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadGone:
    """The upload has expired or was terminated: 404 or 410, and nothing else, says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReplaced:
    """The file on disk is no longer the one that this upload was begun for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoComplete:
    """The video with our id or mark has every byte, whatever we had heard of it.

    Attributes:
        md5: Of the file; None without checksums.
        video_id: Its id; None where the record names it already.
        video_url: The player's address as Kinescope gives it; None when it gives none.
        duration: Of the file's video in seconds; None where the file does not say.
    """

    md5: str | None
    video_id: str | None = None
    video_url: str | None = None
    duration: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanGone:
    """No video of this upload is left: the lesson starts over.

    Attributes:
        fresh: The next upload.
        was_seen: Whether there was one, which is deleted; a creation that showed none may still be at work.
    """

    fresh: FreshUpload
    was_seen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The lesson's row points at the video."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Kinescope says `done`, size and MD5 are equal, and the row still agrees."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoGone:
    """Every byte had arrived, and the video is on Kinescope no more: the lesson starts over."""

    fresh: FreshUpload


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementBegun:
    """A new video is to take the place of the lesson's, which viewers see until the new one is done.

    Attributes:
        at: When (UTC).
        keep: Seconds for which the old video is kept once the row has left it; None keeps it.
        fresh: The new upload.
    """

    at: datetime
    keep: int | None
    fresh: FreshUpload


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementCalledOff:
    """The video that viewers see stays the lesson's: a person put its file back, or said so.

    Attributes:
        at: When (UTC).
    """

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """A person took the lesson's video away from it: the row is empty, and the lesson starts over.

    Attributes:
        at: When (UTC).
        keep: Seconds for which the video is kept; None keeps it for good.
        fresh: The next upload.
    """

    at: datetime
    keep: int | None
    fresh: FreshUpload


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEmptied:
    """A person emptied the row of a lesson whose next video is not complete.

    Attributes:
        at: When (UTC).
        keep: Seconds for which the video that it named is kept; None keeps it for good.
    """

    at: datetime
    keep: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVideoGone:
    """An earlier video of the lesson is on Kinescope no more."""

    video_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """Another video is certainly the lesson's: size and MD5 are those of the file.

    Ours is gone, or never was, or is another cut and kept as an old video. Where Kinescope shows no MD5 (None), it has
    size and title.
    """

    video_id: str
    size: int
    modified_ns: int
    md5: str | None
    at: datetime
    keeps_own: bool = False


Event = (
    Attempted
    | Created
    | AlreadyExists
    | CreationRefused
    | InitUnanswered
    | OffsetAccepted
    | OffsetUnknown
    | ChunkRefused
    | OffsetRefused
    | OffsetLost
    | LengthReached
    | UploadGone
    | FileReplaced
    | VideoComplete
    | OrphanGone
    | Linked
    | Verified
    | VideoGone
    | ReplacementBegun
    | ReplacementCalledOff
    | Unlinked
    | RowEmptied
    | OldVideoGone
    | Adopted
)


def why_unanswered(event: Event) -> TryAgainError:
    """Words why a creation left nothing that we could go on with."""
    cause = event.cause if isinstance(event, InitUnanswered) else None
    return cause or TryAgainError("Kinescope did not answer the request that creates the video.")

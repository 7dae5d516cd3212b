"""What is known beside files and rows, when files are divided among lessons: records, originals, MD5s. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.model import FilePart, VideoFile


class SentFile(Protocol):
    """What the progress says of the file that a lesson's video was made from."""

    @property
    def course(self) -> str:
        """The lesson's course."""

    @property
    def path(self) -> str | None:
        """The file's path below the library root; None where it is not known (imported progress)."""

    @property
    def title(self) -> str:
        """What the lesson was called then; empty where that is not known."""

    @property
    def size(self) -> int:
        """Its size in bytes then."""

    @property
    def modified_ns(self) -> int:
        """Its time of change then, in nanoseconds since the epoch (UTC)."""

    @property
    def sent_part(self) -> tuple[int | None, str] | None:
        """How many bytes were sent (None is all) and their MD5 in hexadecimal; None where that is not known."""

    @property
    def video_id(self) -> str | None:
        """The video."""

    @property
    def is_begun(self) -> bool:
        """Whether a video of it may exist."""

    @property
    def names_file(self) -> bool:
        """Whether the path is known, and a video of that file may exist or is to replace the lesson's."""

    def is_for(self, file: VideoFile) -> bool:
        """Whether the file may be what was sent, by path, size and time (`VideoFile.may_be`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The original of a video as Kinescope keeps it; what is None cannot be compared.

    Attributes:
        size: In bytes.
        md5: In lower-case hexadecimal.
    """

    size: int | None
    md5: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known beside files and rows.

    Attributes:
        records: What the progress says, by lesson id.
        originals: The originals of videos that rows name, by the video's key; None when Kinescope was not asked.
        md5s: MD5s of files, or of their first bytes, that were read.
    """

    records: Mapping[str, SentFile] = field(default_factory=lambda: MappingProxyType({}))
    originals: Mapping[str, Original] | None = None
    md5s: Mapping[FilePart, str] = field(default_factory=lambda: MappingProxyType({}))

    def original_of(self, video_id: str | None) -> Original | None:
        """The original of a video, however its id is spelt; None where it is not known."""
        return self.originals.get(video_key(video_id) or "") if self.originals and video_id else None


def names_file(record: SentFile | None) -> bool:
    """Whether a record says which file the lesson keeps."""
    return record is not None and record.names_file

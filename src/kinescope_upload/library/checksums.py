"""Reads files of the library for their MD5s."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinescope_upload.errors import FileChangedError, FileUnreadableError
from kinescope_upload.library.hasher import HasherBeside
from kinescope_upload.library.scan import stat_file
from kinescope_upload.library.source import VideoSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kinescope_upload.model import FilePart, VideoFile


def _go_on() -> None:
    """Nothing stops the reading but Ctrl+C."""


def md5_of(
    library: Path, file: VideoFile, each_block: Callable[[], None] = _go_on, *, length: int | None = None
) -> str:
    """Reads a file, and returns its MD5 in hexadecimal.

    Args:
        library: The library root.
        file: The file, as it was looked at.
        each_block: Called before each block; may raise to stop.
        length: How many of its first bytes count; None counts all.

    Raises:
        FileChangedError: It is not the file that was looked at, or changed meanwhile.
        FileUnreadableError: It cannot be read now.
    """
    with VideoSource(library / file.path, file, hasher=HasherBeside) as source:
        md5 = source.md5(each_block) if length is None else source.md5_of_first(length, each_block)
        source.check_unchanged()
    assert md5 is not None  # noqa: S101 - checksums are on
    return md5


def md5_now(library: Path, file: VideoFile) -> str | None:
    """The MD5 of the file; None where it cannot be read now: the run tells why."""
    with suppress(FileChangedError, FileUnreadableError):
        return md5_of(library, file)
    return None


def md5s_of(library: Path, parts: Sequence[FilePart]) -> dict[FilePart, str]:
    """The MD5s of files or their first bytes, in hexadecimal.

    Files that cannot be read, are too short, or change meanwhile, are left out.

    Args:
        library: The library root.
        parts: What is to be read.
    """
    found: dict[FilePart, str] = {}
    for part in parts:
        if file := stat_file(library, part.path):
            with suppress(FileChangedError, FileUnreadableError):
                found[part] = md5_of(library, file, length=part.length)
    return found


class _NoTimeError(Exception):
    """No time is left for reading."""


@dataclass(slots=True, kw_only=True)
class ReadInTime:
    """Reads files for their MD5s as long as there is time, and knows the files for which none was left.

    Attributes:
        library: The library root.
        ends_at: The end of that time, by the monotonic clock.
        left: The paths of the files for which no time was left.
    """

    library: Path
    ends_at: float
    left: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, library: Path, seconds: float) -> ReadInTime:
        """Reads for so many seconds from now on."""
        return cls(library=library, ends_at=time.monotonic() + seconds)

    @property
    def seconds_left(self) -> float:
        """How much time is left, in seconds."""
        return max(0.0, self.ends_at - time.monotonic())

    def md5s_of(self, parts: Sequence[FilePart]) -> dict[FilePart, str]:
        """The MD5s of files or their first bytes, as far as they can be read and the time goes."""
        files = ((part, stat_file(self.library, part.path)) for part in parts)
        found = {part: self._md5_of(file, part.length) for part, file in files if file}
        return {part: md5 for part, md5 in found.items() if md5}

    def md5_of(self, file: VideoFile) -> str | None:
        """The MD5 of the file; None where it cannot be read now, or no time is left."""
        return self._md5_of(file, None)

    def _md5_of(self, file: VideoFile, length: int | None) -> str | None:
        try:
            self._check()
            with suppress(FileChangedError, FileUnreadableError):
                return md5_of(self.library, file, self._check, length=length)
        except _NoTimeError:
            self.left.add(file.path)
        return None

    def _check(self) -> None:
        if time.monotonic() >= self.ends_at:
            raise _NoTimeError

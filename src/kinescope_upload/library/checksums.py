"""Reads files of the library for their MD5s."""

from __future__ import annotations

from contextlib import suppress
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

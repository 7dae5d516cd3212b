"""Reads files of the library for their MD5s."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kinescope_upload.errors import FileChangedError, FileUnreadableError
from kinescope_upload.library.scan import stat_file
from kinescope_upload.library.source import VideoSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kinescope_upload.model import VideoFile


def _go_on() -> None:
    """Nothing stops the reading but Ctrl+C."""


def md5_of(library: Path, file: VideoFile, each_block: Callable[[], None] = _go_on) -> str:
    """Reads a whole file, and returns its MD5 in hexadecimal.

    Args:
        library: The library root.
        file: The file, as it was looked at.
        each_block: Called before each block; may raise to stop.

    Raises:
        FileChangedError: It is not the file that was looked at, or changed meanwhile.
        FileUnreadableError: It cannot be read now.
    """
    with VideoSource(library / file.path, file, with_checksum=True) as source:
        md5 = source.md5(each_block)
        source.check_unchanged()
    assert md5 is not None  # noqa: S101 - checksums are on
    return md5


def md5s_of(library: Path, paths: Sequence[str]) -> dict[str, str]:
    """The MD5s of files by their paths, in hexadecimal; those that cannot be read, or change meanwhile, are left out.

    Args:
        library: The library root.
        paths: Relative to it.
    """
    found: dict[str, str] = {}
    for path in paths:
        if file := stat_file(library, path):
            with suppress(FileChangedError, FileUnreadableError):
                found[path] = md5_of(library, file)
    return found

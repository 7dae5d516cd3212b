"""Reads files of the library for their MD5s."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import FileChangedError, FileUnreadableError
from kinescope_upload.library.scan import stat_file
from kinescope_upload.library.source import VideoSource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def md5s_of(library: Path, paths: Sequence[str]) -> dict[str, str]:
    """The MD5s of files by their paths, in hexadecimal; those that cannot be read, or change meanwhile, are left out.

    Args:
        library: The library root.
        paths: Relative to it.
    """
    found: dict[str, str] = {}
    for path in paths:
        file = stat_file(library, path)
        if file is None:
            continue
        try:
            with VideoSource(library / path, file, with_checksum=True) as source:
                digest = source.md5(_go_on)
                source.check_unchanged()
        except (FileChangedError, FileUnreadableError):
            continue
        if digest:
            found[path] = digest
    return found


def _go_on() -> None:
    """Nothing stops the reading but Ctrl+C."""

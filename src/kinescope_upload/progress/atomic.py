"""Files that are replaced whole: after a crash there is the old one or the new one, never a part."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Replaces the file by one with this content, readable by its owner only.

    The new file is on the disk before it takes the old one's name, and the folder's entry is on the disk before this
    returns (where the system lets a folder be flushed).

    Raises:
        OSError: It could not be written; the old file is as it was.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105 - two names, one call
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - the twin of mkstemp
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows opens no folders; NTFS journals the rename itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

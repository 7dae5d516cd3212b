"""Files that are replaced whole: after a crash there is the old one or the new one, never a part."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def write_whole(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Replaces the file by one with this content, readable by its owner only.

    The new file is on the disk before it takes the old one's name, and the folder's entry is on the disk before this
    returns (where the system lets a folder be flushed).

    Raises:
        OSError: It could not be written; the old file is as it was.
    """
    _put(path, content, os.replace)


def write_new(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Makes the file with this content, in the same way, unless there is one already.

    Raises:
        FileExistsError: There is one; it is as it was.
        OSError: It could not be written; there is none.
    """
    _put(path, content, _take_free_name)


def _take_free_name(name: str, path: Path) -> None:
    try:
        os.link(name, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        os.replace(name, path)  # noqa: PTH105 - two names, one call
    else:
        os.unlink(name)  # noqa: PTH108 - the twin of mkstemp


def _put(path: Path, content: bytes | Iterable[bytes], take_name: Callable[[str, Path], None]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        take_name(name, path)
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

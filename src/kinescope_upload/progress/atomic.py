"""Files that are replaced whole: after a crash there is the old one or the new one, never a part."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from kinescope_upload.progress.file_system import flush, new_file, patiently, remove, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def write_whole(
    path: Path, content: bytes | Iterable[bytes], take_name: Callable[[Path, Path], None] = replace
) -> None:
    """Replaces the file by one with this content, readable by its owner only.

    The new file is on the disk before it takes the old one's name, and the folder's entry is on the disk before this
    returns (where the system lets a folder be flushed).

    Args:
        path: The file.
        content: What it holds from now on.
        take_name: Gives the new file the old one's name.

    Raises:
        OSError: It could not be written; the old file is as it was.
    """
    _put(path, content, take_name)


def write_new(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Makes the file with this content, in the same way, unless there is one already.

    Raises:
        FileExistsError: There is one; it is as it was.
        OSError: It could not be written; there is none.
    """
    _put(path, content, _take_free_name)


def _take_free_name(new: Path, path: Path) -> None:
    try:
        patiently(lambda: os.link(new, path))
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        replace(new, path)
    else:
        remove(new)


def _put(path: Path, content: bytes | Iterable[bytes], take_name: Callable[[Path, Path], None]) -> None:
    handle, new = new_file(path.parent, f".{path.name}.", ".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            flush(file.fileno())
        take_name(new, path)
    except BaseException:
        with suppress(OSError):
            remove(new)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows opens no folders; NTFS journals the rename itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        flush(handle)
    finally:
        os.close(handle)

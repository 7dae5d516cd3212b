"""Replaces a small file as a whole, without a wait for the disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kinescope_upload.progress.file_system import is_held

if TYPE_CHECKING:
    from pathlib import Path


def replace_quickly(path: Path, content: bytes) -> None:
    """Replaces the file: a reader finds the old content or the new one, never a part; its owner alone reads it.

    After a power cut it may be empty. On Windows it stays as it was where somebody has it open at this moment. One
    process at a time writes a file.

    Raises:
        OSError: It cannot be written.
    """
    new = path.with_name(f"{path.name}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    handle = os.open(new, flags, 0o600)
    try:
        os.write(handle, content)
    finally:
        os.close(handle)
    try:
        os.replace(new, path)  # noqa: PTH105 - two names, one call
    except OSError as error:
        if not is_held(error):
            raise

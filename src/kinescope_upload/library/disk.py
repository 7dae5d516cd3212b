"""Reads the library through the operating system: the one place where a video file is opened, read and looked at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO


class Disk:
    """Asks the operating system. Every method raises `OSError`; tests give a disk that fails as a share does."""

    def stat(self, path: str) -> os.stat_result:
        """Returns the facts of what is under this path now."""
        return os.stat(path)  # noqa: PTH116 - once a block; a Path takes three times as long

    def open(self, path: str) -> FileIO:
        """Opens a file for reading, without a buffer."""
        return open(path, "rb", buffering=0)  # noqa: PTH123 - the caller closes it

    def read(self, file: FileIO, position: int, length: int) -> bytes:
        """Reads at most so many bytes from this position."""
        file.seek(position)
        return file.read(length)

    def names(self, folder: str) -> list[str]:
        """Lists a folder."""
        return os.listdir(folder)  # noqa: PTH208 - names are enough

    def can_read(self, path: str) -> bool:
        """Tells whether the first byte of a file can be read."""
        try:
            with self.open(path) as file:
                self.read(file, 0, 1)
        except OSError:
            return False
        return True

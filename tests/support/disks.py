"""Disks that go wrong under a run: a library that is away, one file that is, files that get another time or content."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from kinescope_upload.library.disk import Disk, system_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from pathlib import Path

DAY: Final = 86_400 * 10**9


class FailingDisk(Disk):
    """Gives an error for paths that contain `fails_at`, for so many calls, once files were read beyond their start."""

    def __init__(self, number: int, *, fails_at: str = "", calls: int) -> None:
        self._error = OSError(number, os.strerror(number))
        self._fails_at = fails_at
        self._calls = calls
        self._reads = 0

    def stat(self, path: str) -> os.stat_result:
        self._fail(path)
        return super().stat(path)

    def open(self, path: str) -> FileIO:
        self._fail(path)
        return super().open(path)

    def read(self, file: FileIO, position: int, length: int) -> bytes:
        self._reads += position > 0
        self._fail(str(file.name))
        return super().read(file, position, length)

    def names(self, folder: str) -> list[str]:
        self._fail(folder)
        return super().names(folder)

    def _fail(self, path: str) -> None:
        if self._reads >= 3 and self._calls > 0 and self._fails_at in path:
            self._calls -= 1
            raise self._error


class ChangingDisk(Disk):
    """Does something to each file once, when a part of it was read that is not its first, before it is looked at."""

    def __init__(self, act: Callable[[str], None]) -> None:
        self._act = act
        self._read: set[str] = set()
        self._acted: set[str] = set()
        self._lock = threading.Lock()

    def read(self, file: FileIO, position: int, length: int) -> bytes:
        block = super().read(file, position, length)
        if position > 0:
            with self._lock:
                self._read.add(str(file.name))
        return block

    def stat(self, path: str) -> os.stat_result:
        path = system_path(path)
        with self._lock:
            is_due = path in self._read and path not in self._acted
            self._acted |= {path} if is_due else set()
        if is_due:
            self._act(path)
        return super().stat(path)


def redate(path: str | Path, by: int = DAY) -> None:
    """Gives a file another time; nanoseconds, into the past."""
    facts = os.stat(path)  # noqa: PTH116 - disks speak of texts
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns - by))

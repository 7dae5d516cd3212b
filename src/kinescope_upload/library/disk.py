"""Reads the library through the operating system: the one place where a video file is opened, read and looked at."""

from __future__ import annotations

import ntpath
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.errors import FileUnreadableError

if TYPE_CHECKING:
    from io import FileIO


_UNLIMITED: Final = "\\\\?\\"
_UNLIMITED_SHARE: Final = "\\\\?\\UNC\\"
_SHARE: Final = "\\\\"
_DEVICE: Final = "\\\\.\\"

_SHARED: Final = frozenset({32, 33})
"""ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows."""


def system_path(path: str) -> str:
    """The path as the operating system takes it at any length."""
    return unlimited(path) if os.name == "nt" else path


def unlimited(path: str) -> str:
    """The Windows path in the form that may be longer than 260 characters; that form is absolute and taken literally.

    Source: "Maximum Path Length Limitation" in Microsoft's documentation of Windows.
    """
    if path.startswith((_UNLIMITED, _DEVICE)):
        return path
    full = ntpath.abspath(path)
    return _UNLIMITED_SHARE + full[len(_SHARE) :] if full.startswith(_SHARE) else _UNLIMITED + full


def entry_facts(entry: os.DirEntry[str]) -> os.stat_result:
    """The facts of a listed file; Windows lists them late for hard links and for files that are still open.

    Raises:
        OSError: They cannot be had.
    """
    return os.stat(entry.path) if os.name == "nt" else entry.stat()  # noqa: PTH116 - a Path for each takes too long


class Disk:
    """Asks the operating system. Every method raises `OSError`; tests give a disk that fails as a share does."""

    def stat(self, path: str) -> os.stat_result:
        """Returns the facts of what is under this path now."""
        return os.stat(system_path(path))  # noqa: PTH116 - once a block; a Path takes three times as long

    def open(self, path: str) -> FileIO:
        """Opens a file for reading, without a buffer."""
        return open(system_path(path), "rb", buffering=0)  # noqa: PTH123 - the caller closes it

    def identity(self, file: FileIO) -> tuple[int, int]:
        """Tells whether an open file is one that was open before: its number, and when that last changed."""
        facts = os.fstat(file.fileno())
        return facts.st_ino, facts.st_ctime_ns

    def read(self, file: FileIO, position: int, length: int) -> bytes:
        """Reads at most so many bytes from this position."""
        file.seek(position)
        return file.read(length)

    def names(self, folder: str) -> list[str]:
        """Lists a folder."""
        return os.listdir(system_path(folder))  # noqa: PTH208 - names are enough

    def can_read(self, path: str) -> bool:
        """Tells whether the first byte of a file can be read."""
        try:
            with self.open(path) as file:
                self.read(file, 0, 1)
        except OSError:
            return False
        return True


class Refusal(NamedTuple):
    """Why a file cannot be read, and what to do before the same command."""

    reason: str
    remedy: str


def refusal_of(error: OSError, *, is_windows: bool) -> Refusal:
    """Tells a file that another program holds from one that this account may not read.

    Windows says which it is where Python keeps its number; to open a file Python asks the C library, which makes
    EACCES of both (source: "errno constants" in Microsoft's documentation of the C run-time library).

    Args:
        error: What the system said.
        is_windows: Whether that was Windows.
    """
    number = getattr(error, "winerror", None)
    if number in _SHARED:
        return Refusal("another program may have it open", "Close the program that has it open")
    if is_windows and number is None and isinstance(error, PermissionError):
        return Refusal(
            "another program may have it open, or this account may not read it",
            "Close the program that may have it open, or make it readable",
        )
    if isinstance(error, PermissionError):
        return Refusal(error.strerror or str(error), "Give this account the right to read it")
    return Refusal(error.strerror or str(error), "Make it readable")


def unreadable_error(path: str, error: OSError, *, is_windows: bool = os.name == "nt") -> FileUnreadableError:
    """Words why a file of the library cannot be read, and says whether that may pass by itself.

    Args:
        path: The file, relative to the library root.
        error: What the system said.
        is_windows: Whether that was Windows.
    """
    if isinstance(error, FileNotFoundError):
        return FileUnreadableError(
            f'"{path}" has vanished.',
            "Put it back, then run the same command again: it goes on where it was.",
            path=path,
            may_pass=False,
        )
    refusal = refusal_of(error, is_windows=is_windows)
    return FileUnreadableError(
        f'"{path}" cannot be read ({refusal.reason}).',
        f"{refusal.remedy}, then run the same command again.",
        path=path,
        may_pass=not isinstance(error, PermissionError | IsADirectoryError | NotADirectoryError),
    )

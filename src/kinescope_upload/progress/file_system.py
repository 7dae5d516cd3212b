"""Makes, replaces, removes and flushes files, on each system in the way that it needs."""

from __future__ import annotations

import errno
import os
import sys
import time
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

T = TypeVar("T")

_HELD: Final = frozenset({5, 32, 33})
"""ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION: Windows says any of them of an open file."""
_PATIENCE: Final = 10.0
_PATIENCE_OF_A_READER: Final = 2.0
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.5
_NAMES: Final = 100


def is_held(error: OSError) -> bool:
    """Tells whether another program may have the file open."""
    return getattr(error, "winerror", None) in _HELD


def patiently(
    operation: Callable[[], T],
    *,
    patience: float = _PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    is_passing: Callable[[OSError], bool] = is_held,
) -> T:
    """Repeats what Windows refuses while another program has the file open: a virus scanner, an indexer, a backup.

    Other systems replace and remove open files; there nothing is repeated.

    Args:
        operation: Replaces, links or removes a file; it changes nothing when it raises.
        patience: Seconds after which it gives up.
        sleep: Waits.
        clock: Gives monotonic seconds.
        is_passing: Tells which errors may pass.

    Raises:
        OSError: Of the operation; one that names the likely cause where the patience has run out.
    """
    until = clock() + patience
    pause = _FIRST_PAUSE
    while True:
        try:
            return operation()
        except OSError as error:
            if not is_passing(error):
                raise
            if clock() >= until:
                error.strerror = "another program may have it open"
                raise
        sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def open_to_read(path: Path) -> BinaryIO:
    """Opens a file that a run may be replacing at this moment, when Windows lets nobody in.

    Raises:
        OSError: It cannot be opened.
    """

    def is_being_replaced(error: OSError) -> bool:
        return os.name == "nt" and error.errno == errno.EACCES  # `open` gives no number of Windows's own

    return patiently(lambda: path.open("rb"), patience=_PATIENCE_OF_A_READER, is_passing=is_being_replaced)


def replace(source: Path, target: Path) -> None:
    """Gives a file another's name; the other is gone.

    Raises:
        OSError: Both are as they were.
    """
    patiently(lambda: os.replace(source, target))  # noqa: PTH105 - two names, one call


def remove(path: Path) -> None:
    """Removes a file, if it is there.

    Raises:
        OSError: It is still there.
    """
    patiently(lambda: path.unlink(missing_ok=True))


def new_file(folder: Path, prefix: str, suffix: str, open_file: Callable[..., int] = os.open) -> tuple[int, Path]:
    """Makes an empty file under a name of its own, readable by its owner only, and opens it for writing.

    `tempfile` tries two thousand million names where Windows lets nobody make a file (python/cpython#66305).

    Raises:
        OSError: No file can be made there.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for _ in range(_NAMES):
        path = folder / f"{prefix}{os.urandom(4).hex()}{suffix}"
        try:
            return open_file(path, flags, 0o600), path
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))


def check_writable(folder: Path) -> None:
    """Returns when a file can be made in the folder, written and removed.

    Raises:
        OSError: It cannot.
    """
    handle, path = new_file(folder, ".kupload.", ".tmp")
    try:
        os.write(handle, b"kupload")
    finally:
        os.close(handle)
        remove(path)


if sys.platform == "darwin":
    import fcntl

    def flush(handle: int) -> None:
        """Returns when what was written is on the disk itself: fsync(2) of macOS leaves it in the disk's own memory."""
        try:
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        except OSError:  # a network share knows only this
            os.fsync(handle)
else:

    def flush(handle: int) -> None:
        """Returns when what was written is on the disk."""
        os.fsync(handle)

"""Tells one file that cannot be read from a library that is away, and waits for the library to come back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from kinescope_upload.errors import LessonFailedError
from kinescope_upload.events import WaitKind
from kinescope_upload.library.presence import is_present
from kinescope_upload.retries.gates import NetworkGate, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kinescope_upload.errors import FileUnreadableError
    from kinescope_upload.events import Emit
    from kinescope_upload.library.disk import Disk
    from kinescope_upload.retries.stop import Stop


class LibraryGate:
    """Holds the workers whose files cannot be read, while the library is away.

    Args:
        disk: Reads the library.
        root: The library root.
        files: The paths of the library's files, by course.
        stop: Ends the wait.
        emit: Is told of the wait.
        longest: Seconds after which the batch ends.
        base: Seconds before the second look, at most; they grow from there.
    """

    def __init__(  # noqa: PLR0913 - what a wait needs, and where it looks
        self,
        disk: Disk,
        root: Path,
        files: Mapping[str, Iterable[str]],
        *,
        stop: Stop,
        emit: Emit,
        longest: float,
        base: float,
    ) -> None:
        self._disk = disk
        self._root = root
        self._files = files
        self._lock = threading.Lock()
        self._unreadable: set[str] = set()
        self._gate = NetworkGate(stop=stop, emit=emit, base=base, kind=WaitKind.LIBRARY)
        self._place = Place(
            probe=self._is_present,
            longest=longest,
            hint="Everything is saved: make it readable again (plug it in, mount it, undo the renaming), then run the "
            "same command again.",
            out=f'The library "{root}" could not be read',
        )

    def wait_until_readable(self, error: FileUnreadableError) -> bool:
        """Returns when the library can be read; at once where only this file cannot.

        Returns:
            Whether the library had been away.

        Raises:
            LessonFailedError: The library is there, and this file is not, or may not be read. Its upload is kept.
            InterruptedRunError: The batch ends, or the wait took too long and ends it.
        """
        with self._lock:
            self._unreadable.add(error.path)
        try:
            was_away = self._gate.wait_until_reachable(error.what, self._place)
        finally:
            with self._lock:
                self._unreadable.discard(error.path)
        # Only after the library was seen: it may have come back in between.
        if not error.may_pass and not self._disk.can_read(str(self._root / error.path)):
            raise LessonFailedError(error.what, error.hint)
        return was_away

    def _is_present(self) -> bool:
        with self._lock:
            unreadable = frozenset(self._unreadable)
        return is_present(self._disk, self._root, self._files, unreadable)

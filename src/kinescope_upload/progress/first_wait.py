"""Lets `kupload stop` find and end a run that waits before it is at work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import InterruptedRunError
from kinescope_upload.progress.lock import stop_is_asked
from kinescope_upload.progress.store import ProgressStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

_TICK: Final = 0.2


class FirstWait:
    """Holds the courses of a run from its first wait on, until its plan is to be made.

    Args:
        progress: The progress folder.
    """

    def __init__(self, progress: Path) -> None:
        self._progress = progress
        self._held: ProgressStore | None = None

    def __enter__(self) -> Self:
        """The wait itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Gives the courses free."""
        if self._held is not None:
            self._held.close()

    def __call__(self, courses: Sequence[str], seconds: float) -> None:
        """Waits that many seconds.

        Raises:
            InterruptedRunError: `kupload stop` has asked for it.
            UsageError: Another run holds a course.
        """
        ends_at = time.monotonic() + seconds
        self._held = self._held or ProgressStore(self._progress, courses)
        while (left := ends_at - time.monotonic()) > 0:
            if stop_is_asked(self._progress, self._held.courses):
                raise InterruptedRunError("Stopped by `kupload stop`.", "Nothing was begun.")
            time.sleep(min(_TICK, left))

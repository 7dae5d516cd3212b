"""Stops the work on one lesson when another machine may have it, and with the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.retries.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.retries.stop import Ending


class HeldStop(Stop):
    """The batch's stop, which also asks at every look whether the lesson is surely ours.

    Args:
        stop: The batch's.
        sure: Returns when the lesson is surely ours, and waits for that; raises `LessonLostError` when it is not.
    """

    def __init__(self, stop: Stop, sure: Callable[[], None]) -> None:
        super().__init__(lambda: None)
        self._stop = stop
        self._sure = sure

    @property
    def ending(self) -> Ending | None:
        """Why the batch ends early; None while it does not."""
        return self._stop.ending

    def request(self, ending: Ending) -> None:
        """Ends the batch."""
        self._stop.request(ending)

    def check(self) -> None:
        """Returns while the lesson may go on.

        Raises:
            InterruptedRunError: The batch ends.
            LessonLostError: Another machine has the lesson.
        """
        self._stop.check()
        self._sure()

    def pause(self, seconds: float) -> None:
        """Waits, unless the batch ends meanwhile.

        Raises:
            InterruptedRunError: The batch ends.
            LessonLostError: Another machine has the lesson.
        """
        self._stop.pause(seconds)
        self._sure()

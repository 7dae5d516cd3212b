"""Stops the work on one lesson when another machine may have it, and with the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import PausedError
from kinescope_upload.retries.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.cluster.hold import Hold, Moment
    from kinescope_upload.retries.stop import Ending


class HeldStop(Stop):
    """The batch's stop, which also asks at every look whether the lesson is surely ours.

    A request that is on its way when that is not sure any more is cut: while it is open, the server lets nobody else go
    on with the upload. Then the work waits, and goes on where the server is.

    Args:
        stop: The batch's.
        hold: The lesson's hold; None where it is not held any more.
        sure: Returns when the lesson is surely ours, and waits for that; raises `LessonLostError` when it is not.
        clocks: What this machine's clocks show.
    """

    def __init__(self, stop: Stop, hold: Hold | None, sure: Callable[[], None], clocks: Callable[[], Moment]) -> None:
        super().__init__(lambda: None)
        self._stop = stop
        self._hold = hold
        self._sure = sure
        self._clocks = clocks
        self._was_cut = False

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
            PausedError: The lesson may soon be another machine's; the next look waits until that is known.
        """
        self._stop.check()
        is_unsure = self._hold is not None and not self._hold.is_lost and not self._hold.is_sure(self._clocks())
        if is_unsure and not self._was_cut:
            self._was_cut = True
            raise PausedError
        self._sure()
        self._was_cut = False

    def pause(self, seconds: float) -> None:
        """Waits, unless the batch ends meanwhile.

        Raises:
            InterruptedRunError: The batch ends.
            LessonLostError: Another machine has the lesson.
        """
        self._stop.pause(seconds)
        self._sure()

"""Stops a batch early; every wait in the batch goes through here so that it ends at once."""

from __future__ import annotations

import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import InterruptedRunError
from kinescope_upload.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.errors import BatchStoppedError
    from kinescope_upload.progress import Progress


STOPPED_BY_COMMAND: Final = "Stopped by `kupload stop`."
STOPPED_ON_PAGE: Final = "Stopped on its page."
GO_ON: Final = "Everything is saved; the same command goes on where it was."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why a batch ends early, what to do about it, and the exit code that says so."""

    exit_code: int
    reason: str
    hint: str = ""

    @classmethod
    def of(cls, error: BatchStoppedError) -> Ending:
        """The ending that such an error makes."""
        return cls(exit_code=ExitCode.STOPPED, reason=error.reason, hint=error.hint)

    @classmethod
    def of_bug(cls, error: BaseException) -> Ending:
        """The ending that an error makes which nobody expects."""
        words = "".join(traceback.format_exception_only(error)).strip()
        return cls(exit_code=ExitCode.NOT_DONE, reason=f"A bug in kupload: {words}")


class Stop:
    """Set once, by whoever learns first that the batch has to end; the first ending counts.

    Args:
        cut: Ends the running transfers.
    """

    def __init__(self, cut: Callable[[], None]) -> None:
        self._cut = cut
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._ending: Ending | None = None
        self._heard: tuple[Progress, str] | None = None

    @property
    def ending(self) -> Ending | None:
        """Why the batch ends early; None while it does not."""
        return self._ending

    def request(self, ending: Ending) -> None:
        """Ends the batch: no new work starts, waits end, running transfers are cut."""
        with self._lock:
            self._ending = self._ending or ending
        self._event.set()
        self._cut()

    @property
    def listens(self) -> bool:
        """Whether it hears `kupload stop`."""
        return self._heard is not None

    def listen(self, store: Progress, hint: str = GO_ON) -> None:
        """Hears from now on, at each look, who asks the holder of these courses to stop.

        Args:
            store: The courses.
            hint: What is true when it stops, and what to do.
        """
        self._heard = store, hint

    def look(self) -> None:
        """Ends the batch when `kupload stop` has asked for it."""
        if self._ending is None and self._heard is not None and self._heard[0].stop_is_asked():
            self.obey()

    def obey(self, reason: str = STOPPED_BY_COMMAND) -> None:
        """Ends the batch because somebody asked for it; the reason says where."""
        hint = self._heard[1] if self._heard else ""
        self.request(Ending(exit_code=ExitCode.INTERRUPTED, reason=reason, hint=hint))

    def check(self) -> None:
        """Returns while the batch may go on.

        Raises:
            InterruptedRunError: It may not.
        """
        if self._ending is not None:
            raise InterruptedRunError(self._ending.reason, self._ending.hint)

    def pause(self, seconds: float) -> None:
        """Waits, unless the batch ends meanwhile.

        Raises:
            InterruptedRunError: The batch ends.
        """
        self._event.wait(max(0.0, seconds))
        self.check()

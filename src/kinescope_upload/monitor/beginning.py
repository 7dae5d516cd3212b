"""Tells that a run begins: what `--status` and the page know of it before its plan is made."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kinescope_upload.display.collector import Collector
from kinescope_upload.errors import InterruptedRunError, KuploadError
from kinescope_upload.monitor.chronicle import Chronicle
from kinescope_upload.monitor.history import note
from kinescope_upload.monitor.monitor import end_by
from kinescope_upload.monitor.observe import state_of
from kinescope_upload.monitor.state_file import StateFile, remove_old_states
from kinescope_upload.monitor.wishes_file import expect_wishes, forget_wish, read_wishes
from kinescope_upload.retries.stop import STOPPED_BY_COMMAND, STOPPED_ON_PAGE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from kinescope_upload.events import Emit, RunEvent
    from kinescope_upload.monitor.observe import Run
    from kinescope_upload.monitor.wishes import StopWish
    from kinescope_upload.output.terminal_output import Clock

_INTERVAL: Final = 1.0


class Beginning:
    """Keeps the state of a run that reads the library and the rows, until the monitor takes over.

    A progress folder that is not there yet is not made for that. A run that an error ends before it has a plan leaves
    why, as its state and in the history; one that nobody wanted in the end leaves nothing.
    Where it is asked to stop, the main thread is interrupted as by Ctrl+C, if the run is in it.

    Args:
        run: Which run it is; it holds no courses yet.
        progress: The progress folder.
        clock: The source of time.
        history: Where its end is remembered; None remembers nothing.
        interval: Seconds between two states.
    """

    def __init__(
        self, run: Run, progress: Path, clock: Clock, history: Path | None = None, *, interval: float = _INTERVAL
    ) -> None:
        self.run = run
        self.collector = Collector(clock)
        self._progress = progress
        self._clock = clock
        self._history = history
        self._interval = interval
        self._file = StateFile(progress, run.host, run.process_id)
        self._is_told = False
        self._is_handed_over = False
        self._stop_wish: StopWish | None = None
        self._may_interrupt = threading.current_thread() is threading.main_thread()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="kupload-beginning", daemon=True)

    def __enter__(self) -> Self:
        """Begins to tell."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Tells why it ended, or takes back what was told, unless the monitor has taken over.

        Raises:
            InterruptedRunError: It was asked to stop.
        """
        self._stop()
        stopped = None
        if self._stop_wish and isinstance(error, KeyboardInterrupt):
            stopped = InterruptedRunError(
                STOPPED_ON_PAGE if self._stop_wish.is_from_page else STOPPED_BY_COMMAND, "Nothing was begun."
            )
        if not self._is_handed_over:
            self._end(stopped or error)
        if stopped:
            raise stopped from None

    def _end(self, error: BaseException | None) -> None:
        if error:
            state = state_of(self.run, self.collector, self._clock.now(), end_by(error, self._clock.now()))
            with suppress(OSError):
                if self._file.has_folder:
                    self._file.write(state)
                    remove_old_states(self._progress, self._clock.now(), self.run.name)
            with suppress(KuploadError):
                if self._history:
                    note(self._history, Chronicle(self.run).past_run(state, self.collector.facts()))
        elif self._is_told:
            with suppress(OSError):
                self._file.remove()
        if self._is_told:
            with suppress(OSError):
                forget_wish(self._progress, self.run.name)

    def hand_over(self) -> None:
        """Leaves state and wishes to the monitor."""
        self._stop()
        self._is_handed_over = True
        if not self._is_told:
            with suppress(OSError):
                expect_wishes(self._progress, self.run.name)

    def listening(self, emit: Emit) -> Emit:
        """Passes events on, then counts them for the state."""

        def hear(event: RunEvent, /) -> None:
            emit(event)
            self.collector.note(event)

        return hear

    def _stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.is_set():
            with suppress(OSError):  # the run will say why, if it needs the folder
                self._tell()
            self._over.wait(self._interval)

    def _tell(self) -> None:
        if not self._file.has_folder:
            return
        if not self._is_told:
            expect_wishes(self._progress, self.run.name)
            self._is_told = True
        self._file.write(state_of(self.run, self.collector, self._clock.now()))
        if self._may_interrupt and self._stop_wish is None:
            self._stop_wish = read_wishes(self._progress, self.run.name).stop
            if self._stop_wish:
                _interrupt_main_thread()


def _interrupt_main_thread() -> None:
    """Does what Ctrl+C does; on POSIX a call of the main thread that blocks ends, too."""
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

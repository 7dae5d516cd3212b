"""Tells others about a run that is at work: its state every second, its events as they come, its past at the end."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import thread_time
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import KuploadError
from kinescope_upload.events import BytesSent, WaitEnded, WaitStarted, Warned
from kinescope_upload.monitor.chronicle import Chronicle
from kinescope_upload.monitor.event_log import EventLog
from kinescope_upload.monitor.history import note
from kinescope_upload.monitor.observe import state_of
from kinescope_upload.monitor.state import EndState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from kinescope_upload.display.collector import Collector
    from kinescope_upload.events import Emit, RunEvent
    from kinescope_upload.monitor.observe import Run
    from kinescope_upload.monitor.past_run import Sample
    from kinescope_upload.monitor.state import RunState
    from kinescope_upload.monitor.state_file import StateFile
    from kinescope_upload.output.terminal_output import Clock

_INTERVAL: Final = 1.0
_LARGEST_SHARE: Final = 0.005
"""Of one processor: a run over a thousand courses tells its state less often, not at a higher price."""
_REMEMBER_EVERY: Final = 60.0
_LAST_MOMENT: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a run is told of; None keeps that to itself."""

    state: StateFile | None = None
    log: EventLog | None = None
    history: Path | None = None


class Monitor:
    """Tells others about one run until it ends; what cannot be written is said once and never ends the run.

    Args:
        run: Which run it is.
        places: Where it is told of.
        collector: What the run has done so far; it counts an event before this hears of it.
        tell: Is told what cannot be written.
        clock: The source of time.
        interval: Seconds between two states; None writes only when `tick` is called.
    """

    def __init__(  # noqa: PLR0913 - what differs in tests has a default
        self,
        run: Run,
        places: Places,
        collector: Collector,
        tell: Emit,
        clock: Clock,
        *,
        interval: float | None = _INTERVAL,
    ) -> None:
        self._run = run
        self._places = places
        self._collector = collector
        self._tell = tell
        self._clock = clock
        self._interval = interval
        self._chronicle = Chronicle(run)
        self._remembered = -_REMEMBER_EVERY
        self._silent: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="kupload-monitor", daemon=True)

    def __enter__(self) -> Self:
        """Begins to tell."""
        if self._interval is None:
            self.tick()
        else:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Tells how the run ended."""
        self._over.set()
        if self._interval is not None:
            self._thread.join(_LAST_MOMENT)
        if self._thread.is_alive():  # the disk hangs; the run ends all the same
            return
        self.tick(end_by(error, self._clock.now()))
        if log := self._places.log:
            with suppress(OSError):
                log.close()

    def listening(self, emit: Emit) -> Emit:
        """Passes events on, then hears of them."""

        def hear(event: RunEvent, /) -> None:
            emit(event)
            self._hear(event)

        return hear

    def samples(self) -> tuple[Sample, ...]:
        """How far the run was, at some moments."""
        with self._lock:
            return self._chronicle.samples()

    def tick(self, ended: EndState | None = None) -> None:
        """Tells how the run is now."""
        state = state_of(self._run, self._collector, self._clock.now(), ended)
        if file := self._places.state:
            with self._said_once("state"):
                file.write(state)
        if not state.ended:
            self._log(EventLog.tick)
        with self._lock:
            self._chronicle.sample(state)
        now = self._clock.monotonic()
        if self._places.history and (state.ended or now - self._remembered >= _REMEMBER_EVERY):
            self._remembered = now
            self._remember(state, self._places.history)

    def _remember(self, state: RunState, history: Path) -> None:
        with self._lock:
            past = self._chronicle.past_run(state, self._collector.facts())
        with self._said_once("history"):
            note(history, past)

    def _hear(self, event: RunEvent) -> None:
        if isinstance(event, BytesSent):
            return
        if isinstance(event, WaitStarted | WaitEnded):
            with self._lock:
                self._chronicle.hear(event, self._clock.now())
        self._log(lambda log: log.add(event))

    def _log(self, write: Callable[[EventLog], None]) -> None:
        if (log := self._places.log) and "log" not in self._silent:
            with self._said_once("log"):
                write(log)

    def _work(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            began = thread_time()
            self.tick()
            pause = max(self._interval or 0.0, (thread_time() - began) / _LARGEST_SHARE)

    @contextmanager
    def _said_once(self, what: str) -> Iterator[None]:
        try:
            yield
        except (OSError, KuploadError) as error:
            if what not in self._silent:
                self._silent.add(what)
                self._tell(Warned(message=_sentence(what, error)))


def end_by(error: BaseException | None, now: datetime) -> EndState:
    """The end of a run that this error ended before it could say so itself."""
    if isinstance(error, KuploadError):
        return EndState(at=now, reason=error.reason, hint=error.hint)
    if isinstance(error, KeyboardInterrupt):
        return EndState(at=now, reason="Stopped by Ctrl+C.")
    return EndState(at=now, reason=type(error).__name__ if error else "")


def _sentence(what: str, error: OSError | KuploadError) -> str:
    if isinstance(error, KuploadError):
        return str(error)
    where = f' "{error.filename}"' if error.filename else ""
    consequence = {
        "state": "a look at the status knows less of this run",
        "log": "the run goes on without it",
    }[what]
    return f"The {what}{where} cannot be written ({error.strerror or error}): {consequence}."

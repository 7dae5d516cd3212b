"""What the page sees of its run; the run's threads fill it, the page's thread reads it when somebody looks."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from kinescope_upload.display.messages import sentence_of
from kinescope_upload.display.summary import summary_rows
from kinescope_upload.events import LessonFailed, Warned
from kinescope_upload.monitor.monitor import end_by
from kinescope_upload.monitor.observe import state_of
from kinescope_upload.monitor.web.view import Said

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from kinescope_upload.display.collector import Collector
    from kinescope_upload.events import Emit, RunEvent
    from kinescope_upload.monitor.observe import Run
    from kinescope_upload.monitor.past_run import Sample
    from kinescope_upload.monitor.state import EndState, RunState
    from kinescope_upload.output.terminal_output import Clock
    from kinescope_upload.text.hints import Command

_MOST_SAID: Final = 300
"""Of what a person should read, and of the rest; what came before is in the log file."""


class Watched:
    """A run as its page shows it.

    Args:
        run: Which run it is.
        collector: What it has done so far.
        clock: The source of time.
    """

    def __init__(self, run: Run, collector: Collector, clock: Clock) -> None:
        self._run = run
        self._collector = collector
        self._clock = clock
        self._samples: Callable[[], tuple[Sample, ...]] = tuple
        self._command: Command = ()
        self._ended: EndState | None = None
        self._lock = threading.Lock()
        self._said: dict[bool, deque[Said]] = {is_bad: deque(maxlen=_MOST_SAID) for is_bad in (False, True)}
        self._number = 0

    @property
    def clock(self) -> Clock:
        """The source of time."""
        return self._clock

    def follow(
        self, run: Run, collector: Collector, samples: Callable[[], tuple[Sample, ...]], command: Command
    ) -> None:
        """Goes over to the run at work.

        Args:
            run: The run, with the courses that it holds.
            collector: What it has done so far.
            samples: Tells how far it was at some moments.
            command: The command line that does it, for what to type next.
        """
        self._run, self._collector, self._samples, self._command = run, collector, samples, command

    def listening(self, emit: Emit) -> Emit:
        """Passes events on, then keeps the sentences of those that are worth one."""

        def hear(event: RunEvent, /) -> None:
            emit(event)
            if text := sentence_of(event, self._clock, verbose=False):
                self._keep(text, is_bad=isinstance(event, LessonFailed | Warned))

        return hear

    def __enter__(self) -> Self:
        """The run itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Tells that the run has ended; how, where it did not say so itself."""
        self._ended = end_by(error, self._clock.now())

    def state(self) -> RunState:
        """What the run does now."""
        return state_of(self._run, self._collector, self._clock.now(), self._ended)

    def samples(self) -> tuple[Sample, ...]:
        """How far the run was, at some moments."""
        return self._samples()

    def said(self, after: int) -> tuple[Said, ...]:
        """The sentences that came after the one of this number, the latest last."""
        with self._lock:
            late = [said for kept in self._said.values() for said in kept if said.number > after]
        return tuple(sorted(late, key=lambda said: said.number))

    def summary(self) -> list[tuple[str, str]]:
        """The results of a run that has ended, as (label, text)."""
        return summary_rows(self._collector.summary(), self._command)

    def _keep(self, text: str, *, is_bad: bool) -> None:
        with self._lock:
            self._number += 1
            self._said[is_bad].append(Said(number=self._number, at=self._clock.now(), text=text, is_bad=is_bad))

"""Prints a run as plain lines with the time of day, for logs and pipes: warnings and failures to stderr."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.display.collector import Collector
from kinescope_upload.display.messages import sentence_of, totals_sentence
from kinescope_upload.display.summary import one_line, stopped_sentence, summary_rows
from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    LessonFailed,
    RunEnded,
    RunEvent,
    RunStarted,
    Warned,
)
from kinescope_upload.output.terminal_output import surface_of

if TYPE_CHECKING:
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock

_PROGRESS_EVERY: Final = 30.0
_LABEL_WIDTH: Final = 16


class LinePrinter:
    """Prints each event as a line, the totals at most every half minute, and the summary at the end.

    Args:
        options: What the user asked for.
        stdout: Takes all other lines.
        stderr: Takes warnings and failures.
        clock: The source of time.

    Attributes:
        collector: What the run has done so far.
    """

    def __init__(self, options: DisplayOptions, *, stdout: TextIO, stderr: TextIO, clock: Clock) -> None:
        self._options = options
        self._stdout = stdout
        self._stderr = stderr
        self._clock = clock
        self.collector = Collector(clock)
        self._lock = threading.Lock()
        self._next_progress: float | None = None

    def __call__(self, event: RunEvent, /) -> None:
        """Counts the event and prints it."""
        with self._lock:
            now = self.collector.note(event)
            match event:
                case BytesSent() | BytesAccepted():
                    self._progress(now)
                case RunEnded():
                    self._end(event)
                case _:
                    self._event(event, now)

    def _event(self, event: RunEvent, now: float) -> None:
        if isinstance(event, RunStarted):
            self._next_progress = now + _PROGRESS_EVERY
        is_bad = isinstance(event, LessonFailed | Warned)
        sentence = sentence_of(event, self._clock, verbose=self._options.verbose)
        if sentence and (is_bad or not self._options.quiet):
            self._line(self._stderr if is_bad else self._stdout, sentence)
        self._progress(now)

    def _progress(self, now: float) -> None:
        if self._options.quiet or self._next_progress is None or now < self._next_progress:
            return
        self._next_progress = now + _PROGRESS_EVERY
        self._line(self._stdout, totals_sentence(self.collector.facts().totals, self._clock))

    def _end(self, event: RunEnded) -> None:
        if event.reason:
            self._line(self._stderr, stopped_sentence(event.reason, event.hint))
        summary = self.collector.summary()
        if self._options.quiet:
            self._line(self._stdout, one_line(summary))
            return
        surface = surface_of(self._stdout)
        for label, text in summary_rows(summary, self._options.command):
            self._stdout.write(f"{label:{_LABEL_WIDTH}}{surface.shown(text)}\n")
        self._stdout.flush()

    def _line(self, stream: TextIO, text: str) -> None:
        stream.write(f"{self._clock.stamp()}  {surface_of(stream).shown(text)}\n")
        stream.flush()

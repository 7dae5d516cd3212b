"""Prints a run as JSON lines for scripts, as docs/json.md documents them."""

from __future__ import annotations

import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.display.collector import Collector
from kinescope_upload.display.json_events import fields_of, progress_fields, summary_fields
from kinescope_upload.display.messages import sentence_of
from kinescope_upload.events import BytesAccepted, BytesSent, RunEnded, RunEvent
from kinescope_upload.output.json_text import json_line
from kinescope_upload.output.terminal_output import surface_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.terminal_output import Clock

_PROGRESS_EVERY: Final = 1.0


class JsonLines:
    """Words events as JSON lines: one object an event, the totals from time to time, and the summary last.

    Args:
        write: Takes the lines.
        collector: What the run has done so far; it counts an event before that is given to this.
        clock: The source of time.
        progress_every: Seconds between two lines with the totals.
        always: Fields that each line has beside its own.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        collector: Collector,
        clock: Clock,
        *,
        progress_every: float = _PROGRESS_EVERY,
        always: JsonFields = MappingProxyType({}),
    ) -> None:
        self._write = write
        self._collector = collector
        self._clock = clock
        self._every = progress_every
        self._always = always
        self._next_progress = clock.monotonic() + progress_every

    def add(self, event: RunEvent, now: float) -> None:
        """Writes an event; sent bytes only count for the next `progress`.

        Args:
            event: What happened.
            now: When, in monotonic seconds.
        """
        match event:
            case BytesSent():
                self.progress(now)
            case RunEnded():
                self._line("summary", summary_fields(self._collector.summary()))
            case _:
                self._line(*fields_of(event))
                if isinstance(event, BytesAccepted):
                    self.progress(now)

    def progress(self, now: float) -> None:
        """Writes the totals, if it is time for them."""
        if now < self._next_progress:
            return
        self._next_progress = now + self._every
        self._line("progress", progress_fields(self._collector.facts()))

    def _line(self, event: str, fields: JsonFields) -> None:
        self._write(json_line(event, {**self._always, **fields}, self._clock))


class JsonPrinter:
    """Prints a run as JSON lines.

    Args:
        stdout: Takes the lines; the summary is the last.
        stderr: Takes as text what comes after it: of messages that somebody did not take, a warning.
        clock: The source of time.

    Attributes:
        collector: What the run has done so far.
    """

    def __init__(self, stdout: TextIO, *, stderr: TextIO, clock: Clock) -> None:
        self._stdout = stdout
        self._stderr = stderr
        self._clock = clock
        self._is_over = False
        self.collector = Collector(clock)
        self._lines = JsonLines(self._write, self.collector, clock)
        self._lock = threading.Lock()

    def __call__(self, event: RunEvent, /) -> None:
        """Counts the event and prints it."""
        with self._lock:
            if self._is_over:
                self._add_late(event)
                return
            self._is_over = isinstance(event, RunEnded)
            self._lines.add(event, self.collector.note(event))

    def _add_late(self, event: RunEvent) -> None:
        if sentence := sentence_of(event, self._clock, verbose=False):
            self._stderr.write(f"{surface_of(self._stderr).shown(sentence)}\n")
            self._stderr.flush()

    def _write(self, line: str) -> None:
        self._stdout.write(line)
        self._stdout.flush()

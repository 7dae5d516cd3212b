"""Prints a run as JSON lines for scripts, as docs/json.md documents them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.display.collector import Collector
from kinescope_upload.display.json_events import fields_of, progress_fields, summary_fields
from kinescope_upload.events import BytesAccepted, BytesSent, RunEnded, RunEvent
from kinescope_upload.output.json_text import json_line

if TYPE_CHECKING:
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.terminal_output import Clock

_PROGRESS_EVERY: Final = 1.0


class JsonPrinter:
    """Prints one JSON object per event, the totals at most once a second, and the summary last.

    Args:
        stdout: Takes the lines.
        clock: The source of time.

    Attributes:
        collector: What the run has done so far.
    """

    def __init__(self, stdout: TextIO, *, clock: Clock) -> None:
        self._stdout = stdout
        self._clock = clock
        self.collector = Collector(clock)
        self._lock = threading.Lock()
        self._next_progress = clock.monotonic() + _PROGRESS_EVERY

    def __call__(self, event: RunEvent, /) -> None:
        """Counts the event and prints it; sent bytes only count for the next `progress`."""
        with self._lock:
            now = self.collector.note(event)
            match event:
                case BytesSent():
                    self._progress(now)
                case RunEnded():
                    self._line("summary", summary_fields(self.collector.summary()))
                case _:
                    self._line(*fields_of(event))
                    if isinstance(event, BytesAccepted):
                        self._progress(now)

    def _progress(self, now: float) -> None:
        if now < self._next_progress:
            return
        self._next_progress = now + _PROGRESS_EVERY
        self._line("progress", progress_fields(self.collector.facts()))

    def _line(self, event: str, fields: JsonFields) -> None:
        self._stdout.write(json_line(event, fields, self._clock))
        self._stdout.flush()

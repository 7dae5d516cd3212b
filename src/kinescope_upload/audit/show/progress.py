"""Shows how far `verify` and `repair` are: a bar on a terminal, lines elsewhere, JSON lines for scripts."""

from __future__ import annotations

import math
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TextIO

from kinescope_upload.audit.compare.events import AuditEvent, FixApplied, FixFailed, Processing
from kinescope_upload.audit.show.json_objects import audit_object
from kinescope_upload.audit.show.messages import sentence_of
from kinescope_upload.events import WaitEnded, WaitStarted, Warned
from kinescope_upload.output.json_text import json_line
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, is_live_terminal, surface_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kinescope_upload.audit.show.view import AuditView
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock

_EVERY: Final = 10.0
"""Seconds between two lines about the progress."""
_JSON_EVERY: Final = 1.0


class AuditProgress(Protocol):
    """Shows events while a command runs."""

    def __call__(self, event: AuditEvent, /) -> None:
        """Shows an event."""

    def leave_terminal(self) -> None:
        """Leaves the terminal to others from now on; only outcomes follow."""


@contextmanager
def audit_progress(
    options: DisplayOptions, view: AuditView, *, stdout: TextIO, stderr: TextIO, clock: Clock = SYSTEM_CLOCK
) -> Iterator[AuditProgress]:
    """Shows the progress while the block runs, as it suits the stream and the user.

    Args:
        options: The user's display options.
        view: Shows the outcomes of fixes.
        stdout: The terminal, or the stream for JSON lines.
        stderr: The stream for lines where there is no terminal, so that stdout holds the result alone.
        clock: The source of the time.
    """
    if not options.as_json and not options.quiet and is_live_terminal(stdout):
        from kinescope_upload.audit.show.bar import AuditBar  # noqa: PLC0415 - rich is slow to import

        bar = AuditBar(view, escape_unencodable(stdout), clock)
        try:
            yield bar
        finally:
            bar.leave_terminal()
    elif options.as_json:
        yield _Lines(view, partial(_write_json, escape_unencodable(stdout), clock), clock, first=0.0, every=_JSON_EVERY)
    else:
        every = math.inf if options.quiet else _EVERY
        yield _Lines(view, partial(_write_text, escape_unencodable(stderr), clock), clock, first=every, every=every)


def _write_json(stream: TextIO, clock: Clock, event: AuditEvent) -> None:
    stream.write(json_line(*audit_object(event), clock))
    stream.flush()


def _write_text(stream: TextIO, clock: Clock, event: AuditEvent) -> None:
    stream.write(f"{clock.stamp()}  {surface_of(stream).shown(sentence_of(event, clock))}\n")
    stream.flush()


class _Lines:
    """Writes what changes at once, and other progress from time to time.

    Args:
        view: Shows the outcomes of fixes.
        write: Writes an event as a line.
        clock: The source of the time.
        first: Seconds before the first line about the progress.
        every: Seconds between two of them; infinite to write none.
    """

    def __init__(
        self, view: AuditView, write: Callable[[AuditEvent], None], clock: Clock, *, first: float, every: float
    ) -> None:
        self._view = view
        self._write = write
        self._clock = clock
        self._every = every
        self._next = clock.monotonic() + first
        self._last: AuditEvent | None = None

    def leave_terminal(self) -> None:
        """Does nothing: lines are in nobody's way."""

    def __call__(self, event: AuditEvent, /) -> None:
        """Writes the event if it is due."""
        now = self._clock.monotonic()
        match event:
            case FixApplied() | FixFailed():
                self._view.show_outcome(event)
            case Warned():
                self._write(event)
            case WaitStarted() | WaitEnded():
                if self._every < math.inf:
                    self._write(event)
            case _ if now >= self._next or self._is_news(event):
                self._next = now + self._every
                self._last = event
                self._write(event)

    def _is_news(self, event: AuditEvent) -> bool:
        return isinstance(event, Processing) and event != self._last and self._every < math.inf

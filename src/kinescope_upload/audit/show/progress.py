"""How far `kupload verify` and `kupload repair` are: a bar on a terminal, lines elsewhere, JSON lines for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TextIO

from kinescope_upload.audit.compare.events import (
    AuditEvent,
    FilesRead,
    Mended,
    MendingFailed,
    Processing,
    Warned,
)
from kinescope_upload.audit.show.json_objects import audit_fields
from kinescope_upload.output.json_text import json_line
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, is_live_terminal, surface_of
from kinescope_upload.text import count, format_bytes

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from kinescope_upload.audit.show.view import AuditView
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock

__all__ = ["AuditProgress", "audit_progress", "sentence_of"]

_EVERY: Final = 10.0
"""Seconds between two lines that say how far it is."""
_JSON_EVERY: Final = 1.0


class AuditProgress(Protocol):
    """Shows how far an audit is; entered before the first event, left before anything else is shown."""

    def __enter__(self) -> Self:
        """Takes possession of the stream."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, summary: TracebackType | None, /
    ) -> None:
        """Gives the stream back as it was."""

    def __call__(self, event: AuditEvent, /) -> None:
        """Takes an event."""

    def step_aside(self) -> None:
        """Leaves the stream to others from now on; only outcomes are still to come."""


def audit_progress(
    options: DisplayOptions, view: AuditView, *, stdout: TextIO, stderr: TextIO, clock: Clock = SYSTEM_CLOCK
) -> AuditProgress:
    """The right way of showing it for this stream and this user.

    Args:
        options: What the user asked for.
        view: Shows what became of mendings.
        stdout: The terminal, or what takes JSON lines.
        stderr: Takes the lines where there is no terminal.
        clock: Where the time comes from.
    """
    if options.as_json:
        return _JsonLines(view, escape_unencodable(stdout), clock)
    if not options.quiet and is_live_terminal(stdout):
        from kinescope_upload.audit.show.bar import AuditBar  # noqa: PLC0415 - rich is slow to import

        return AuditBar(view, escape_unencodable(stdout))
    return _Lines(view, escape_unencodable(stderr), clock, is_quiet=options.quiet)


def sentence_of(event: AuditEvent) -> str:
    """How far it is, in words."""
    match event:
        case FilesRead():
            return f"read {format_bytes(event.read_bytes)} of {format_bytes(event.total_bytes)}"
        case Processing():
            failed = f", {event.failed:,} in error" if event.failed else ""
            return f"Kinescope: {event.done:,} done, {event.unfinished:,} not yet{failed}"
        case Warned():
            return f"note: {event.message}"
        case Mended() | MendingFailed():
            return event.fix.explanation
        case _:
            return f"{count(event.videos, 'video', 'videos')} listed"


class _Plain:
    """Nothing to take possession of."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, summary: TracebackType | None, /
    ) -> None:
        pass

    def step_aside(self) -> None:
        """Nothing stands in the way."""


class _Lines(_Plain):
    """Lines on stderr, so that stdout holds the result alone."""

    def __init__(self, view: AuditView, stderr: TextIO, clock: Clock, *, is_quiet: bool) -> None:
        self._view = view
        self._stderr = stderr
        self._clock = clock
        self._is_quiet = is_quiet
        self._next = clock.monotonic() + _EVERY
        self._last: AuditEvent | None = None

    def __call__(self, event: AuditEvent, /) -> None:
        match event:
            case Mended() | MendingFailed():
                self._view.show_outcome(event)
            case Warned():
                self._line(event)
            case _ if not self._is_quiet:
                self._progress(event)

    def _progress(self, event: AuditEvent) -> None:
        """What is waited for is said when it changes, the rest from time to time."""
        now = self._clock.monotonic()
        is_news = isinstance(event, Processing) and event != self._last
        if is_news or now >= self._next:
            self._next = now + _EVERY
            self._last = event
            self._line(event)

    def _line(self, event: AuditEvent) -> None:
        self._stderr.write(f"{self._clock.stamp()}  {surface_of(self._stderr).shown(sentence_of(event))}\n")
        self._stderr.flush()


class _JsonLines(_Plain):
    """Every event on stdout; how far it is at most once a second."""

    def __init__(self, view: AuditView, stdout: TextIO, clock: Clock) -> None:
        self._view = view
        self._stdout = stdout
        self._clock = clock
        self._next = clock.monotonic()

    def __call__(self, event: AuditEvent, /) -> None:
        match event:
            case Mended() | MendingFailed():
                self._view.show_outcome(event)
            case Warned() | Processing():
                self._line(event)
            case _ if self._clock.monotonic() >= self._next:
                self._next = self._clock.monotonic() + _JSON_EVERY
                self._line(event)

    def _line(self, event: AuditEvent) -> None:
        self._stdout.write(json_line(*audit_fields(event), self._clock))
        self._stdout.flush()

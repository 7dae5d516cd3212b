"""Draws how far `verify` or `repair` is, as a bar on a terminal that disappears at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from kinescope_upload.audit.compare.events import AuditEvent, FilesRead, FixApplied, FixFailed, Processing
from kinescope_upload.audit.show.messages import sentence_of
from kinescope_upload.events import WaitEnded, WaitStarted, Warned
from kinescope_upload.output.tables import make_console
from kinescope_upload.text import printable

if TYPE_CHECKING:
    from kinescope_upload.audit.show.view import AuditView
    from kinescope_upload.output.terminal_output import Clock


class AuditBar:
    """Draws the bar until `leave_terminal` is called.

    Args:
        view: Shows the outcomes of fixes.
        stdout: The terminal.
        clock: The source of the time.
    """

    def __init__(self, view: AuditView, stdout: TextIO, clock: Clock) -> None:
        self._view = view
        self._clock = clock
        self._console = make_console(stdout)
        self._progress = Progress(
            BarColumn(bar_width=24),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            transient=True,
        )
        self._task = self._progress.add_task("reading …", total=None)
        self._progress.start()

    def leave_terminal(self) -> None:
        """Removes the bar for good and restores the cursor."""
        self._progress.stop()

    def __call__(self, event: AuditEvent, /) -> None:
        """Moves the bar, or prints a line above it."""
        match event:
            case FixApplied() | FixFailed():
                self._view.show_outcome(event)
            case Warned() | WaitStarted() | WaitEnded():
                self._console.print(Text(printable(sentence_of(event, self._clock)), style="yellow"))
            case FilesRead():
                self._move(event, event.read_bytes, event.total_bytes)
            case Processing():
                finished = event.done + event.failed
                self._move(event, finished, finished + event.unfinished)
            case _:
                self._move(event, 0, None)

    def _move(self, event: AuditEvent, completed: int, total: int | None) -> None:
        description = printable(sentence_of(event, self._clock))
        self._progress.update(self._task, description=description, completed=completed, total=total)

"""How far an audit is, as a bar on a terminal that is gone afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from kinescope_upload.audit.compare.events import (
    AuditEvent,
    FilesRead,
    Mended,
    MendingFailed,
    Processing,
    Warned,
)
from kinescope_upload.audit.show.progress import sentence_of
from kinescope_upload.output.tables import make_console
from kinescope_upload.text import printable

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from kinescope_upload.audit.show.view import AuditView

__all__ = ["AuditBar"]


class AuditBar:
    """Draws the bar.

    Args:
        view: Shows what became of mendings.
        stdout: The terminal.
    """

    def __init__(self, view: AuditView, stdout: TextIO) -> None:
        self._view = view
        self._console = make_console(stdout)
        self._progress = Progress(
            BarColumn(bar_width=24),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            transient=True,
        )
        self._task = self._progress.add_task("looking …", total=None)

    def __enter__(self) -> Self:
        """Begins to draw."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, summary: TracebackType | None, /
    ) -> None:
        """Takes the bar away and gives the cursor back."""
        self._progress.stop()

    def step_aside(self) -> None:
        """Takes the bar away for good."""
        self._progress.stop()

    def __call__(self, event: AuditEvent, /) -> None:
        """Moves the bar, or says above it what is worth a line."""
        match event:
            case Mended() | MendingFailed():
                self._view.show_outcome(event)
            case Warned():
                self._console.print(Text(printable(sentence_of(event)), style="yellow"))
            case FilesRead():
                self._move(event, event.read_bytes, event.total_bytes)
            case Processing():
                self._move(event, event.done + event.failed, event.done + event.failed + event.unfinished)
            case _:
                self._move(event, 0, None)

    def _move(self, event: AuditEvent, completed: int, total: int | None) -> None:
        description = printable(sentence_of(event))
        self._progress.update(self._task, description=description, completed=completed, total=total)

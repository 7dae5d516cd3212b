"""Draws how far `kupload check` is: a bar on a terminal with the file that is looked into, nothing elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from kinescope_upload.output.terminal_output import escape_unencodable, is_live_terminal
from kinescope_upload.policy.sizing import READ_BLOCK
from kinescope_upload.text import format_bytes, printable, shorten_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.progress import Progress

    from kinescope_upload.model import VideoFile
    from kinescope_upload.output.options import DisplayOptions

_LONGEST_PATH = 50


class CheckProgress:
    """Takes what is done; draws nothing without a bar."""

    def __init__(self, bar: Progress | None = None) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None) if bar else None

    def begin(self, total: int) -> None:
        """Begins to count so many files or bytes."""
        if self._bar is not None and self._task is not None:
            self._bar.reset(self._task, total=total)

    def each(self, files: Iterable[VideoFile]) -> Iterator[VideoFile]:
        """Yields the files, and counts each; the one at hand is named, so that a slow one shows."""
        for file in files:
            self.name(file)
            yield file
            self._advance(1)

    def name(self, file: VideoFile) -> None:
        """Names the file at hand."""
        if self._bar is not None and self._task is not None:
            words = f"{shorten_path(printable(file.path), _LONGEST_PATH)} ({format_bytes(file.size)})"
            self._bar.update(self._task, description=words)

    def block(self) -> None:
        """Counts a block that was read."""
        self._advance(READ_BLOCK)

    def _advance(self, by: int) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=by)


@contextmanager
def check_progress(options: DisplayOptions, stream: TextIO) -> Iterator[CheckProgress]:
    """Shows the progress while the block runs, on a terminal and unless it is not wanted."""
    if options.as_json or options.quiet or not is_live_terminal(stream):
        yield CheckProgress()
        return
    from rich.progress import BarColumn, Progress, TextColumn

    from kinescope_upload.output.tables import make_console

    columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=make_console(escape_unencodable(stream)), transient=True) as bar:
        yield CheckProgress(bar)

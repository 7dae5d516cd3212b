"""Shows a run on a terminal: a bar for each running upload, one for the batch, messages above them.

Events only change the statistics. A timer draws them at most ten times a second, whatever the number of events.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from kinescope_upload.display.collector import Collector
from kinescope_upload.display.messages import sentence_of, totals_sentence, wait_sentence
from kinescope_upload.display.summary import summary_rows
from kinescope_upload.events import (
    LessonDone,
    LessonFailed,
    LessonStarted,
    RunEnded,
    RunEvent,
    Warned,
)
from kinescope_upload.output.tables import make_console, two_columns
from kinescope_upload.text import format_bytes_of, printable, shorten_middle, shorten_path

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.console import RenderableType

    from kinescope_upload.display.stats import Totals
    from kinescope_upload.display.transfers import Transfer
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock

_INTERVAL: Final = 0.1
_PERCENT_WIDTH: Final = 5
_SIZE_WIDTH: Final = 18
_NARROWEST_NAME: Final = 12
_BATCH_LINES: Final = 4
_ECHO_WIDTH: Final = 2
"""Cells of the "^C" that a terminal writes behind the last line: if it wrapped, a bar would stay on the screen."""


class BarPrinter:
    """Draws the bars during the run and prints the summary at its end.

    Args:
        options: What the user asked for.
        stdout: The terminal.
        clock: The source of time.
        interval: Seconds between two drawings; None draws only when `draw` is called.

    Attributes:
        collector: What the run has done so far.
    """

    def __init__(
        self, options: DisplayOptions, *, stdout: TextIO, clock: Clock, interval: float | None = _INTERVAL
    ) -> None:
        self._options = options
        self._clock = clock
        self.collector = Collector(clock)
        self._console = make_console(stdout)
        self._live = Live(
            console=self._console,
            get_renderable=self._picture,
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
        )
        self._interval = interval
        self._over = threading.Event()
        self._timer = threading.Thread(target=self._draw_until_over, name="kupload-bars", daemon=True)

    def __enter__(self) -> Self:
        """Starts the drawing."""
        self._live.start()
        if self._interval is not None:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Removes the bars and shows the cursor again."""
        self._over.set()
        if self._interval is not None:
            self._timer.join()
        with suppress(OSError):  # the terminal is gone
            self._live.stop()

    def __call__(self, event: RunEvent, /) -> None:
        """Counts the event, and prints it above the bars if it is worth a line."""
        self.collector.note(event)
        if isinstance(event, RunEnded):
            self._end()
        elif message := self._message(event):
            self._console.print(message)

    def draw(self) -> None:
        """Draws the bars now."""
        self._live.refresh()

    def _draw_until_over(self) -> None:
        while not self._over.wait(self._interval):
            try:
                self.draw()
            except OSError:  # the terminal is gone; the run goes on
                return

    def _message(self, event: RunEvent) -> Text | None:
        """Words what the bars do not show: all but begun and finished lessons; with --verbose everything."""
        if isinstance(event, LessonStarted | LessonDone) and not self._options.verbose:
            return None
        sentence = sentence_of(event, self._clock, verbose=self._options.verbose)
        if sentence is None:
            return None
        style = "red" if isinstance(event, LessonFailed) else "yellow" if isinstance(event, Warned) else ""
        return Text(f"{self._clock.stamp()}  {printable(sentence)}", style=style)

    def _end(self) -> None:
        self._over.set()
        self._live.stop()
        self._console.print(two_columns(summary_rows(self.collector.summary(), self._options.command)))

    def _picture(self) -> RenderableType:
        facts = self.collector.facts()
        running, totals, waits = facts.running, facts.totals, facts.waits
        if not totals.lessons:
            return Group()
        width, height = self._console.size
        room = max(1, height - _BATCH_LINES - len(waits))
        layout = _Layout(width)
        bars = layout.grid()
        for lesson in running[:room]:
            layout.add(bars, shorten_path(printable(lesson.path), layout.name_width), lesson.position, lesson.size)
        layout.add(bars, f"All {totals.lessons:,}", totals.position_bytes, totals.needed_bytes)
        picture = Table.grid()
        picture.add_column(no_wrap=True, overflow="ellipsis", max_width=width - 1)
        picture.add_row(bars)
        narrow = width - _ECHO_WIDTH - 1
        below = Text(shorten_middle(_below(totals, running[room:]), narrow))
        waiting = (shorten_middle(wait_sentence(wait, since, self._clock), narrow) for wait, since in waits)
        return Group(picture, below, *(Text(sentence, style="yellow") for sentence in waiting))


def _below(totals: Totals, hidden: tuple[Transfer, ...]) -> str:
    sentence = totals_sentence(totals)
    return f"{sentence}, and {len(hidden)} more running" if hidden else sentence


class _Layout:
    """Divides a line of `width` cells: the figures take theirs, the name and the bar share the rest."""

    def __init__(self, width: int) -> None:
        room = max(_NARROWEST_NAME + 1, width - 1 - _PERCENT_WIDTH - _SIZE_WIDTH - 3)
        self._bar = max(1, min(40, room * 2 // 5, room - _NARROWEST_NAME))
        self.name_width = room - self._bar

    def grid(self) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=self.name_width, no_wrap=True, overflow="ellipsis")
        table.add_column(width=self._bar, no_wrap=True)
        table.add_column(width=_PERCENT_WIDTH, justify="right", no_wrap=True)
        table.add_column(width=_SIZE_WIDTH, justify="right", no_wrap=True, overflow="ellipsis")
        return table

    def add(self, table: Table, name: str, position: int, size: int) -> None:
        percent = 100 * position // size if size else 100
        table.add_row(
            Text(name),
            ProgressBar(total=max(1, size), completed=position if size else 1, width=self._bar),
            f"{percent} %",
            format_bytes_of(position, size),
        )

"""Shows a run on a terminal: files in hand, courses and the batch in one place, messages above them.

Events only change the statistics. A timer draws them at most five times a second, whatever the number of events.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.display.collector import Collector
from kinescope_upload.display.live_screen import LiveScreen, suspending
from kinescope_upload.display.messages import sentence_of
from kinescope_upload.display.picture import YELLOW, Scene, picture
from kinescope_upload.display.summary import summary_rows
from kinescope_upload.events import (
    LessonDone,
    LessonFailed,
    LessonStarted,
    RunEnded,
    RunEvent,
    Warned,
)
from kinescope_upload.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from kinescope_upload.display.collector import RunFacts
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock, Surface

_INTERVAL: Final = 0.2
_RED, _BOLD, _PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"
_STYLES: Final = {"Failed": _RED, "In doubt": YELLOW, "Stopped": _RED, "Next": "\x1b[1;36m"}
_BETWEEN: Final = 2


class BarPrinter:
    """Draws the run while it goes on and prints the summary at its end.

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
        self._stdout = stdout
        self.collector = Collector(clock)
        self._screen = LiveScreen(stdout)
        self._interval = interval
        self._over = threading.Event()
        self._suspends = threading.Event()
        self._timer = threading.Thread(target=self._draw_until_over, name="kupload-bars", daemon=True)
        self._signals = suspending(self._suspends)

    def __enter__(self) -> Self:
        """Starts the drawing."""
        self._screen.open()
        if self._interval is not None:
            self._signals.__enter__()
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Removes what is drawn and shows the cursor again."""
        self._over.set()
        if self._interval is not None:
            self._timer.join()
            self._signals.__exit__(None, None, None)
        with suppress(OSError):  # the terminal is gone
            self._screen.close()

    def __call__(self, event: RunEvent, /) -> None:
        """Counts the event, and prints it above the bars if it is worth a line."""
        self.collector.note(event)
        if isinstance(event, RunEnded):
            self._end()
        elif message := self._message(event):
            self._screen.say(message)

    def draw(self) -> None:
        """Draws the run as it is now."""
        facts = self.collector.facts()
        scene = Scene(facts=facts, courses=self.collector.courses(), finished=self.collector.finished())
        lines = picture(scene, self._screen.surface, self._screen.size.lines, self._clock)
        self._screen.draw(lines, _title(facts))

    def _draw_until_over(self) -> None:
        while not self._over.wait(self._interval):
            try:
                if self._suspends.is_set():
                    self._suspends.clear()
                    self._screen.suspend()
                self.draw()
            except OSError:  # the terminal is gone; the run goes on
                return

    def _message(self, event: RunEvent) -> str | None:
        """Words what the bars do not show: all but begun and finished lessons; with --verbose everything."""
        if isinstance(event, LessonStarted | LessonDone) and not self._options.verbose:
            return None
        sentence = sentence_of(event, self._clock, verbose=self._options.verbose)
        if sentence is None:
            return None
        surface = self._screen.surface
        text = "\n".join(wrapped(f"{self._clock.stamp()}  {surface.shown(sentence)}", surface.width - 1))
        colour = _RED if isinstance(event, LessonFailed) else YELLOW if isinstance(event, Warned) else ""
        return _styled(surface, colour, text)

    def _end(self) -> None:
        self._over.set()
        self._screen.close()
        rows = summary_rows(self.collector.summary(), self._options.command)
        self._stdout.writelines(f"{line}\n" for line in _two_columns(rows, self._screen.surface))
        self._stdout.flush()


def _two_columns(rows: Sequence[tuple[str, str]], surface: Surface) -> Iterator[str]:
    """Lays out labels and texts, these wrapped beside the labels; without rich, which would take 2 MB."""
    width = max(len(label) for label, _ in rows) + _BETWEEN
    for label, text in rows:
        first, *rest = wrapped(surface.shown(text), surface.width - width)
        styled = partial(_styled, surface, _STYLES.get(label, ""))
        yield _styled(surface, _BOLD, label) + " " * (width - len(label)) + styled(first)
        yield from (" " * width + styled(line) for line in rest)


def _styled(surface: Surface, style: str, text: str) -> str:
    return f"{style}{text}{_PLAIN}" if style and text and surface.has_colour else text


def _title(facts: RunFacts) -> str:
    part, whole = facts.totals.of_planned
    return f"kupload {100 * part // whole} %" if whole else "kupload"

"""Keeps lines in one place at the bottom of a terminal, with messages above them that stay."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from kinescope_upload.output.terminal_output import surface_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

    from kinescope_upload.display.picture import Line
    from kinescope_upload.output.terminal_output import Surface

_HIDE, _SHOW = "\x1b[?25l", "\x1b[?25h"
_KEEP_TITLE, _OLD_TITLE = "\x1b[22;0t", "\x1b[23;0t"
"""Puts the title on the terminal's own stack, and takes it from there (XTWINOPS of xterm)."""
_USUAL_HEIGHT: Final = 24


class Size(NamedTuple):
    """A terminal's cells."""

    columns: int
    lines: int


class LiveScreen:
    """Draws lines at the bottom of a terminal; every thread may use it.

    Args:
        stream: The terminal.
        environ: The environment, which says what kind of terminal it is.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._lock = threading.RLock()
        self._drawn: list[Line] = []
        self._columns = 0
        self._title = ""
        self._is_open = False
        self._reflows = "XTERM_VERSION" not in environ and environ.get("TERM") != "linux"

    @property
    def surface(self) -> Surface:
        """What the terminal can show now."""
        return surface_of(self._stream)

    @property
    def size(self) -> Size:
        """Its size now."""
        surface = self.surface
        try:
            lines = os.get_terminal_size(self._stream.fileno()).lines
        except (OSError, ValueError):
            lines = 0
        return Size(surface.width, lines or _USUAL_HEIGHT)

    def open(self) -> None:
        """Hides the cursor and keeps the title for later."""
        with self._lock:
            self._is_open = True
            self._write(f"{_KEEP_TITLE}{_HIDE}")

    def close(self) -> None:
        """Removes the lines; the terminal is as it was.

        Raises:
            OSError: The terminal is gone.
        """
        with self._lock:
            if not self._is_open:
                return
            self._is_open = False
            self._write(f"{self._placed([], self._columns)}{_SHOW}{_OLD_TITLE}")
            self._title = ""

    def suspend(self) -> None:
        """Leaves the terminal as it was, stops the process, and takes the terminal over again once it goes on.

        Raises:
            OSError: The terminal is gone.
        """
        self.close()
        if sys.platform != "win32":
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # in this thread: nothing is drawn before
        self.open()

    def draw(self, lines: Sequence[Line], title: str) -> None:
        """Draws the lines in the place of those before; writes nothing where they are the same.

        Raises:
            OSError: The terminal is gone.
        """
        with self._lock:
            if not self._is_open or not self._is_in_foreground():
                return
            columns = self.size.columns
            if list(lines) == self._drawn and columns == self._columns:
                return
            self._write(f"{self._titled(title)}{self._placed(lines, columns)}")

    def say(self, text: str) -> None:
        """Writes lines above, which stay."""
        with self._lock:
            lines = self._drawn if self._is_open else []
            self._write(self._placed(lines, self._columns, text.split("\n")) + ("" if lines else "\n"))

    def _titled(self, title: str) -> str:
        if title == self._title:
            return ""
        self._title = title
        return f"\x1b]0;{title}\x07"

    def _placed(self, lines: Sequence[Line], columns: int, said: Sequence[str] = ()) -> str:
        """What writes over the lines what is said and the new lines.

        Each row is emptied as a whole first: a narrower tmux breaks a row by the longest text that it ever held. And
        nothing is erased from the screen's first cell on: tmux would keep it in its scrollback.
        """
        home, is_high = self._home()
        self._drawn, self._columns = list(lines), columns
        rows = [*said, *(line.text for line in lines)]
        if not rows and is_high:
            return f"{home}\x1b[2K\n\x1b[J\x1b[A"
        return home + "\n".join(f"\x1b[2K{row}" for row in rows or [""]) + ("\x1b[J" if rows else "")

    def _home(self) -> tuple[str, bool]:
        """What moves to the beginning of the first line, also after the terminal broke lines that became too long.

        Returns:
            That, and whether there is a row below.
        """
        columns = self.size.columns
        is_broken = self._reflows and columns < self._columns
        rows = sum(max(1, -(-line.width // columns)) if is_broken else 1 for line in self._drawn)
        return (f"\r\x1b[{rows - 1}A", True) if rows > 1 else ("\r", False)

    def _is_in_foreground(self) -> bool:
        """Whether the terminal is this process's to write to: a shell may have it, after Ctrl+Z and `bg`."""
        if sys.platform == "win32":
            return True
        try:
            return os.tcgetpgrp(self._stream.fileno()) == os.getpgrp()
        except (OSError, ValueError):  # it is no terminal of this session
            return True

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextmanager
def suspending(asked: threading.Event) -> Iterator[None]:
    """Meanwhile Ctrl+Z only asks to be suspended: what is drawn has to go first."""
    number = getattr(signal, "SIGTSTP", None)
    if (
        number is None
        or threading.current_thread() is not threading.main_thread()
        or signal.getsignal(number) is not signal.SIG_DFL
    ):
        yield
        return

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    signal.signal(number, ask)
    try:
        yield
    finally:
        signal.signal(number, signal.SIG_DFL)

"""A terminal that tests can look at: a real pseudo-terminal, drawn by pyte."""

from __future__ import annotations

import os
import struct
import sys
import threading
from typing import TYPE_CHECKING

import pyte
import pytest

if sys.platform != "win32":
    import fcntl
    import pty
    import termios

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

PATIENCE = 10.0


def open_terminal() -> tuple[int, int]:
    """Opens a pseudo-terminal: what a person types on, and what a program reads. Skips the test where there is none."""
    if sys.platform == "win32":
        pytest.skip("POSIX alone: Windows has no pseudo-terminals that Python can open")
    return pty.openpty()


class Terminal:
    """The screen of a pseudo-terminal of this size; `stream` is what programs write to.

    Skips the test where there are none.
    """

    def __init__(self, columns: int, lines: int = 24) -> None:
        self.master, self.slave = open_terminal()
        if sys.platform != "win32":
            fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.stream = os.fdopen(self.slave, "w", encoding="utf-8")
        self.raw = bytearray()
        self.screen = pyte.Screen(columns, lines)
        self._parser = pyte.ByteStream(self.screen)
        self._changed = threading.Condition()
        self._marks = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.stream.close()
        self._reader.join(PATIENCE)
        os.close(self.master)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # Linux says so when the last writer has closed
                return
            if not data:
                return
            with self._changed:
                self.raw += data
                self._parser.feed(data)
                self._changed.notify_all()

    def lines(self) -> list[str]:
        """What stands on the screen once all that was written so far is drawn, without empty lines at the end."""
        self._marks += 1
        title = f"mark {self._marks}"
        self.stream.write(f"\x1b]0;{title}\x07")
        self.stream.flush()
        with self._changed:
            assert self._changed.wait_for(lambda: self.screen.title == title, PATIENCE)
            shown = [line.rstrip() for line in self.screen.display]
        while shown and not shown[-1]:
            shown.pop()
        return shown

    def resize(self, columns: int, lines: int = 24) -> None:
        """Gives the terminal another size; what stands on it stays as it is."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press_ctrl_c(self) -> None:
        """Lets the terminal echo it; the signal reaches nobody, since the terminal is no process's own."""
        os.write(self.master, b"\x03")

    def wait_until_shown(self, text: str) -> bool:
        """Whether the text comes to stand on the screen in a reasonable time."""
        with self._changed:
            return self._changed.wait_for(lambda: any(text in line for line in self.screen.display), PATIENCE)

    def wait_for_bytes(self, wanted: bytes, start: int, patience: float = PATIENCE) -> int | None:
        """Where this ends among all that was written, looked for from `start` on; None where it does not come."""
        with self._changed:
            self._changed.wait_for(lambda: self.raw.find(wanted, start) >= 0, patience)
            found = self.raw.find(wanted, start)
        return found + len(wanted) if found >= 0 else None

    @property
    def shows_cursor(self) -> bool:
        return not self.screen.cursor.hidden

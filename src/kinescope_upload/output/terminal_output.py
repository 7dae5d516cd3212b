"""Tells what a stream can show and what time it is: all that the display needs of the outside."""

from __future__ import annotations

import errno
import io
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.text import cell_width, printable, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_USUAL_WIDTH: Final = 80


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Gives the display its time.

    Attributes:
        now: Gives the time of day, with a time zone.
        monotonic: Gives the seconds for durations and rates.
        zone: The time zone of the times that people see; None means the machine's.
    """

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    zone: tzinfo | None = None

    def stamp(self) -> str:
        """Formats the time of day for plain lines: HH:MM:SS."""
        return self.now().astimezone(self.zone).strftime("%H:%M:%S")

    def time_of_day(self, moment: float) -> str:
        """Formats a monotonic moment as HH:MM; with the date when that is not today."""
        return self.local(self.now() + timedelta(seconds=moment - self.monotonic()))

    def local(self, moment: datetime) -> str:
        """Formats a moment as HH:MM, in the time zone of people here; with the date when that is not today."""
        there, today = moment.astimezone(self.zone), self.now().astimezone(self.zone)
        return there.strftime("%H:%M" if there.date() == today.date() else "%Y-%m-%d %H:%M")


SYSTEM_CLOCK: Final = Clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Holds what a stream can show.

    Attributes:
        encoding: The encoding of its characters.
        width: Its cells per line.
        has_colour: Whether it supports ANSI colours and the user wants them.
    """

    encoding: str = "utf-8"
    width: int = 80
    has_colour: bool = False

    def carries(self, text: str) -> bool:
        """Tells whether the encoding has all these characters."""
        try:
            text.encode(self.encoding)
        except (UnicodeError, LookupError):
            return False
        return True

    def shown(self, text: str) -> str:
        """Escapes in the text what is not printable or not in the encoding."""
        safe = printable(text)
        if self.carries(safe):
            return safe
        return safe.encode(self.encoding, "backslashreplace").decode(self.encoding)

    @property
    def ellipsis(self) -> str:
        """The sign that replaces a part that is cut out."""
        return "…" if self.carries("…") else ".."


if sys.platform == "win32":
    import ctypes
    import msvcrt

    _OBEYS_SEQUENCES: Final = 0x0004
    """ENABLE_VIRTUAL_TERMINAL_PROCESSING (learn.microsoft.com, "SetConsoleMode")."""

    def is_terminal(stream: TextIO) -> bool:
        """Tells whether a person may be at the other end; Windows calls NUL a terminal, too, but it has no mode."""
        return _console_mode(stream) is not None

    def obeys_sequences(stream: TextIO) -> bool:
        """Tells whether the terminal moves its cursor when asked to by ANSI sequences; asks it to."""
        mode = _console_mode(stream)
        handle = msvcrt.get_osfhandle(stream.fileno()) if mode is not None else None
        return mode is not None and bool(ctypes.windll.kernel32.SetConsoleMode(handle, mode | _OBEYS_SEQUENCES))

    def _console_mode(stream: TextIO) -> int | None:
        mode = ctypes.c_ulong()
        handle = msvcrt.get_osfhandle(stream.fileno()) if stream.isatty() else None
        is_console = handle is not None and ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(mode))
        return mode.value if is_console else None
else:

    def obeys_sequences(_stream: TextIO) -> bool:
        """Tells whether the terminal moves its cursor when asked to by ANSI sequences."""
        return True

    def is_terminal(stream: TextIO) -> bool:
        """Tells whether a person may be at the other end."""
        return stream.isatty()


def is_live_terminal(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Tells whether lines can be drawn again: on a terminal that is not dumb."""
    return is_terminal(stream) and environ.get("TERM", "") not in {"dumb", "unknown"}


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH


def surface_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Surface:
    """Asks a stream what it can show; it has 80 columns unless it is a terminal that says otherwise."""
    is_terminal = is_live_terminal(stream, environ)
    obeys = sys.platform != "win32" or "WT_SESSION" in environ
    return Surface(
        encoding=getattr(stream, "encoding", None) or "utf-8",
        width=_columns(stream) if is_terminal else _USUAL_WIDTH,
        has_colour=is_terminal and obeys and not environ.get("NO_COLOR"),
    )


def laid_out(text: str, stream: TextIO) -> str:
    """Lays out lines for the reader of a stream: broken at spaces on a terminal, unbroken elsewhere.

    Args:
        text: The lines; what goes on is indented as its line is.
        stream: Where they are written.
    """
    surface = surface_of(stream)
    lines = [surface.shown(line) for line in text.split("\n")]
    if is_terminal(stream):
        lines = [part for line in lines for part in _broken(line, surface.width - 1)]
    return "\n".join(lines)


def _broken(line: str, width: int) -> list[str]:
    words = line.lstrip()
    indent = line[: len(line) - len(words)]
    return [line] if cell_width(line) <= width else wrapped(words, width, indent, indent)


def is_reader_gone(error: OSError) -> bool:
    """Tells whether nobody reads what was written: Windows calls a pipe without a reader an invalid argument."""
    return error.errno in {errno.EPIPE, errno.EINVAL}


def is_output_fault(error: OSError) -> bool:
    """Tells whether writing to an open stream failed, and not a file that has a name."""
    full = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
    return error.filename is None and (is_reader_gone(error) or error.errno in full)


def escape_unencodable(stream: TextIO) -> TextIO:
    """Makes the stream write an escape for each character that its encoding lacks; gives the same stream."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream

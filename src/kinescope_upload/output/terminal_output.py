"""What a stream can show, and the clocks of the display: everything of the outside that the display depends on."""

from __future__ import annotations

import io
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["SYSTEM_CLOCK", "Clock", "Surface", "escape_unencodable", "is_live_terminal", "surface_of"]

_USUAL_WIDTH: Final = 80


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where the display takes the time from.

    Attributes:
        now: The time of day, aware.
        monotonic: Seconds for durations and rates.
        zone: The time zone of plain lines; None means the machine's.
    """

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    zone: tzinfo | None = None

    def stamp(self) -> str:
        """The time of day for plain lines: HH:MM:SS."""
        return self.now().astimezone(self.zone).strftime("%H:%M:%S")


SYSTEM_CLOCK: Final = Clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What a stream can show.

    Attributes:
        encoding: What its characters are written in.
        width: Its cells per line.
        has_colour: Whether it obeys ANSI colours and the user wants them.
    """

    encoding: str = "utf-8"
    width: int = 80
    has_colour: bool = False

    def carries(self, text: str) -> bool:
        """Whether the encoding has all these characters."""
        try:
            text.encode(self.encoding)
        except (UnicodeError, LookupError):
            return False
        return True

    def shown(self, text: str) -> str:
        """The text as it will stand there: what is not printable, or not in the encoding, as an escape."""
        safe = printable(text)
        if self.carries(safe):
            return safe
        return safe.encode(self.encoding, "backslashreplace").decode(self.encoding)

    @property
    def ellipsis(self) -> str:
        """What stands for a part that is cut out."""
        return "…" if self.carries("…") else ".."


def is_live_terminal(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether lines that were written can be drawn again: a terminal, and not a dumb one."""
    return stream.isatty() and environ.get("TERM", "") not in {"dumb", "unknown"}


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH


def surface_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Surface:
    """What this stream can show; 80 columns unless it is a terminal that says otherwise."""
    is_terminal = is_live_terminal(stream, environ)
    obeys = sys.platform != "win32" or "WT_SESSION" in environ
    return Surface(
        encoding=getattr(stream, "encoding", None) or "utf-8",
        width=_columns(stream) if is_terminal else _USUAL_WIDTH,
        has_colour=is_terminal and obeys and not environ.get("NO_COLOR"),
    )


def escape_unencodable(stream: TextIO) -> TextIO:
    """The same stream, which from now on writes an escape for a character that its encoding lacks."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream

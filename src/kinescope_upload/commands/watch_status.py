"""`kupload --status --watch`: the status, again and again until Ctrl+C."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TextIO, TypeVar

from kinescope_upload.commands.status import print_status, read_status, status_text
from kinescope_upload.display.live_screen import LiveScreen, suspending
from kinescope_upload.display.picture import Line
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.terminal_output import (
    SYSTEM_CLOCK,
    escape_unencodable,
    is_live_terminal,
    obeys_sequences,
)
from kinescope_upload.text import cell_width, shorten_middle

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.config import Settings
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Surface

T = TypeVar("T")

_COLOUR: Final = re.compile("\x1b\\[[0-9;]*m")
_PAUSE: Final = 2.0
_SLICE: Final = 0.2
"""Seconds after which Ctrl+Z is looked for."""
_LARGEST_SHARE: Final = 0.1
"""Of one processor: a look at a hundred thousand files takes seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched(Generic[T]):
    """What is watched: reads it, shows it one after the other, words it for a terminal."""

    read: Callable[[], T]
    show: Callable[[T], None]
    words: Callable[[T, Surface], str]


def watch_status(
    settings: Settings, options: DisplayOptions, stdout: TextIO, sleep: Callable[[float], object] = time.sleep
) -> int:
    """Shows the status until Ctrl+C: on a terminal in one place, elsewhere one after the other.

    Args:
        settings: The settings.
        options: How it is shown.
        stdout: Where it is shown.
        sleep: Waits; raises `KeyboardInterrupt` at Ctrl+C.
    """
    watched = Watched(
        read=partial(read_status, settings),
        show=lambda status: print_status(status, options, stdout),
        words=lambda status, surface: status_text(status, surface, command=options.command),
    )
    return watch(watched, options, stdout, sleep)


def watch(
    watched: Watched[T], options: DisplayOptions, stdout: TextIO, sleep: Callable[[float], object] = time.sleep
) -> int:
    """The same with whatever is watched."""
    escape_unencodable(stdout)
    try:
        if options.as_json:
            _repeat(watched.read, watched.show, sleep)
        elif not (is_live_terminal(stdout) and obeys_sequences(stdout)):
            _repeat(watched.read, partial(_dated, watched.show, stdout), sleep)
        else:
            _draw(watched, stdout, sleep)
    except KeyboardInterrupt:
        pass
    return ExitCode.DONE


def _repeat(read: Callable[[], T], show: Callable[[T], None], sleep: Callable[[float], object]) -> None:
    while True:
        began = time.process_time()
        show(read())
        sleep(max(_PAUSE, (time.process_time() - began) / _LARGEST_SHARE))


def _dated(show: Callable[[T], None], stdout: TextIO, seen: T) -> None:
    """Shows it between its time and an empty line."""
    stdout.write(f"{SYSTEM_CLOCK.now().astimezone(SYSTEM_CLOCK.zone):%Y-%m-%d %H:%M:%S}\n")
    show(seen)
    stdout.write("\n")
    stdout.flush()


def _draw(watched: Watched[T], stdout: TextIO, sleep: Callable[[float], object]) -> None:
    screen = LiveScreen(stdout)
    last = ""

    def draw(seen: T) -> None:
        nonlocal last
        last = watched.words(seen, screen.surface)
        columns, height = screen.size
        lines = [_line(text, columns - 1, screen.surface.ellipsis) for text in _fitting(last.splitlines(), height - 1)]
        screen.draw(lines, "kupload")

    def rest(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not suspends.is_set():
            sleep(min(left, _SLICE))
        if suspends.is_set():
            suspends.clear()
            screen.suspend()

    suspends = threading.Event()
    screen.open()
    try:
        with suspending(suspends):
            _repeat(watched.read, draw, rest)
    finally:
        screen.close()
        stdout.write(last)
        stdout.flush()


def _fitting(lines: list[str], height: int) -> list[str]:
    """As many lines as there is room for: the runs and the first courses, and from "All" on."""
    if len(lines) <= height:
        return lines
    end = next((place for place in range(len(lines) - 1, 0, -1) if not lines[place - 1]), len(lines))
    tail = lines[end:][: height - 1]
    head = lines[: height - 1 - len(tail)]
    return [*head, f"  {len(lines) - len(head) - len(tail):,} more lines: make the window higher", *tail]


def _line(text: str, width: int, ellipsis: str) -> Line:
    """A line that fits; one that is too long has no colours."""
    plain = _COLOUR.sub("", text)
    if cell_width(plain) <= width:
        return Line(text, cell_width(plain))
    cut = shorten_middle(plain, width, ellipsis)
    return Line(cut, cell_width(cut))

"""`kupload --status --watch`: the status, again and again until Ctrl+C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.status import print_status, read_status, status_text
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, is_live_terminal, surface_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.live import Live

    from kinescope_upload.commands.status import Status
    from kinescope_upload.config import Settings
    from kinescope_upload.output.options import DisplayOptions

_PAUSE: Final = 2.0
_LARGEST_SHARE: Final = 0.1
"""Of one processor: a look at a hundred thousand files takes seconds."""


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
    escape_unencodable(stdout)
    try:
        if options.as_json or not is_live_terminal(stdout):
            _repeat(settings, lambda status: print_status(status, options, stdout), sleep)
        else:
            _draw(settings, options, stdout, sleep)
    except KeyboardInterrupt:
        pass
    return ExitCode.DONE


def _repeat(settings: Settings, show: Callable[[Status], None], sleep: Callable[[float], object]) -> None:
    while True:
        began = time.process_time()
        show(read_status(settings))
        sleep(max(_PAUSE, (time.process_time() - began) / _LARGEST_SHARE))


def _draw(settings: Settings, options: DisplayOptions, stdout: TextIO, sleep: Callable[[float], object]) -> None:
    from rich.live import Live
    from rich.text import Text

    from kinescope_upload.output.tables import make_console

    last = ""

    def draw(status: Status) -> None:
        nonlocal last
        last = status_text(status, surface_of(stdout), command=options.command, clock=SYSTEM_CLOCK)
        live.update(Text.from_ansi(last, no_wrap=True, overflow="ellipsis"), refresh=True)

    live: Live
    with Live(console=make_console(stdout), auto_refresh=False, transient=True, vertical_overflow="ellipsis") as live:
        try:
            _repeat(settings, draw, sleep)
        finally:
            live.stop()
            stdout.write(last)
            stdout.flush()

"""Chooses how a run is shown: JSON lines, bars or plain lines."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from kinescope_upload.display.json_lines import JsonPrinter
from kinescope_upload.display.lines import LinePrinter
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, is_live_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.events import Emit, RunEvent
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock

__all__ = ["make_printer"]


@contextmanager
def make_printer(
    options: DisplayOptions, *, stdout: TextIO, stderr: TextIO, clock: Clock = SYSTEM_CLOCK
) -> Iterator[Emit]:
    """Makes the printer for a run: JSON lines when asked for, bars on a terminal, plain lines elsewhere and for quiet.

    Enter it before the first event and leave it after the last one; only then a terminal is as it was. When its output
    cannot be written any more (its reader is gone, its disk is full), the run goes on without it.

    Args:
        options: What the user asked for.
        stdout: Takes all output except what `stderr` takes.
        stderr: Takes the warnings and failures among plain lines.
        clock: The source of time.
    """
    stdout, stderr = escape_unencodable(stdout), escape_unencodable(stderr)
    if options.as_json:
        yield _without_failures(JsonPrinter(stdout, clock=clock))
    elif options.quiet or not is_live_terminal(stdout):
        yield _without_failures(LinePrinter(options, stdout=stdout, stderr=stderr, clock=clock))
    else:
        from kinescope_upload.display.bars import BarPrinter  # noqa: PLC0415 - rich takes a tenth of a second to import

        with BarPrinter(options, stdout=stdout, clock=clock) as printer:
            yield _without_failures(printer)


def _without_failures(printer: Emit) -> Emit:
    """Passes events on; one that cannot be written is lost, and the run is not."""

    def emit(event: RunEvent, /) -> None:
        with suppress(OSError):
            printer(event)

    return emit

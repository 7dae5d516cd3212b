"""The right way of showing a run for this stream and this user."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kinescope_upload.display.json_lines import JsonPrinter
from kinescope_upload.display.lines import LinePrinter
from kinescope_upload.output.options import DisplayOptions, Printer
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, is_live_terminal

if TYPE_CHECKING:
    from kinescope_upload.output.terminal_output import Clock

__all__ = ["DisplayOptions", "Printer", "make_printer"]


def make_printer(options: DisplayOptions, *, stdout: TextIO, stderr: TextIO, clock: Clock = SYSTEM_CLOCK) -> Printer:
    """JSON lines when asked for, bars on a terminal, plain lines elsewhere and for those who asked for quiet.

    Args:
        options: What the user asked for.
        stdout: Takes everything, but for what `stderr` takes.
        stderr: Takes warnings and failures of plain lines.
        clock: Where the time comes from.
    """
    stdout, stderr = escape_unencodable(stdout), escape_unencodable(stderr)
    if options.as_json:
        return JsonPrinter(stdout, clock=clock)
    if options.quiet or not is_live_terminal(stdout):
        return LinePrinter(options, stdout=stdout, stderr=stderr, clock=clock)
    from kinescope_upload.display.bars import BarPrinter  # noqa: PLC0415  rich takes a tenth of a second to import

    return BarPrinter(options, stdout=stdout, clock=clock)

"""Chooses how a run is shown: JSON lines, bars or plain lines."""

from __future__ import annotations

import sys
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Protocol, TextIO

from kinescope_upload.display.json_lines import JsonPrinter
from kinescope_upload.display.lines import LinePrinter
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, is_live_terminal, obeys_sequences

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from kinescope_upload.display.collector import Collector
    from kinescope_upload.events import Emit, RunEvent
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock


class Printer(Protocol):
    """Shows the events of a run, each as it comes, from any thread."""

    collector: Collector

    def __call__(self, event: RunEvent, /) -> None:
        """Shows an event that happens now."""


def make_printer(
    options: DisplayOptions, *, stdout: TextIO, stderr: TextIO, clock: Clock = SYSTEM_CLOCK
) -> AbstractContextManager[Printer]:
    """Makes the printer for a run: JSON lines when asked for, bars on a terminal, plain lines elsewhere and for quiet.

    Enter it before the first event and leave it after the last one; only then a terminal is as it was.

    Args:
        options: What the user asked for.
        stdout: Takes all output except what `stderr` takes.
        stderr: Takes the warnings and failures among plain lines.
        clock: The source of time.
    """
    stdout, stderr = escape_unencodable(stdout), escape_unencodable(stderr)
    if options.as_json:
        return nullcontext(JsonPrinter(stdout, stderr=stderr, clock=clock))
    if options.quiet or not (is_live_terminal(stdout) and obeys_sequences(stdout)):
        return nullcontext(LinePrinter(options, stdout=stdout, stderr=stderr, clock=clock))
    from kinescope_upload.display.bars import BarPrinter  # noqa: PLC0415 - needed on a terminal alone

    return BarPrinter(options, stdout=stdout, clock=clock)


def waits_on_stderr(options: DisplayOptions) -> Emit:
    """Makes the printer of a command whose answer is no run: it says on stderr what is waited for."""
    return without_failures(LinePrinter(options, stdout=sys.stderr, stderr=sys.stderr, clock=SYSTEM_CLOCK))


def without_failures(printer: Emit) -> Emit:
    """Passes events on; one that cannot be written (the reader is gone, the disk is full) is lost, not the run."""

    def emit(event: RunEvent, /) -> None:
        with suppress(OSError):
            printer(event)

    return emit

"""`kupload report`: tells how it all went, on the terminal or in a file for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kinescope_upload.commands.report.sections import headline, sections_of
from kinescope_upload.commands.report.sources import old_report, own_report
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import show_sections
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable
from kinescope_upload.text import format_bytes, printable

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.commands.report.figures import Report
    from kinescope_upload.config import Settings
    from kinescope_upload.output.terminal_output import Clock


def report(settings: Settings, stdout: TextIO, *, old_file: Path | None = None, html: Path | None = None) -> int:
    """Shows the report, or writes it.

    Args:
        settings: Say where progress, library and history are.
        stdout: Where it is shown.
        old_file: The replaced system's progress file; None reports on kupload's own.
        html: The page to write; None shows the report as text.

    Raises:
        UsageError: What it is made of cannot be read, the page cannot be written, or its plots cannot be drawn.
    """
    made = SYSTEM_CLOCK.now()
    found = old_report(old_file, made) if old_file else own_report(settings, made)
    escape_unencodable(stdout)
    if html:
        stdout.write(f"{printable(str(html))}: {format_bytes(write_page(found, html))}.\n")
    else:
        print_report(found, stdout)
    stdout.flush()
    return ExitCode.DONE


def write_page(found: Report, html: Path, clock: Clock = SYSTEM_CLOCK) -> int:
    """Writes the report as a page, and returns its size in bytes.

    Raises:
        UsageError: It cannot be written, or its plots cannot be drawn.
    """
    from kinescope_upload.commands.report.page import page_of

    page = page_of(found, clock.zone).encode()
    try:
        html.write_bytes(page)
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f'The report "{printable(str(html))}" cannot be written ({why}).', "Name another.") from error
    return len(page)


def print_report(found: Report, stream: TextIO, clock: Clock = SYSTEM_CLOCK) -> None:
    """Prints the report as text."""
    rows = tuple(headline(found, clock.zone))
    summary = Section(title=f"Upload report: {found.subject}", columns=("", ""), rows=rows)
    show_sections([summary, *sections_of(found, clock.zone)], found.notes, stream)

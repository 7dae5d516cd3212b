"""Tells how it all went on all machines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.cluster.store import opened
from kinescope_upload.commands.report.command import print_report, write_page
from kinescope_upload.commands.report.sources import own_report
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable
from kinescope_upload.progress import ProgressStore
from kinescope_upload.text import format_bytes, printable

if TYPE_CHECKING:
    from kinescope_upload.config import Settings

_RUNS: Final = "The lessons are those of all machines; runs, rates and outages are this machine's alone."


def report(settings: Settings, stdout: TextIO, html: Path | None) -> int:
    """Shows a report on the lessons of all machines and the runs of this one, or writes it as a page.

    Raises:
        KuploadError: The database refuses, or does not answer; or as the report of one machine raises.
    """
    made = SYSTEM_CLOCK.now()
    with opened(settings) as progress, TemporaryDirectory() as folder:
        records = progress.records.values()
        with ProgressStore(Path(folder), {record.course for record in records}) as store:
            store.save_all(records)
        every = own_report(replace(settings, progress=Path(folder)), made)
    here = own_report(settings, made)
    found = replace(every, runs=here.runs, notes=(_RUNS, *here.notes))
    escape_unencodable(stdout)
    if html:
        stdout.write(f"{printable(str(html))}: {format_bytes(write_page(found, html))}.\n")
    else:
        print_report(found, stdout)
    return ExitCode.DONE

"""Tells how it all went on all machines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.store import opened
from kinescope_upload.cluster.transfer import check_not_exported
from kinescope_upload.commands.report.command import print_report, write_page
from kinescope_upload.commands.report.figures import CourseFigures
from kinescope_upload.commands.report.sources import own_report, runs_of
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable
from kinescope_upload.progress import ProgressStore
from kinescope_upload.text import format_bytes, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kinescope_upload.cluster.line import Row
    from kinescope_upload.config import Settings

_RUNS: Final = "The lessons are those of all machines; runs, rates and outages are this machine's alone."


def _courses(counts: Iterable[Row], named: Collection[str]) -> tuple[CourseFigures, ...]:
    """How far each course is, in all libraries together."""
    found: dict[str, CourseFigures] = {}
    for _, course, stage, number, size, _, failed, _ in counts:
        is_done = stage in {"linked", "verified"}
        one = found.setdefault(
            course, CourseFigures(course=course, lessons=0, done=0, done_bytes=0, all_bytes=0, failed=0)
        )
        found[course] = CourseFigures(
            course=course,
            lessons=one.lessons + number,
            done=one.done + (number if is_done else 0),
            done_bytes=one.done_bytes + (size if is_done else 0),
            all_bytes=one.all_bytes + size,
            failed=one.failed + (0 if is_done else failed),
        )
    return tuple(found[course] for course in sorted(found) if not named or course in named)


def report(settings: Settings, stdout: TextIO, html: Path | None) -> int:
    """Shows a report on the lessons of all machines and the runs of this one, or writes it as a page.

    Raises:
        KuploadError: The database refuses, or does not answer; or as the report of one machine raises.
    """
    made = SYSTEM_CLOCK.now()
    with opened(settings) as progress, TemporaryDirectory() as folder:
        check_not_exported(progress.holds.line, progress.holds.machine)
        records = progress.records.values()
        with ProgressStore(Path(folder), {record.course for record in records}) as store:
            store.save_all(records)
        every = own_report(replace(settings, progress=Path(folder), library=None), made)
        counts = progress.holds.line.ask(statements.COUNTS, patience=30)
    runs, note = runs_of(settings)
    subject, courses = ", ".join(sorted({row[0] for row in counts})), _courses(counts, settings.courses)
    found = replace(every, subject=subject, courses=courses, runs=runs, notes=(_RUNS, *note))
    escape_unencodable(stdout)
    if html:
        stdout.write(f"{printable(str(html))}: {format_bytes(write_page(found, html))}.\n")
    else:
        print_report(found, stdout)
    return ExitCode.DONE

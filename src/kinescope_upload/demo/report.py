"""The demo in words: what is put up, each step, what is there afterwards, and how it goes on with --keep."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

from kinescope_upload.demo.command import KUPLOAD
from kinescope_upload.demo.lessons import COUNT_LESSONS
from kinescope_upload.demo.settings import SHORTENED, export_lines
from kinescope_upload.demo.stage import LINE_RATE
from kinescope_upload.emulator import Route
from kinescope_upload.text import count, format_bytes, format_duration, format_rate
from kinescope_upload.text.hints import command_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.demo.findings import Findings
    from kinescope_upload.demo.page import Page
    from kinescope_upload.demo.stage import Stage
    from kinescope_upload.demo.steps import Outcome, Step

__all__ = ["show_account", "show_findings", "show_keeping", "show_outcome", "show_stage", "show_step", "show_verdict"]

_MOST_PROBLEMS = 10


def show_stage(page: Page, stage: Stage) -> None:
    """What is put up."""
    courses = len({one.course for one in stage.lessons})
    library = f"{count(len(stage.lessons), 'video file', 'video files')} in {count(courses, 'course', 'courses')}"
    library += f", {format_bytes(stage.size)}"
    library += (
        f", and {stage.left_alone} files that are no videos" if stage.is_made else f"; {stage.library} is only read"
    )
    rate = f" and carries {format_rate(LINE_RATE)}" if stage.is_made else ""
    shortened = ", ".join(f"{name}={value}" for name, value in SHORTENED.items())
    page.facts(
        (
            ("Kinescope", f"a stand-in on this machine, {stage.link.url}, behind a line that can be cut{rate}"),
            ("Database", 'a real PostgreSQL with the tables "Course" and "Lesson" as Prisma makes them'),
            ("Library", library),
            ("Waits", f"shortened for the demo: {shortened} (usually 3 s, 5 s, and 8/s with 270/min)"),
            ("Folder", f"{stage.folder}, which is removed at the end"),
        )
    )


def show_step(page: Page, step: Step, place: int, places: int) -> None:
    """What comes next."""
    page.heading(f"Step {place} of {places}: {step.title}")
    page.paragraph(step.words)
    for item in step.items:
        page.paragraph(f"- {item}", indent="  ")
    page.command(command_line(step.arguments))


def show_outcome(page: Page, outcome: Outcome) -> None:
    """How a step ended."""
    uploads = count(outcome.creations, "upload", "uploads")
    sent = f"{uploads} asked for, {format_bytes(outcome.bytes_sent)} received there"
    page.blank()
    page.remark(f"Exit code {outcome.exit_code} after {format_duration(outcome.seconds)}; {sent}.")


def show_findings(page: Page, findings: Findings) -> None:
    """What is in the database and on Kinescope."""
    page.heading("What is there now")
    page.paragraph(f"Lessons and linked lessons are what the database answers to: {COUNT_LESSONS}")
    page.paragraph(
        "The rest is what the stand-in for Kinescope holds: videos in the course's folder, those that are done, and "
        "those whose bytes were compared with the lesson's file and are the same."
    )
    page.blank()
    header = ("Course", "Lessons", "Linked", "Videos", "Done", "Identical", "Size")
    rows = [
        (one.course, *map(str, (one.lessons, one.linked, one.videos, one.done, one.identical)), format_bytes(one.size))
        for one in findings.courses
    ]
    sums = [sum(int(row[column]) for row in rows) for column in range(1, 6)]
    size = format_bytes(sum(one.size for one in findings.courses))
    page.table(header, [*rows, ("All", *map(str, sums), size)])


def show_account(page: Page, stage: Stage, outcomes: Sequence[Outcome]) -> None:
    """What went wrong, and what it cost."""
    page.heading("What went wrong on the way, and what it cost")
    troubles = [survived for outcome in outcomes for survived in outcome.survived]
    for one in troubles:
        page.paragraph(f"{one.times} of {one.planned}  {one.words}", indent=" " * 8)
    if any(one.times < one.planned for one in troubles):
        page.remark("A small library does not give everything the occasion to go wrong.")
    page.blank()
    accounting = stage.emulator.accounting
    requests = accounting.requests()
    sent, kept = accounting.bytes_received, accounting.bytes_stored
    share = f" ({100 * (sent - stage.size) / stage.size:.1f} % more)" if sent > stage.size else ""
    page.facts(
        (
            ("Requests", ", ".join(f"{requests[route]} {_ROUTES[route]}" for route in _ROUTES if requests[route])),
            ("Library", f"{stage.size:,} bytes"),
            ("Received", f"{sent:,} bytes of video{share}, {kept:,} of them kept by the service"),
            ("", "`Sent` of a run counts what offsets named; what was lost before that is counted here alone"),
            ("Line", f"{stage.link.bytes_up:,} bytes up in all, over {stage.link.connections} connections"),
        )
    )


_ROUTES = {
    Route.INIT: "to create an upload",
    Route.PATCH: "with bytes",
    Route.HEAD: "for an offset",
    Route.VIDEO_GET: "to look at a video",
    Route.VIDEO_DELETE: "to delete one",
    Route.TERMINATE: "to end an upload",
    Route.FOLDERS_LIST: "for the folders",
    Route.FOLDERS_CREATE: "to make a folder",
}


def show_verdict(page: Page, findings: Findings, outcomes: Sequence[Outcome]) -> bool:
    """What it all comes to, in the last line; whether everything is as it should be."""
    problems = [*findings.problems, *(problem for one in outcomes if (problem := one.problem))]
    if not problems:
        linked = f"{findings.linked} of {findings.lessons}"
        page.verdict(f"Every lesson is linked ({linked}), and every video is byte for byte its file.", is_good=True)
        return True
    page.blank()
    for problem in problems[:_MOST_PROBLEMS]:
        page.paragraph(f"{problem}.", indent="  ")
    if len(problems) > _MOST_PROBLEMS:
        page.paragraph(f"… and {len(problems) - _MOST_PROBLEMS} more.")
    summary = f"{findings.linked} of {findings.lessons} lessons are linked"
    page.verdict(f"{summary}; {count(len(problems), 'thing is', 'things are')} not as it should be.", is_good=False)
    return False


def show_keeping(page: Page, desk: Path, env_file: Path, variables: Mapping[str, str]) -> None:
    """How to use all this from a second terminal."""
    page.heading("Everything stays up until Ctrl+C")
    page.paragraph(f"In a second terminal, either go to the desk, where a .env is ready: {env_file}")
    page.blank()
    if shutil.which("kupload") is None:
        page.verbatim(f"alias kupload={shlex.quote(shlex.join(KUPLOAD))}")
    page.verbatim(f"cd {shlex.quote(str(desk))}")
    page.verbatim(command_line(("--status",)))
    page.blank()
    page.paragraph("or name that file with --env-file, or set in a shell:")
    page.blank()
    for line in export_lines(variables):
        page.verbatim(line)
    page.blank()
    page.paragraph("Ctrl+C here removes everything.")

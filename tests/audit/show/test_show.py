"""What a person sees of `kupload verify` and `kupload repair`, on a terminal and without one."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Finding, Kind
from kinescope_upload.audit.compare.events import (
    FilesRead,
    FixApplied,
    FixFailed,
    Processing,
    VideosListed,
)
from kinescope_upload.audit.fixes import FixPlan
from kinescope_upload.audit.repair import RepairResult
from kinescope_upload.audit.show.messages import next_after_repair, next_after_verify
from kinescope_upload.audit.show.progress import audit_progress
from kinescope_upload.audit.show.view import AuditView
from kinescope_upload.events import Warned
from kinescope_upload.output.options import DisplayOptions
from support.audit_lines import EVENTS, PLAN, REPORT, RESULT, audit_lines
from support.display_cases import HOSTILE, FakeTime
from support.terminal import Terminal

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Report
    from kinescope_upload.text.hints import Command

ENVIRON = {"TERM": "xterm"}


def shown(report: Report, options: DisplayOptions | None = None) -> str:
    out = io.StringIO()
    AuditView(options or DisplayOptions(), out).show_report(report, exit_code=1)
    return out.getvalue()


def test_findings_are_grouped_by_kind_with_one_hint_and_the_four_sides_below() -> None:
    text = shown(REPORT)
    assert text.startswith("Video exists, row is empty: 1\n  a_001: video v exists, and its row is empty\n")
    assert "  → `kupload repair` fixes it where that is certain, or lists the choices.\n" in text
    assert text.splitlines()[-9:] == [
        "On disk    3 files, 30.0 MB",
        "Progress   2 lessons: 2 linked",
        "Database   3 lessons, 1 with a video",
        "Kinescope  2 videos: 2 done",
        "Agree      1 of 3 lessons, 1 of them verified",
        "Positions  1 link rests on the file's position alone: no map file and no name",
        "           says the same",
        "Differ     2 findings; 1 remark",
        "Next       kupload repair",
    ]


def test_the_quiet_answer_is_the_counts_alone() -> None:
    assert shown(REPORT, DisplayOptions(quiet=True)).startswith("On disk")


def test_names_cannot_play_with_the_terminal() -> None:
    finding = Finding(kind=Kind.UNKNOWN_VIDEO, course="c", reason=f"video x called {HOSTILE}")
    text = shown(replace(REPORT, findings=(finding,)))
    assert "\x1b[2J" not in text
    assert "\\x1b" in text


@pytest.mark.parametrize(
    ("kinds", "command"),
    [
        ((), None),
        ((Kind.NOT_COMPARED,), None),
        ((Kind.PROCESSING,), ("verify", "--wait")),
        ((Kind.NOT_UPLOADED, Kind.PROCESSING), ()),
        ((Kind.ROW_EMPTY, Kind.NOT_UPLOADED), ("repair",)),
        ((Kind.STATUS_UNKNOWN,), ("repair",)),
        ((Kind.STATUS_UNKNOWN, Kind.PROCESSING), ("repair",)),
        ((Kind.FOLDER_MISSING,), None),
    ],
)
def test_the_next_command_follows_from_what_was_found(kinds: tuple[Kind, ...], command: Command | None) -> None:
    findings = tuple(Finding(kind=kind, course="c", reason="r") for kind in kinds)
    assert next_after_verify(replace(REPORT, findings=findings)) == command


def test_after_a_repair_the_next_command_uploads_what_has_to_be_uploaded() -> None:
    assert next_after_repair(RESULT) == ()
    assert next_after_repair(replace(RESULT, plan=replace(PLAN, rest=()))) == ("verify",)
    assert next_after_repair(replace(RESULT, was_agreed=False)) == ("repair",)
    assert next_after_repair(RepairResult(plan=FixPlan(fixes=()), was_agreed=False)) is None, "nothing has changed"


def test_without_the_database_no_repair_is_advised_which_needs_it() -> None:
    findings = (Finding(kind=Kind.ROW_EMPTY, course="c", reason="r"),)
    report = replace(REPORT, findings=findings, counts=replace(REPORT.counts, rows=None))
    assert next_after_verify(report) is None
    assert "`kupload repair`" not in shown(report)
    assert "DATABASE_URL" in shown(report)


def test_a_plan_shows_commands_in_one_piece() -> None:
    out = io.StringIO()
    AuditView(DisplayOptions(), out).show_plan(PLAN)
    text = out.getvalue()
    assert "Changes: 1\n  1. link a_001 to video v, which kupload uploaded for it\n" in text
    assert "Needs your decision: video exists, row is empty" in text
    assert "\n    $ kupload repair --delete-unknown\n" in text
    assert "Not for repair: lesson without a video: 1" in text


def test_without_a_terminal_it_is_told_on_stderr_what_is_worth_a_line() -> None:
    fake, out, err = FakeTime(), io.StringIO(), io.StringIO()
    view = AuditView(DisplayOptions(), out, clock=fake.clock)
    with audit_progress(DisplayOptions(), view, stdout=out, stderr=err, clock=fake.clock) as tell:
        tell.leave_terminal()
        for event in (*EVENTS, Processing(done=1, unfinished=2, failed=0), Processing(done=2, unfinished=0, failed=1)):
            tell(event)
        tell(FilesRead(read_bytes=1, total_bytes=2))
        fake.pass_by(11)
        tell(VideosListed(videos=700))
    assert [line[10:] for line in err.getvalue().splitlines()] == [
        "Kinescope: 1 done, 2 still processing",
        "note: Kinescope has trouble.",
        "Kinescope: 2 done, 0 still processing, 1 failed",
        "700 videos listed",
    ]
    assert out.getvalue().splitlines() == [
        "  done: link a_001 to video v, which kupload uploaded for it",
        "  failed: link a_001 to video v, which kupload uploaded for it. the row is",
        "    taken. Look again.",
    ]


@pytest.mark.parametrize("columns", [80, 140])
def test_a_terminal_shows_a_bar_that_is_gone_afterwards(columns: int) -> None:
    with Terminal(columns) as terminal:
        view = AuditView(DisplayOptions(), terminal.stream, environ=ENVIRON)
        with audit_progress(DisplayOptions(), view, stdout=terminal.stream, stderr=io.StringIO()) as tell:
            tell(Warned(message="Kinescope has trouble."))
            tell(FilesRead(read_bytes=10_000_000, total_bytes=30_000_000))
            assert terminal.wait_until_shown("read 10.0 of 30.0 MB")
            tell(Processing(done=1, unfinished=2, failed=0))
            assert terminal.wait_until_shown("Kinescope: 1 done, 2 still processing")
            tell.leave_terminal()
            tell(FixApplied(fix=PLAN.fixes[0]))
            tell(FixFailed(fix=PLAN.fixes[0], reason="no"))
        view.show_report(REPORT, exit_code=1)
        lines = terminal.lines()
    assert not any("still processing" in line for line in lines)
    assert "note: Kinescope has trouble." in lines[0]
    assert "  done: link a_001 to video v, which kupload uploaded for it" in lines
    assert "Kinescope  2 videos: 2 done" in lines
    assert all(len(line) <= columns for line in lines)
    assert terminal.shows_cursor


def test_json_tells_how_far_it_is_at_most_once_a_second() -> None:
    fake, out = FakeTime(), io.StringIO()
    options = DisplayOptions(as_json=True)
    view = AuditView(options, out, clock=fake.clock)
    with audit_progress(options, view, stdout=out, stderr=io.StringIO(), clock=fake.clock) as tell:
        for number in range(100):
            tell(VideosListed(videos=number))
            fake.pass_by(0.05)
    assert len(out.getvalue().splitlines()) == 5
    assert {line["event"] for line in audit_lines()} >= {"finding", "verified", "fix", "manual_choice", "repaired"}

"""Turns the results and events of `verify` and `repair` into the objects of the JSON output (docs/json.md). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.events import AuditEvent, FilesRead, FixApplied, FixFailed, Processing, VideosListed
from kinescope_upload.audit.fixes import explanation_of, hint_of
from kinescope_upload.display.json_events import fields_of
from kinescope_upload.events import WaitEnded, WaitStarted, Warned
from kinescope_upload.output.json_text import object_of
from kinescope_upload.text.hints import command_line
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.audit.compare import Finding, Report
    from kinescope_upload.audit.fixes import Fix, FixPlan
    from kinescope_upload.audit.repair import RepairResult
    from kinescope_upload.output.json_text import JsonFields

    JsonObject = tuple[str, JsonFields]
    """An event's name and its fields."""

_NAMES: Final = {
    VideosListed: "videos_listed",
    FilesRead: "files_read",
    Processing: "processing",
    Warned: "noticed",
}
"""The events whose fields are shown as they are."""


def audit_object(event: AuditEvent) -> JsonObject:
    """Makes the object of an event."""
    match event:
        case FixApplied(fix=fix):
            return "fixed", _fix(fix)
        case FixFailed(fix=fix):
            return "fix_failed", {**_fix(fix), **object_of(event, fix=None)}
        case WaitStarted() | WaitEnded():
            return fields_of(event)
        case _:
            return _NAMES[type(event)], object_of(event)


def report_objects(report: Report, *, exit_code: int) -> Iterator[JsonObject]:
    """Yields the findings, then the counts."""
    for finding in report.findings:
        yield "finding", _finding(finding, has_database=report.counts.rows is not None)
    counts, statuses = report.counts, report.counts.statuses
    notes = sum(finding.kind.is_note for finding in report.findings)
    yield (
        "verified",
        {
            "exit_code": exit_code,
            **object_of(counts, file_bytes="files_bytes", stages=None),
            "verified": report.verified_count,
            "findings": len(report.findings) - notes,
            "notes": notes,
            "progress": {stage.value: counts.stages.get(stage, 0) for stage in Stage},
            "by_position": report.by_position,
            "videos": counts.videos,
            "statuses": [{"status": status, "videos": number} for status, number in statuses.items()],
        },
    )


def plan_objects(plan: FixPlan) -> Iterator[JsonObject]:
    """Yields the changes, then what a person has to decide, then what `repair` cannot help with."""
    for fix in plan.fixes:
        yield "fix", _fix(fix)
    for manual in plan.manual:
        choices = [{**object_of(choice), "command": command_line(choice.command)} for choice in manual.choices]
        yield "manual_choice", {**_finding(manual.finding), "choices": choices}
    for finding in plan.rest:
        yield "finding", _finding(finding)


def end_object(result: RepairResult, *, exit_code: int) -> JsonObject:
    """Makes the object of what a repair changed."""
    return "repaired", {
        "exit_code": exit_code,
        "fixed": result.fixed,
        "failed": result.failed,
        "manual_choices": len(result.plan.manual),
        "rest": sum(not finding.kind.is_note for finding in result.plan.rest),
    }


def _finding(finding: Finding, *, has_database: bool = True) -> JsonFields:
    return {
        **object_of(finding, other_id="other_video_id"),
        "kind": finding.kind.code,
        "hint": hint_of(finding, has_database=has_database),
        "is_note": finding.kind.is_note,
    }


def _fix(fix: Fix) -> JsonFields:
    return {
        "action": fix.action,
        "kind": fix.finding.kind.code,
        "lesson_id": fix.lesson.lesson_id,
        "video_id": fix.video_id,
        "explanation": explanation_of(fix),
    }

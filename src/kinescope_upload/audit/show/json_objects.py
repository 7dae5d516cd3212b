"""Turns the results and events of `verify` and `repair` into the objects of the JSON output (docs/json.md). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.events import AuditEvent, FilesRead, FixApplied, FixFailed, Processing, VideosListed
from kinescope_upload.audit.fixes import (
    AdoptVideo,
    ClearRow,
    DeleteDuplicate,
    DeleteLeftover,
    Fix,
    LinkVideo,
    MoveVideo,
    RenameVideo,
    StartOver,
    explanation_of,
    hint_of,
)
from kinescope_upload.events import Warned
from kinescope_upload.output.json_text import plain
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.audit.compare import Finding, Report
    from kinescope_upload.audit.fixes import FixPlan
    from kinescope_upload.audit.repair import RepairResult
    from kinescope_upload.output.json_text import JsonFields

    JsonObject = tuple[str, JsonFields]
    """An event's name and its fields."""

_ACTIONS: Final[dict[type[Fix], str]] = {
    DeleteDuplicate: "delete",
    DeleteLeftover: "delete",
    StartOver: "restart",
    ClearRow: "clear",
    AdoptVideo: "adopt",
    LinkVideo: "link",
    MoveVideo: "move",
    RenameVideo: "rename",
}


def audit_object(event: AuditEvent) -> JsonObject:
    """Makes the object of an event."""
    match event:
        case VideosListed():
            return "videos_listed", {"videos": event.videos}
        case FilesRead():
            return "files_read", {"read_bytes": event.read_bytes, "total_bytes": event.total_bytes}
        case Processing():
            return "processing", {"done": event.done, "unfinished": event.unfinished, "failed": event.failed}
        case Warned():
            return "noticed", {"message": plain(event.message)}
        case FixApplied():
            return "mended", _fix(event.fix)
        case FixFailed():
            return "mending_failed", {
                **_fix(event.fix),
                "reason": plain(event.reason),
                "way_out": plain(event.hint),
            }


def report_objects(report: Report, *, exit_code: int) -> Iterator[JsonObject]:
    """Yields the findings, then the counts."""
    for finding in report.findings:
        yield "finding", _finding(finding)
    counts = report.counts
    notes = sum(finding.kind.is_note for finding in report.findings)
    yield (
        "verified",
        {
            "exit_code": exit_code,
            "lessons": counts.lessons,
            "agreed": counts.agreed,
            "verified": report.verified_count,
            "findings": len(report.findings) - notes,
            "notes": notes,
            "files": counts.files,
            "files_bytes": counts.file_bytes,
            "progress": {stage.value: counts.stages.get(stage, 0) for stage in Stage},
            "rows": counts.rows,
            "rows_with_video": counts.rows_with_video,
            "videos": counts.videos,
            "statuses": [{"status": plain(status), "videos": number} for status, number in counts.statuses.items()],
        },
    )


def plan_objects(plan: FixPlan) -> Iterator[JsonObject]:
    """Yields the changes, then what a person has to decide, then what `repair` cannot help with."""
    for fix in plan.fixes:
        yield "mending", _fix(fix)
    for manual in plan.manual:
        choices = [{"words": plain(choice.explanation), "command": plain(choice.command)} for choice in manual.choices]
        yield "undecided", {**_finding(manual.finding), "choices": choices}
    for finding in plan.rest:
        yield "finding", _finding(finding)


def end_object(result: RepairResult, *, exit_code: int) -> JsonObject:
    """Makes the object of what a repair changed."""
    return "repaired", {
        "exit_code": exit_code,
        "mended": result.fixed,
        "failed": result.failed,
        "undecided": len(result.plan.manual),
        "rest": sum(not finding.kind.is_note for finding in result.plan.rest),
    }


def _finding(finding: Finding) -> JsonFields:
    return {
        "kind": finding.kind.code,
        "course": plain(finding.course),
        "lesson_id": _maybe(finding.lesson_id),
        "path": _maybe(finding.path),
        "video_id": _maybe(finding.video_id),
        "other_video_id": _maybe(finding.other_id),
        "reason": plain(finding.reason),
        "way_out": plain(hint_of(finding)),
        "is_note": finding.kind.is_note,
    }


def _fix(fix: Fix) -> JsonFields:
    return {
        "action": _ACTIONS[type(fix)],
        "kind": fix.finding.kind.code,
        "lesson_id": plain(fix.lesson.lesson_id),
        "video_id": plain(fix.video_id),
        "words": plain(explanation_of(fix)),
    }


def _maybe(text: str | None) -> str | None:
    return None if text is None else plain(text)

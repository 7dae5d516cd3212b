"""A comparison and a repair as the objects of the JSON output (docs/json.md). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.events import (
    AuditEvent,
    FilesRead,
    Mended,
    MendingFailed,
    Processing,
    VideosListed,
    Warned,
)
from kinescope_upload.output.json_text import plain
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Finding, Report
    from kinescope_upload.audit.fixes import Choice, Fix, ManualChoice
    from kinescope_upload.output.json_text import JsonFields

__all__ = ["audit_fields", "choice_fields", "finding_fields", "mending_fields", "verified_fields"]


def audit_fields(event: AuditEvent) -> tuple[str, JsonFields]:
    """The event's name and its fields."""
    match event:
        case VideosListed():
            return "videos_listed", {"videos": event.videos}
        case FilesRead():
            return "files_read", {"read_bytes": event.read_bytes, "total_bytes": event.total_bytes}
        case Processing():
            return "processing", {"done": event.done, "unfinished": event.unfinished, "failed": event.failed}
        case Warned():
            return "noticed", {"message": plain(event.message)}
        case Mended():
            return "mended", mending_fields(event.fix)
        case MendingFailed():
            failure = {"reason": plain(event.reason), "way_out": plain(event.hint)}
            return "mending_failed", {**mending_fields(event.fix), **failure}


def finding_fields(finding: Finding) -> JsonFields:
    """One disagreement."""
    return {
        "kind": finding.kind.code,
        "course": plain(finding.course),
        "lesson_id": _maybe(finding.lesson_id),
        "path": _maybe(finding.path),
        "video_id": _maybe(finding.video_id),
        "other_video_id": _maybe(finding.other_id),
        "reason": plain(finding.reason),
        "way_out": plain(finding.hint),
        "is_note": finding.kind.is_note,
    }


def verified_fields(report: Report, *, exit_code: int) -> JsonFields:
    """What a comparison comes to."""
    counts = report.counts
    return {
        "exit_code": exit_code,
        "lessons": counts.lessons,
        "agreed": counts.agreed,
        "verified": report.proven_count,
        "findings": sum(not one.kind.is_note for one in report.findings),
        "notes": sum(one.kind.is_note for one in report.findings),
        "files": counts.files,
        "files_bytes": counts.file_bytes,
        "progress": {stage.value: counts.stages.get(stage, 0) for stage in Stage},
        "rows": counts.rows,
        "rows_with_video": counts.rows_with_video,
        "videos": counts.videos,
        "statuses": [{"status": plain(status), "videos": number} for status, number in counts.statuses.items()],
    }


def mending_fields(fix: Fix) -> JsonFields:
    """One thing to put right."""
    return {
        "action": fix.action.value,
        "kind": fix.finding.kind.code,
        "lesson_id": plain(fix.lesson.lesson_id),
        "video_id": plain(fix.video_id),
        "words": plain(fix.explanation),
    }


def choice_fields(manual: ManualChoice) -> JsonFields:
    """A finding that only a person can decide about."""
    return {**finding_fields(manual.finding), "choices": [_choice(one) for one in manual.choices]}


def _choice(choice: Choice) -> JsonFields:
    return {"words": plain(choice.explanation), "command": plain(choice.command)}


def _maybe(text: str | None) -> str | None:
    return None if text is None else plain(text)

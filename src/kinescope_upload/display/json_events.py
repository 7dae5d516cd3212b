"""Converts events, planned lessons and the summary to the objects of the JSON output (docs/json.md). Pure.

The names hold the units. Sizes are whole bytes.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    LessonDone,
    LessonFailed,
    LessonSkipped,
    LessonStarted,
    OrphanRemoved,
    RetryScheduled,
    RunEnded,
    RunEvent,
    RunStarted,
    StageReached,
    WaitEnded,
    WaitStarted,
    Warned,
)
from kinescope_upload.output.json_text import plain
from kinescope_upload.plan import Decision
from kinescope_upload.upload.titles import fit_title, is_too_long

if TYPE_CHECKING:
    from kinescope_upload.display.summary import Cost, Summary
    from kinescope_upload.model import Doubt, IgnoredFile
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.plan import PlannedLesson


def fields_of(event: RunEvent) -> tuple[str, JsonFields]:  # noqa: C901, PLR0911, PLR0912 - flat
    """Gives the event's name and its fields."""
    match event:
        case RunStarted():
            return "run_started", _run_started(event)
        case LessonStarted(lesson=lesson):
            return "lesson_started", {**decided(lesson), "to_send_bytes": lesson.bytes_to_send}
        case StageReached():
            return "stage_reached", {**_lesson(event), "stage": event.stage, "video_id": _plain_or_none(event.video_id)}
        case BytesAccepted():
            return "bytes_accepted", {
                **_lesson(event),
                "offset_bytes": event.offset,
                "is_resumed": event.is_resumed,
            }
        case RetryScheduled():
            return "retry_scheduled", {
                **_lesson(event),
                "reason": plain(event.reason),
                "wait_seconds": round(event.wait, 3),
                "number": event.number,
                "limit": event.limit,
            }
        case OrphanRemoved():
            fields = {"video_id": plain(event.video_id), "reason": plain(event.reason)}
            return "orphan_removed", {**_lesson(event), **fields}
        case LessonDone():
            return "lesson_done", {**_lesson(event), "stage": event.stage, "video_id": plain(event.video_id)}
        case LessonFailed():
            return "lesson_failed", {**_failed(event), "is_in_doubt": event.is_in_doubt}
        case LessonSkipped():
            return "lesson_skipped", {**_lesson(event), "reason": plain(event.reason)}
        case WaitStarted():
            longest = round(event.longest, 3)
            return "wait_started", {"kind": event.kind, "reason": plain(event.reason), "longest_seconds": longest}
        case WaitEnded():
            return "wait_ended", {"kind": event.kind, "wait_seconds": round(event.seconds, 3)}
        case Warned():
            return "warned", {"message": plain(event.message)}
        case BytesSent() | RunEnded():
            raise ValueError(f"{type(event).__name__} is shown as part of another event")


def _run_started(event: RunStarted) -> JsonFields:
    counts = event.plan.counts
    return {
        "jobs": event.jobs,
        "lessons": len(event.plan.work),
        "to_send_bytes": event.plan.bytes_to_send,
        "skipped": counts[Decision.SKIP],
        "in_doubt": counts[Decision.IN_DOUBT],
        "later": counts[Decision.LATER],
    }


def _lesson(
    event: StageReached | BytesAccepted | RetryScheduled | OrphanRemoved | LessonDone | LessonSkipped,
) -> JsonFields:
    return {"lesson_id": plain(event.lesson_id)}


def _plain_or_none(text: str | None) -> str | None:
    return None if text is None else plain(text)


def decided(lesson: PlannedLesson) -> JsonFields:
    """Converts a lesson of the plan."""
    return {
        "lesson_id": plain(lesson.lesson_id),
        "course": plain(lesson.course),
        "path": plain(lesson.file.path),
        "title": plain(fit_title(lesson.title)),
        "full_title": plain(lesson.title) if is_too_long(lesson.title) else None,
        "size_bytes": lesson.file.size,
        "decision": lesson.decision,
        "reason": plain(lesson.reason),
    }


def doubted(doubt: Doubt) -> JsonFields:
    """Converts a doubt about the mapping."""
    return {
        "course": _plain_or_none(doubt.course),
        "subject": plain(doubt.subject),
        "reason": plain(doubt.reason),
        "way_out": plain(doubt.hint),
        "lesson_ids": [plain(lesson_id) for lesson_id in doubt.lesson_ids],
        "is_blocking": doubt.blocking,
    }


def ignored(file: IgnoredFile) -> JsonFields:
    """Converts a file that is ignored."""
    return {"path": plain(file.path), "reason": plain(file.reason)}


def summary_fields(summary: Summary) -> JsonFields:
    """Converts the summary of a run."""
    return {
        "exit_code": summary.exit_code,
        "reason": _plain_or_none(summary.reason),
        "way_out": plain(summary.hint),
        "run_seconds": round(summary.seconds, 3),
        "lessons": summary.lessons,
        "uploaded": summary.uploaded,
        "linked": summary.linked,
        "unlinked": summary.unlinked,
        "skipped": summary.skipped,
        "later": summary.later,
        "left": summary.left,
        "failures": [_failed(lesson) for lesson in summary.failures],
        "in_doubt": [_failed(lesson) for lesson in summary.in_doubt],
        "doubts": [doubted(doubt) for doubt in summary.doubts],
        "ignored": summary.ignored,
        "orphans_removed": summary.orphans_removed,
        "cost": _cost(summary.cost),
    }


def _failed(lesson: LessonFailed) -> JsonFields:
    return {"lesson_id": plain(lesson.lesson_id), "reason": plain(lesson.reason), "way_out": plain(lesson.hint)}


def _cost(cost: Cost) -> JsonFields:
    ratios = {"sent_per_needed": cost.sent_per_needed, "sent_per_accepted": cost.sent_per_accepted}
    return {
        **{name: round(value, 3) for name, value in asdict(cost).items()},
        **{name: None if ratio is None else round(ratio, 4) for name, ratio in ratios.items()},
    }

"""Events, the plan and the summary as the objects of the JSON output (docs/json.md). Pure.

Units stand in the names. Sizes are whole bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    LessonDone,
    LessonFailed,
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
    from kinescope_upload.display.summary import Cost, FailedLesson, Summary
    from kinescope_upload.model import Doubt, IgnoredFile
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.plan import PlannedLesson

__all__ = ["decided", "doubted", "fields_of", "ignored", "summary_fields"]


def fields_of(event: RunEvent) -> tuple[str, JsonFields]:
    """The event's name and its fields."""
    match event:
        case RunStarted():
            return "run_started", _run_started(event)
        case LessonStarted():
            return "lesson_started", {**decided(event.lesson), "to_send_bytes": event.lesson.bytes_to_send}
        case LessonDone() | LessonFailed():
            return _end_of_lesson(event)
        case StageReached() | BytesAccepted() | RetryScheduled() | OrphanRemoved():
            return _on_the_way(event)
        case WaitStarted() | WaitEnded() | Warned():
            return _of_batch(event)
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


def _end_of_lesson(event: LessonDone | LessonFailed) -> tuple[str, JsonFields]:
    match event:
        case LessonDone():
            return "lesson_done", {
                "lesson_id": plain(event.lesson_id),
                "stage": event.stage,
                "video_id": plain(event.video_id),
            }
        case LessonFailed():
            return "lesson_failed", {
                "lesson_id": plain(event.lesson_id),
                "reason": plain(event.reason),
                "way_out": plain(event.hint),
                "is_in_doubt": event.is_in_doubt,
            }


def _on_the_way(event: StageReached | BytesAccepted | RetryScheduled | OrphanRemoved) -> tuple[str, JsonFields]:
    lesson: JsonFields = {"lesson_id": plain(event.lesson_id)}
    match event:
        case StageReached():
            video_id = None if event.video_id is None else plain(event.video_id)
            return "stage_reached", {**lesson, "stage": event.stage, "video_id": video_id}
        case BytesAccepted():
            return "bytes_accepted", {**lesson, "offset_bytes": event.offset, "is_resumed": event.is_resumed}
        case RetryScheduled():
            return "retry_scheduled", {
                **lesson,
                "reason": plain(event.reason),
                "wait_seconds": round(event.wait, 3),
                "number": event.number,
                "limit": event.limit,
            }
        case OrphanRemoved():
            return "orphan_removed", {**lesson, "video_id": plain(event.video_id), "reason": plain(event.reason)}


def _of_batch(event: WaitStarted | WaitEnded | Warned) -> tuple[str, JsonFields]:
    match event:
        case WaitStarted():
            longest = round(event.longest, 3)
            return "wait_started", {"kind": event.kind, "reason": plain(event.reason), "longest_seconds": longest}
        case WaitEnded():
            return "wait_ended", {"kind": event.kind, "wait_seconds": round(event.seconds, 3)}
        case Warned():
            return "warned", {"message": plain(event.message)}


def decided(lesson: PlannedLesson) -> JsonFields:
    """A lesson of the plan."""
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
    """What belongs to no lesson, or to no file."""
    return {
        "course": None if doubt.course is None else plain(doubt.course),
        "subject": plain(doubt.subject),
        "reason": plain(doubt.reason),
        "way_out": plain(doubt.hint),
        "lesson_ids": [plain(lesson_id) for lesson_id in doubt.lesson_ids],
        "is_blocking": doubt.blocking,
    }


def ignored(file: IgnoredFile) -> JsonFields:
    """A file that is left alone."""
    return {"path": plain(file.path), "reason": plain(file.reason)}


def summary_fields(summary: Summary) -> JsonFields:
    """What became of the run."""
    return {
        "exit_code": summary.exit_code,
        "reason": None if summary.reason is None else plain(summary.reason),
        "way_out": plain(summary.hint),
        "run_seconds": round(summary.seconds, 3),
        "lessons": summary.lessons,
        "uploaded": summary.uploaded,
        "linked": summary.linked,
        "unlinked": summary.unlinked,
        "skipped": summary.skipped,
        "later": summary.later,
        "left": summary.left,
        "failures": [_failed(one) for one in summary.failures],
        "in_doubt": [_failed(one) for one in summary.in_doubt],
        "doubts": [doubted(one) for one in summary.doubts],
        "ignored": summary.ignored,
        "orphans_removed": summary.orphans_removed,
        "cost": _cost(summary.cost),
    }


def _failed(lesson: FailedLesson) -> JsonFields:
    return {
        "lesson_id": plain(lesson.lesson_id),
        "reason": plain(lesson.reason),
        "way_out": plain(lesson.hint),
    }


def _ratio(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 4)


def _cost(cost: Cost) -> JsonFields:
    return {
        "sent_bytes": cost.sent_bytes,
        "needed_bytes": cost.needed_bytes,
        "accepted_bytes": cost.accepted_bytes,
        "sent_per_needed": _ratio(cost.sent_per_needed),
        "sent_per_accepted": _ratio(cost.sent_per_accepted),
        "breaks": cost.breaks,
        "resumes": cost.resumes,
        "retries": cost.retries,
        "retry_seconds": round(cost.retry_seconds, 3),
        "stalled_seconds": round(cost.stalled_seconds, 3),
        "network_seconds": round(cost.network_seconds, 3),
        "throttled_seconds": round(cost.throttled_seconds, 3),
        "database_seconds": round(cost.database_seconds, 3),
    }

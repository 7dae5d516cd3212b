"""Converts events, planned lessons and the summary to the objects of the JSON output (docs/json.md). Pure.

The names hold the units. Sizes are whole bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    JobsChanged,
    LessonDone,
    LessonFailed,
    LessonSkipped,
    LessonStarted,
    LessonWaits,
    LimitChanged,
    OldVideoDeleted,
    OrphanRemoved,
    RetryScheduled,
    RunEnded,
    RunEvent,
    RunStarted,
    StageReached,
    WaitEnded,
    WaitStarted,
    Warned,
    WishTaken,
)
from kinescope_upload.output.json_text import object_of
from kinescope_upload.plan import Decision
from kinescope_upload.upload.titles import fit_title, is_too_long

if TYPE_CHECKING:
    from kinescope_upload.display.collector import RunFacts
    from kinescope_upload.display.summary import Summary
    from kinescope_upload.model import Doubt, Proposal
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.plan import PlannedLesson

_NAMES: Final = {
    StageReached: "stage_reached",
    BytesAccepted: "bytes_accepted",
    RetryScheduled: "retry_scheduled",
    LessonWaits: "lesson_waits",
    OrphanRemoved: "orphan_removed",
    OldVideoDeleted: "old_video_deleted",
    LessonDone: "lesson_done",
    JobsChanged: "jobs_changed",
    WishTaken: "wish_taken",
    LessonFailed: "lesson_failed",
    LessonSkipped: "lesson_skipped",
    WaitStarted: "wait_started",
    WaitEnded: "wait_ended",
    Warned: "warned",
}
"""The events whose fields are shown as they are."""


def fields_of(event: RunEvent) -> tuple[str, JsonFields]:
    """Gives the event's name and its fields."""
    match event:
        case RunStarted(plan=plan, jobs=jobs, is_auto=is_auto):
            return "run_started", {
                "jobs": jobs,
                "jobs_auto": is_auto,
                "lessons": len(plan.work),
                "to_send_bytes": plan.bytes_to_send,
                "skipped": plan.counts[Decision.SKIP],
                "in_doubt": plan.counts[Decision.IN_DOUBT],
                "later": plan.counts[Decision.LATER],
            }
        case LessonStarted(lesson=lesson):
            return "lesson_started", {**decided(lesson), "to_send_bytes": lesson.bytes_to_send}
        case LimitChanged(timetable=timetable):
            return "limit_changed", {"bwlimit": str(timetable)}
        case BytesSent() | RunEnded():
            raise ValueError(f"{type(event).__name__} is shown as part of another event")
        case _:
            units = {"offset": "offset_bytes", "wait": "wait_seconds", "longest": "longest_seconds"}
            return _NAMES[type(event)], object_of(
                event, **units, seconds="wait_seconds", is_auto="jobs_auto", is_wished=None, is_told=None
            )


def decided(lesson: PlannedLesson) -> JsonFields:
    """Converts a lesson of the plan."""
    return {
        "lesson_id": lesson.lesson_id,
        "course": lesson.course,
        "path": lesson.file.path,
        "title": fit_title(lesson.title),
        "full_title": lesson.title if is_too_long(lesson.title) else None,
        "size_bytes": lesson.file.size,
        "decision": lesson.decision,
        "reason": lesson.reason,
    }


def proposed(proposal: Proposal) -> JsonFields:
    """Converts a file that waits for a person to say whose it is."""
    return {
        "path": proposal.file.path,
        "section": proposal.section,
        "course": proposal.course,
        "lesson_id": proposal.lesson_id,
        "lesson_title": proposal.title or None,
    }


def doubted(doubt: Doubt) -> JsonFields:
    """Converts a doubt about the mapping."""
    return object_of(doubt, blocking="is_blocking")


def progress_fields(facts: RunFacts) -> JsonFields:
    """Converts how far the batch is."""
    totals = facts.totals
    return {
        **object_of(totals, position_bytes=None, found_bytes=None, rate=None),
        "rate_bytes_per_second": _whole(totals.rate),
        "eta_seconds": _whole(totals.eta_seconds),
        "running": [
            {
                "lesson_id": lesson.lesson_id,
                "size_bytes": lesson.size,
                "accepted_bytes": lesson.offset,
                "handed_over_bytes": lesson.position,
                "rate_bytes_per_second": _whole(lesson.rate),
            }
            for lesson in facts.running
        ],
    }


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def summary_fields(summary: Summary) -> JsonFields:
    """Converts the summary of a run."""
    cost = summary.cost
    ratios = {"sent_per_needed": cost.sent_per_needed, "sent_per_accepted": cost.sent_per_accepted}
    return {
        **object_of(summary, seconds="run_seconds", skipped_unlinked=None),
        "failures": [_failed(lesson) for lesson in summary.failures],
        "in_doubt": [_failed(lesson) for lesson in summary.in_doubt],
        "doubts": [doubted(doubt) for doubt in summary.doubts],
        "cost": object_of(cost) | {name: ratio and round(ratio, 4) for name, ratio in ratios.items()},
    }


def _failed(lesson: LessonFailed) -> JsonFields:
    return object_of(lesson, is_in_doubt=None, is_told=None)

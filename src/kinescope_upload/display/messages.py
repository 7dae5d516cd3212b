"""Events and totals in words; the bars and the lines say the same. Pure; names are not yet made printable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.events import (
    LessonDone,
    LessonFailed,
    LessonStarted,
    OrphanRemoved,
    RetryScheduled,
    RunEvent,
    RunStarted,
    StageReached,
    WaitEnded,
    WaitKind,
    WaitStarted,
    Warned,
)
from kinescope_upload.plan import Decision
from kinescope_upload.text import count, format_bytes, format_duration, format_rate, joined
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from kinescope_upload.display.stats import Totals

__all__ = ["sentence_of", "totals_sentence", "wait_sentence"]


def sentence_of(event: RunEvent, *, verbose: bool) -> str | None:
    """The event in a sentence; None for one that is not worth a line.

    Args:
        event: What happened.
        verbose: Whether stages and ids are wanted as well.
    """
    match event:
        case RunStarted():
            return _started(event)
        case LessonStarted() | StageReached() | LessonDone() | LessonFailed():
            return _of_lesson(event, verbose=verbose)
        case RetryScheduled() | OrphanRemoved():
            return _of_trouble(event)
        case WaitStarted():
            longest = f" (at most {format_duration(event.longest)})"
            return wait_sentence(event.kind, event.reason) + longest
        case WaitEnded():
            return f"waited {format_duration(event.seconds)} {_FOR[event.kind]}; goes on"
        case Warned():
            return f"warning: {event.message}"
        case _:
            return None


_FOR = {
    WaitKind.NETWORK: "for the network",
    WaitKind.THROTTLED: "as Kinescope asked",
    WaitKind.DATABASE: "for the database",
    WaitKind.PACE: "for a turn at Kinescope",
}


def wait_sentence(kind: WaitKind, reason: str) -> str:
    """What the whole batch waits for."""
    return f"waiting {_FOR[kind]}: {reason}"


def _started(event: RunStarted) -> str:
    plan = event.plan
    counts = plan.counts
    rest = {"skipped": counts[Decision.SKIP], "in doubt": counts[Decision.IN_DOUBT], "later": counts[Decision.LATER]}
    told = [f"{count(len(plan.work), 'video', 'videos')} to do, {format_bytes(plan.bytes_to_send)} to send"]
    told += [f"{number:,} {what}" for what, number in rest.items() if number]
    return f"{', '.join(told)}; {event.jobs} at a time"


def _of_lesson(event: LessonStarted | StageReached | LessonDone | LessonFailed, *, verbose: bool) -> str | None:
    match event:
        case LessonStarted(lesson=lesson):
            text = f"{lesson.lesson_id}: {lesson.decision}, {format_bytes(lesson.bytes_to_send)} of {lesson.file.path}"
            return f"{text} ({lesson.reason})" if verbose else text
        case StageReached():
            video = f", video {event.video_id}" if event.video_id else ""
            return f"{event.lesson_id}: {event.stage}{video}" if verbose else None
        case LessonDone():
            what = "uploaded, not linked" if event.stage is Stage.UPLOADED else str(event.stage)
            return f"{event.lesson_id}: {what}" + (f" to video {event.video_id}" if verbose else "")
        case LessonFailed():
            what = "in doubt" if event.is_in_doubt else "failed"
            return f"{event.lesson_id}: {what}: {joined(event.reason, event.hint)}"


def _of_trouble(event: RetryScheduled | OrphanRemoved) -> str:
    match event:
        case RetryScheduled():
            when = f"in {format_duration(event.wait)}"
            return f"{event.lesson_id}: retry {event.number} of {event.limit} {when}: {event.reason}"
        case OrphanRemoved():
            return f"{event.lesson_id}: orphan {event.video_id} removed: {event.reason}"


def totals_sentence(totals: Totals) -> str:
    """How far the batch is."""
    parts = [
        f"{totals.done:,} of {totals.lessons:,} done",
        f"{format_bytes(totals.position_bytes)} of {format_bytes(totals.needed_bytes)}",
        *([f"{totals.failed:,} failed"] if totals.failed else []),
        *([format_rate(totals.rate)] if totals.rate is not None else []),
        *([f"{format_duration(totals.eta_seconds)} left"] if totals.eta_seconds is not None else []),
    ]
    return ", ".join(parts)

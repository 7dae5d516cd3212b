"""Words the events and the totals of a run for people; the bars and the lines share it.

Names in the sentences are not yet made printable.
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
    WaitKind,
    WaitStarted,
    Warned,
    WishTaken,
)
from kinescope_upload.plan import Decision
from kinescope_upload.policy.pacing import LONGEST_PAUSE
from kinescope_upload.text import count, format_bytes, format_bytes_of, format_duration, format_rate, joined
from kinescope_upload.text.hints import Hint, shown
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from kinescope_upload.display.stats import Totals
    from kinescope_upload.output.terminal_output import Clock

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_ENDS_OF_WAITS: Final = {
    WaitKind.NETWORK: "Connected to Kinescope again",
    WaitKind.LIBRARY: "The library can be read again",
    WaitKind.THROTTLED: "Continuing",
    WaitKind.DATABASE: "The database answers again",
    WaitKind.PACE: "Continuing",
    WaitKind.SETTLE: "The files are at rest",
    WaitKind.PAUSED: "The run goes on",
}


def sentence_of(event: RunEvent, clock: Clock, *, verbose: bool) -> str | None:  # noqa: C901, PLR0911, PLR0912 - flat over a union
    """Words an event that happens now; None for one that is not worth a line.

    Args:
        event: What happened.
        clock: Tells the time of day.
        verbose: Whether to include stages, ids and reasons.
    """
    match event:
        case RunStarted():
            return _started(event)
        case JobsChanged(jobs=jobs, is_auto=is_auto, is_wished=is_wished):
            how = ", as many as the line takes" if is_auto else ""
            is_said = verbose or is_wished or not is_auto
            return f"{count(jobs, 'upload', 'uploads')} at a time from here on{how}" if is_said else None
        case LimitChanged(timetable=timetable):
            return f"Bandwidth limit from here on: {timetable}"
        case LessonStarted(lesson=lesson):
            return f"{lesson.lesson_id}: {_beginning(event)}" + (f" ({lesson.reason})" if verbose else "")
        case StageReached():
            video = f", video {event.video_id}" if event.video_id else ""
            return f"{event.lesson_id}: {event.stage}{video}" if verbose else None
        case LessonDone():
            what = "uploaded, not linked" if event.stage is Stage.UPLOADED else str(event.stage)
            return f"{event.lesson_id}: {what}" + (f" to video {event.video_id}" if verbose else "")
        case LessonFailed(is_told=True) if not verbose:
            return None
        case LessonFailed():
            what = "in doubt" if event.is_in_doubt else "failed"
            return f"{event.lesson_id}: {what}: {joined(event.reason, event.hint)}"
        case LessonSkipped():
            return f"{event.lesson_id}: {'left' if event.is_left else 'skipped'}: {event.reason}"
        case RetryScheduled():
            number = f"retry {event.number} of {event.limit}" if event.number else "trying again"
            when = f"{number} in {format_duration(event.wait)}"
            return f"{event.lesson_id}: {when}: {event.reason}"
        case LessonWaits():
            return f"{event.lesson_id}: asks Kinescope again in {format_duration(event.wait)}" if verbose else None
        case OrphanRemoved():
            return f"{event.lesson_id}: deleted unfinished video {event.video_id}: {event.reason}"
        case OldVideoDeleted():
            return f"{event.lesson_id}: deleted old video {event.video_id}: {event.reason}"
        case WaitStarted() | WaitEnded():
            return wait_words(event, clock, verbose=verbose)
        case Warned():
            return f"warning: {shown(event.message)}"
        case BytesSent() | BytesAccepted() | WishTaken() | RunEnded():
            return None


def _started(event: RunStarted) -> str:
    plan, counts = event.plan, event.plan.counts
    look = shown(Hint(" (", ("--status",), " says why)"))
    rest = {
        "already done": counts[Decision.SKIP],
        f"in doubt{look}": counts[Decision.IN_DOUBT],
        "beyond --limit": counts[Decision.LATER],
    }
    work = f"{count(len(plan.work), 'lesson', 'lessons')} to do, {format_bytes(plan.bytes_to_send)} to send"
    numbers = ", ".join(f"{number:,} {what}" for what, number in rest.items() if number)
    at_first = " at first" if event.is_auto else ""
    return f"{work}, {event.jobs} at a time{at_first}" + (f"; {numbers}" if numbers else "")


def _beginning(event: LessonStarted) -> str:
    lesson = event.lesson
    match lesson.decision:
        case Decision.LINK:
            return f"linking {lesson.file.path}"
        case Decision.RESUME:
            return f"resuming {lesson.file.path}, {format_bytes_of(lesson.bytes_to_send, lesson.file.size)} to send"
        case _:
            return f"uploading {lesson.file.path}, {format_bytes(lesson.file.size)}"


def wait_words(event: WaitStarted | WaitEnded, clock: Clock, *, verbose: bool) -> str:
    """Words a wait that begins or ends now; `verbose` adds why it began, which is said of the database always."""
    match event:
        case WaitStarted():
            is_said = event.kind in {WaitKind.THROTTLED, WaitKind.SETTLE} or event.instead
            says_why = verbose or event.kind is WaitKind.DATABASE  # down, full and read-only have different remedies
            reason = f" ({event.reason})" if says_why and not is_said else ""
            return f"{wait_sentence(event, clock.monotonic(), clock)}; nothing is lost.{reason}"
        case WaitEnded():
            return f"{_ENDS_OF_WAITS[event.kind]} after {format_duration(event.seconds)}."


def wait_sentence(wait: WaitStarted, since: float, clock: Clock) -> str:
    """Words a wait of the whole batch, without a full stop.

    Args:
        wait: The wait.
        since: When it began, in monotonic seconds.
        clock: Tells the time of day at a monotonic moment.
    """
    begun, until = clock.time_of_day(since), clock.time_of_day(since + wait.longest)
    is_short = wait.longest < _MINUTE  # of which a time of day says nothing
    ends = f"for {format_duration(wait.longest)}" if is_short else f"until {until}"
    reason = wait.reason.rstrip(".")
    sentences = {
        WaitKind.NETWORK: f"{wait.instead or 'No connection to Kinescope'} since {begun}. Trying again until {until}",
        WaitKind.LIBRARY: f"The library cannot be read since {begun}. Trying again until {until}",
        WaitKind.DATABASE: f"The database cannot be used since {begun}. Trying again until {until}",
        WaitKind.THROTTLED: reason if is_short else f"{reason}. Waiting until {until}",
        WaitKind.PACE: f"The request limit (KUPLOAD_API_RATE) is reached. Waiting {ends}",
        WaitKind.SETTLE: f"{reason}, at the end for at most {format_duration(wait.longest)}",
        WaitKind.PAUSED: f"Paused {ends}"
        if wait.longest < LONGEST_PAUSE
        else shown(Hint("Paused until ", ("resume",))),
    }
    return sentences[wait.kind]


def totals_sentence(totals: Totals, clock: Clock) -> str:
    """Words how far the batch is, as `totals_figures`."""
    return ", ".join(totals_figures(totals, clock))


def totals_figures(totals: Totals, clock: Clock) -> list[str]:
    """Words how far the batch is, each figure by itself.

    Args:
        totals: How far it is.
        clock: Tells the time of day.
    """
    return [
        f"{totals.done:,} of {totals.lessons:,} done",
        format_bytes_of(*totals.of_planned),
        *([f"{totals.failed:,} failed"] if totals.failed else []),
        *([format_rate(totals.rate)] if totals.rate is not None else []),
        *([finish_words(totals.eta_seconds, clock)] if totals.eta_seconds is not None else []),
    ]


def finish_words(seconds: float, clock: Clock) -> str:
    """Words when the last byte is sent, so many seconds from now."""
    return finish_time(seconds, clock) or f"{format_duration(seconds)} left"


def finish_time(seconds: float, clock: Clock) -> str | None:
    """Words when the last byte is sent, so many seconds from now, by the clock; None within an hour."""
    return f"done about {clock.time_of_day(clock.monotonic() + seconds)}" if seconds > _HOUR else None

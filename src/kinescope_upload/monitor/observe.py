"""Makes the state of a run from what the collector has counted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from kinescope_upload.monitor.state import (
    CourseState,
    DoubtState,
    EndState,
    FailureState,
    FileState,
    Phase,
    RunState,
    WaitState,
)
from kinescope_upload.policy.pacing import minute_of_week

if TYPE_CHECKING:
    from datetime import datetime

    from kinescope_upload.display.collector import Collector, RunFacts
    from kinescope_upload.policy.pacing import Timetable

_MOST: Final = 50
"""More failures or doubts make the file large and tell nobody more: the log and the summary have them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Names a run.

    Attributes:
        name: Its own name, which no other run on any machine has.
        process_id: Its process.
        host: The machine.
        started: When it began (UTC).
        command: What is done: "upload" or "replace".
        library: The library root.
        progress: The progress folder.
        courses: The courses that it holds.
        jobs: Lessons to work on at a time, until the work begins.
        bwlimit: How fast it may send, by the hour.
        page_port: Where its page listens; None without one.
    """

    name: str
    process_id: int
    host: str
    started: datetime
    command: str
    library: str
    progress: str
    courses: tuple[str, ...]
    jobs: int
    bwlimit: Timetable
    page_port: int | None = None


def state_of(run: Run, collector: Collector, now: datetime, ended: EndState | None = None) -> RunState:
    """Tells what the run does now.

    Args:
        run: Which run it is.
        collector: What it has done so far.
        now: The time of day (UTC).
        ended: How it ended, where the run itself did not say so.
    """
    facts = collector.facts()
    totals = facts.totals
    limit, limit_until = _limit(facts.timetable or run.bwlimit, now)
    ended = _end(facts, now) or ended
    return RunState(
        run=run.name,
        process_id=run.process_id,
        host=run.host,
        started=run.started,
        written=now,
        phase=Phase.ENDED if ended else Phase.STARTING if facts.jobs is None else Phase.AT_WORK,
        library=run.library,
        held_courses=run.courses,
        jobs=facts.jobs or run.jobs,
        jobs_auto=facts.is_auto,
        bwlimit_bytes_per_second=limit,
        bwlimit_until=limit_until,
        lessons=totals.lessons,
        done=totals.done,
        failed=totals.failed,
        needed_bytes=totals.needed_bytes,
        found_bytes=totals.found_bytes,
        position_bytes=totals.position_bytes,
        accepted_bytes=totals.accepted_bytes,
        sent_bytes=totals.sent_bytes,
        rate_bytes_per_second=_whole(totals.rate),
        ends_at=None if totals.eta_seconds is None or ended else now + timedelta(seconds=totals.eta_seconds),
        breaks=facts.cost.breaks,
        retries=facts.cost.retries,
        courses=_courses(collector),
        files=() if ended else _files(facts),
        waits=_waits(facts, now),
        failures=tuple(
            FailureState(lesson_id=one.lesson_id, reason=one.reason, hint=one.hint, is_in_doubt=one.is_in_doubt)
            for one in collector.failures()[:_MOST]
        ),
        page_port=run.page_port,
        doubts=tuple(
            DoubtState(course=one.course, subject=one.subject, count=one.count, reason=one.reason, hint=one.hint)
            for one in facts.doubts[:_MOST]
        ),
        in_doubt=sum(one.count for one in facts.doubts),
        wish=facts.wish,
        ended=ended,
    )


def _limit(timetable: Timetable, now: datetime) -> tuple[int | None, datetime | None]:
    """The limit, and when another one holds, by this machine's time of day, as the timetable's times are."""
    local = now.astimezone().replace(tzinfo=None, second=0, microsecond=0)
    minute = minute_of_week(local)
    minutes = timetable.holds_for(minute)
    until = None if minutes is None else (local + timedelta(minutes=minutes)).astimezone(UTC)
    return timetable.rate_at(minute), until


def _end(facts: RunFacts, now: datetime) -> EndState | None:
    if facts.ended is None:
        return None
    return EndState(at=now, exit_code=facts.ended.exit_code, reason=facts.ended.reason or "", hint=facts.ended.hint)


def _courses(collector: Collector) -> tuple[CourseState, ...]:
    return tuple(
        CourseState(
            course=one.course,
            lessons=one.lessons,
            done=one.done,
            failed=one.failed,
            needed_bytes=one.needed_bytes,
            found_bytes=one.found_bytes,
            accepted_bytes=one.accepted_bytes,
            position_bytes=one.position_bytes,
        )
        for one in collector.courses()
    )


def _files(facts: RunFacts) -> tuple[FileState, ...]:
    return tuple(
        FileState(
            lesson_id=one.lesson_id,
            course=one.course,
            path=one.path,
            size_bytes=one.size,
            position_bytes=one.position,
            accepted_bytes=one.offset,
            rate_bytes_per_second=_whole(one.rate),
        )
        for one in facts.running
    )


def _waits(facts: RunFacts, now: datetime) -> tuple[WaitState, ...]:
    found = []
    for wait, began in facts.waits:
        since = now - timedelta(seconds=facts.now - began)
        found.append(
            WaitState(
                kind=wait.kind,
                since=since,
                until=since + timedelta(seconds=wait.longest),
                reason=wait.reason,
                instead=wait.instead,
            )
        )
    return tuple(found)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)

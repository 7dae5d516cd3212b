"""What reports are made of, for their tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kinescope_upload.commands.report.figures import CourseFigures, FailedLesson, Finished, Report
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.past_run import Cost, Outage, Sample
from kinescope_upload.upload import Failure, Stage
from support.monitored import a_past_run
from support.progress_cases import a_record

if TYPE_CHECKING:
    from kinescope_upload.monitor.past_run import PastRun
    from kinescope_upload.upload import Record

BEGAN = datetime(2026, 2, 18, 10, 0, tzinfo=UTC)
GB = 1_000_000_000
COURSES = ("01_analytics", "02_маркетинг", "03_design")


def a_finished(hours: float, *, course: str = COURSES[0], size: int = GB, verified: float | None = None) -> Finished:
    """A lesson that was linked this many hours after the beginning, and verified that many minutes later."""
    at = BEGAN + timedelta(hours=hours)
    return Finished(
        course=course,
        size_bytes=size,
        at=at,
        verified_at=None if verified is None else at + timedelta(minutes=verified),
    )


def a_run_that_sent(name: str, *, hours: float, size: int, **changes: Any) -> PastRun:  # noqa: ANN401 - of any field
    """A run of an hour that began this many hours after the beginning."""
    started = BEGAN + timedelta(hours=hours)
    facts: dict[str, Any] = {
        "started": started,
        "seen": started + timedelta(hours=1),
        "ended": started + timedelta(hours=1),
        "exit_code": ExitCode.DONE,
        "lessons": 20,
        "done": 20,
        "accepted_bytes": size,
        "sent_bytes": size,
        "samples": tuple(
            Sample(seconds=3600 * part / 299, accepted_bytes=size * part // 299, done=part // 15, failed=0)
            for part in range(300)
        ),
    }
    return a_past_run(name, **facts | changes)


def an_outage(hours: float, minutes: float, *, kind: str = "network", reason: str = "no answer") -> Outage:
    return Outage(kind=kind, since=BEGAN + timedelta(hours=hours), seconds=60 * minutes, reason=reason)


def a_report(lessons: int = 405, runs: int | tuple[PastRun, ...] = 20, **changes: Any) -> Report:  # noqa: ANN401 - of any field
    """A report of a library that went up over some days, with two lessons that failed."""
    each = -(-lessons // len(COURSES))
    facts: dict[str, Any] = {
        "subject": "Academy Courses",
        "made": BEGAN + timedelta(days=9),
        "courses": tuple(
            CourseFigures(course=name, lessons=each + 1, done=each, done_bytes=each * GB, all_bytes=each * GB, failed=0)
            for name in COURSES
        ),
        "finished": tuple(
            a_finished(number * 0.4, course=COURSES[number % 3], verified=number % 90) for number in range(lessons)
        ),
        "failures": tuple(FailedLesson(lesson_id=f"a_{number}", reason="The file is broken.") for number in (1, 2)),
        "runs": runs
        if isinstance(runs, tuple)
        else tuple(
            a_run_that_sent(
                f"r{number}",
                hours=8 * number,
                size=20 * GB,
                cost=Cost(breaks=3),
                outages=(an_outage(8 * number + 0.5, 5 + number),),
            )
            for number in range(runs)
        ),
    }
    return Report(**facts | changes)


def a_linked_record(lesson_id: str, *, course: str, hours: float, verified_after: float | None = None) -> Record:
    """A record of a lesson of 1 GB that was linked this many hours after the beginning."""
    at = BEGAN + timedelta(hours=hours)
    return replace(
        a_record(lesson_id, course=course),
        path=f"{course}/{lesson_id}.mp4",
        stage=Stage.LINKED if verified_after is None else Stage.VERIFIED,
        linked_at=at,
        verified_at=None if verified_after is None else at + timedelta(seconds=verified_after),
    )


def a_failed_record(lesson_id: str, *, course: str, reason: str) -> Record:
    failure = Failure(reason=reason, at=BEGAN)
    return replace(a_record(lesson_id, course=course), path=f"{course}/{lesson_id}.mp4", failure=failure)

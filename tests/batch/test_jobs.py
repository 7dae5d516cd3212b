"""The number of uploads at a time of a run: what it is made from, and who may fix it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.batch.jobs import Jobs, Moved
from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    JobsChanged,
    LessonStarted,
    RetryScheduled,
    WaitKind,
    WaitStarted,
)
from kinescope_upload.policy.jobs import JobsSearch
from support.display_cases import small_plan

if TYPE_CHECKING:
    from kinescope_upload.events import RunEvent

LESSON = small_plan().work[0]
ID = LESSON.lesson_id


def moved_by(*events: RunEvent) -> int:
    moved = Moved()
    for event in events:
        moved.note(event)
    return moved.sample(0.0, 1).moved


def test_bytes_count_when_they_are_on_their_way_and_once() -> None:
    sent = BytesSent(lesson_id=ID, count=5)
    assert moved_by(sent, sent) == 10
    assert moved_by(sent, sent, BytesAccepted(lesson_id=ID, offset=10), sent) == 15
    assert moved_by(sent, BytesAccepted(lesson_id=ID, offset=3)) == 3, "the service has fewer than were sent"


def test_what_an_earlier_run_sent_and_what_a_break_lost_do_not_count() -> None:
    sent = BytesSent(lesson_id=ID, count=5)
    resumed = BytesAccepted(lesson_id=ID, offset=900, is_resumed=True)
    assert moved_by(LessonStarted(lesson=LESSON), resumed, sent, BytesAccepted(lesson_id=ID, offset=905)) == 5
    assert moved_by(sent, RetryScheduled(lesson_id=ID, reason="", wait=1, number=1, limit=3)) == 0


def test_breaks_and_requests_to_slow_down_are_counted() -> None:
    moved = Moved()
    moved.note(RetryScheduled(lesson_id=ID, reason="", wait=1, number=1, limit=3))
    moved.note(WaitStarted(kind=WaitKind.THROTTLED, reason="", longest=1))
    moved.note(WaitStarted(kind=WaitKind.NETWORK, reason="", longest=1))
    sample = moved.sample(7.0, 3)
    assert (sample.at, sample.running, sample.breaks, sample.throttled) == (7.0, 3, 1, 1)


def test_a_number_that_is_fixed_in_mid_run_is_told_and_kept() -> None:
    told: list[RunEvent] = []
    now = 0.0
    jobs = Jobs(JobsSearch(), most=16, clock=lambda: now, emit=told.append)
    assert (jobs.number, jobs.is_auto) == (4, True)
    jobs.want(7, most=16)
    for _ in range(100):
        now += 1.0
        jobs.emit(BytesSent(lesson_id=ID, count=10**7))
        jobs.look(7)
    assert (jobs.number, jobs.is_auto) == (7, False)
    assert [event for event in told if isinstance(event, JobsChanged)] == [
        JobsChanged(jobs=7, is_auto=False, is_wished=True)
    ]


def test_the_open_files_bound_every_number() -> None:
    jobs = Jobs(JobsSearch.starting(9, 16), most=6, clock=lambda: 0.0, emit=lambda _: None)
    assert jobs.number == 6
    jobs.want(32, most=8)
    assert (jobs.number, jobs.is_auto) == (8, False)


def test_the_line_is_looked_at_as_long_as_the_number_is_not_fixed() -> None:
    told: list[RunEvent] = []
    now = 0.0
    jobs = Jobs(JobsSearch(), most=16, clock=lambda: now, emit=told.append)
    for _ in range(10):
        now += 1.0
        jobs.emit(BytesSent(lesson_id=ID, count=10**7))
        jobs.look(jobs.number)
    assert [event.jobs for event in told if isinstance(event, JobsChanged)] == [6]

"""Collects what a run has done so far, for every way of showing it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.display.summary import Cost, Summary
from kinescope_upload.display.transfers import Transfers
from kinescope_upload.display.waits import Waits
from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    LessonDone,
    LessonFailed,
    LessonSkipped,
    LessonStarted,
    LessonWaits,
    LimitChanged,
    OrphanRemoved,
    RetryScheduled,
    RunEnded,
    RunEvent,
    RunStarted,
    StageReached,
    WaitEnded,
    WaitKind,
    WaitStarted,
)
from kinescope_upload.plan import Decision, Plan
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.display.transfer import Finished, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Holds how far the batch is.

    Attributes:
        lessons: Lessons to do.
        done: Lessons that are finished.
        failed: Lessons that failed.
        needed_bytes: Bytes to send in this run, without those that the server had before.
        found_bytes: Bytes that the server turned out to have, of those that were to be sent when the run began.
        accepted_bytes: Bytes of those that the server acknowledged.
        position_bytes: Accepted bytes and those on their way.
        sent_bytes: Bytes that reached Kinescope, lost ones included.
        rate: Bytes per second, smoothed; None while too little is known, and while no byte can move.
        eta_seconds: Seconds until the last byte; None while unknown, and while no lesson is sent here.
    """

    lessons: int
    done: int
    failed: int
    needed_bytes: int
    found_bytes: int
    accepted_bytes: int
    position_bytes: int
    sent_bytes: int
    rate: float | None
    eta_seconds: float | None

    @property
    def of_planned(self) -> tuple[int, int]:
        """Bytes that are there or on their way, and all that the run set out to send: as its first line says."""
        return self.position_bytes + self.found_bytes, self.needed_bytes + self.found_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTotals:
    """Holds how far one course of the batch is: lessons, and bytes to send in this run, as in `Totals`."""

    course: str
    lessons: int
    done: int
    failed: int
    needed_bytes: int
    found_bytes: int
    accepted_bytes: int
    position_bytes: int

    @property
    def of_planned(self) -> tuple[int, int]:
        """As of `Totals`: those of all courses add up to the batch's."""
        return self.position_bytes + self.found_bytes, self.needed_bytes + self.found_bytes


class RunStats:
    """Counts the events of a run and gives its state at any moment between them.

    Not locked: `collector` lets one thread in at a time.
    """

    def __init__(self) -> None:
        self._plan = Plan(lessons=())
        self._transfers = Transfers()
        self._done: dict[str, Stage] = {}
        self._failures: dict[str, LessonFailed] = {}
        self._skipped: set[str] = set()
        self._uploaded: set[str] = set()
        self._orphans_removed = 0
        self._retries = 0
        self._retry_seconds = 0.0
        self._waits = Waits()
        self._ended: RunEnded | None = None

    def apply(self, event: RunEvent, now: float) -> None:  # noqa: C901, PLR0912 - flat over a closed union
        """Counts one event.

        Args:
            event: What happened.
            now: When, in monotonic seconds, never earlier than the last call's.
        """
        match event:
            case RunStarted():
                self._plan = event.plan
                self._transfers.plan(event.plan)
            case LessonStarted():
                self._transfers.start(event.lesson, now)
            case StageReached():
                self._transfers.reach(event.lesson_id, event.stage, now)
                if event.stage is Stage.UPLOADED:
                    self._uploaded.add(event.lesson_id)
            case BytesSent():
                self._transfers.send(event.lesson_id, event.count, now)
            case BytesAccepted():
                self._transfers.accept(event.lesson_id, event.offset, is_resumed=event.is_resumed, now=now)
            case RetryScheduled():
                self._retries += 1
                self._retry_seconds += event.wait
                self._transfers.retry(event.lesson_id, now)
                self._transfers.wait(event.lesson_id, now + event.wait)
            case LessonWaits():
                self._transfers.wait(event.lesson_id, now + event.wait)
            case OrphanRemoved():
                self._orphans_removed += 1
            case LessonDone():
                self._count_done(event)
                self._transfers.finish(event.lesson_id, now)
            case LessonSkipped(is_left=True):
                self._transfers.give_up(event.lesson_id, now)
            case LessonSkipped():
                self._transfers.tally_of(event.lesson_id).lessons -= event.lesson_id not in self._skipped
                self._skipped.add(event.lesson_id)
                self._transfers.finish(event.lesson_id, now, is_ours=False)
            case LessonFailed():
                if event.lesson_id not in self._done:
                    self._transfers.tally_of(event.lesson_id).failed += event.lesson_id not in self._failures
                    self._failures[event.lesson_id] = event
                    self._transfers.give_up(event.lesson_id, now)
            case WaitStarted():
                self._waits.begin(event, now)
            case WaitEnded():
                self._end_wait(event, now)
            case LimitChanged():
                self._transfers.measure_anew()
            case RunEnded():
                self._waits.end_all(now)
                self._ended = event

    def _end_wait(self, event: WaitEnded, now: float) -> None:
        if event.kind is WaitKind.PAUSED:
            self._transfers.go_on()
        if (since := self._waits.end(event)) is not None:
            self._transfers.leave_out(since, now)

    def _count_done(self, event: LessonDone) -> None:
        tally = self._transfers.tally_of(event.lesson_id)
        tally.done += event.lesson_id not in self._done
        tally.failed -= self._failures.pop(event.lesson_id, None) is not None  # whichever came first
        self._done[event.lesson_id] = event.stage

    def running(self, now: float) -> tuple[Transfer, ...]:
        """The lessons that workers upload now, in the order of their start."""
        running = self._transfers.running(now)
        return tuple(replace(one, rate=None) for one in running) if self._waits.holds_bytes else running

    def courses(self) -> tuple[CourseTotals, ...]:
        """How far each course of the batch is, by name."""
        return tuple(
            CourseTotals(
                course=course,
                lessons=tally.lessons,
                done=tally.done,
                failed=tally.failed,
                needed_bytes=tally.needed,
                found_bytes=tally.found,
                accepted_bytes=tally.accepted,
                position_bytes=tally.position,
            )
            for course, tally in sorted(self._transfers.courses.items())
        )

    def finished(self) -> tuple[Finished, ...]:
        """The files that were finished last, the latest last."""
        return tuple(self._transfers.finished)

    def failures(self) -> tuple[LessonFailed, ...]:
        """The lessons that failed or are in doubt so far."""
        return tuple(self._failures.values())

    def waits(self) -> tuple[tuple[WaitStarted, float], ...]:
        """What the whole batch waits for now, each with its beginning in monotonic seconds."""
        return self._waits.open

    def totals(self, now: float) -> Totals:
        """Computes how far the batch is now."""
        transfers = self._transfers
        tallies = transfers.courses.values()
        rate = None if self._waits.holds_bytes else transfers.rate(now)
        needed, position = sum(one.needed for one in tallies), sum(one.position for one in tallies)
        left = max(0, needed - position - transfers.given_up)
        return Totals(
            lessons=sum(one.lessons for one in tallies),
            done=len(self._done),
            failed=len(self._failures),
            needed_bytes=needed,
            found_bytes=sum(one.found for one in tallies),
            accepted_bytes=sum(one.accepted for one in tallies),
            position_bytes=position,
            sent_bytes=transfers.sent,
            rate=rate,
            eta_seconds=left / rate if rate and transfers.running(now) and not self._ended else None,
        )

    def cost(self) -> Cost:
        """Sums up what the run has cost so far."""
        tallies = self._transfers.courses.values()
        return Cost(
            sent_bytes=self._transfers.sent,
            needed_bytes=sum(one.needed for one in tallies),
            accepted_bytes=sum(one.accepted for one in tallies),
            breaks=self._transfers.breaks,
            resumes=self._transfers.resumes,
            retries=self._retries,
            retry_seconds=self._retry_seconds,
            stalled_seconds=self._transfers.stalled,
            network_seconds=self._waits.seconds[WaitKind.NETWORK],
            throttled_seconds=self._waits.seconds[WaitKind.THROTTLED],
            database_seconds=self._waits.seconds[WaitKind.DATABASE],
            paused_seconds=self._waits.seconds[WaitKind.PAUSED],
            unanswered_bytes=sum(max(0, one.position - one.accepted) for one in tallies),
            unfinished_bytes=self._transfers.unfinished,
        )

    def summary(self) -> Summary:
        """Sums up the run; complete once the run has ended."""
        plan, ended = self._plan, self._ended or RunEnded(exit_code=0, seconds=0.0)
        unlinked = sum(stage is Stage.UPLOADED for stage in self._done.values())
        return Summary(
            lessons=len(plan.work),
            uploaded=len(self._uploaded | self._sent_and_done()),
            linked=len(self._done) - unlinked,
            unlinked=unlinked,
            skipped=plan.counts[Decision.SKIP] + len(self._skipped),
            skipped_unlinked=self._skipped_unlinked(),
            later=plan.counts[Decision.LATER],
            left=max(0, sum(one.lessons - one.done - one.failed for one in self.courses())),
            failures=tuple(one for one in self._failures.values() if not one.is_in_doubt),
            in_doubt=(*self._planned_doubts(), *(one for one in self._failures.values() if one.is_in_doubt)),
            doubts=plan.doubts,
            ignored=len(plan.ignored),
            orphans_removed=self._orphans_removed,
            cost=self.cost(),
            seconds=ended.seconds,
            exit_code=ended.exit_code,
            reason=ended.reason,
            hint=ended.hint,
        )

    def _sent_and_done(self) -> set[str]:
        """Lessons whose video this run completed, read from the plan where no stage was reported."""
        sends = {lesson.lesson_id for lesson in self._plan.work if lesson.decision is not Decision.LINK}
        return sends & self._done.keys()

    def _skipped_unlinked(self) -> int:
        skipped = (lesson.record for lesson in self._plan.lessons if lesson.decision is Decision.SKIP)
        return sum(record is not None and record.stage is Stage.UPLOADED for record in skipped)

    def _planned_doubts(self) -> Iterator[LessonFailed]:
        for lesson in self._plan.in_doubt:
            yield LessonFailed(lesson_id=lesson.lesson_id, reason=lesson.reason, hint=lesson.hint, is_in_doubt=True)

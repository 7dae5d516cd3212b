"""One collector for every way of showing a run: how far each lesson and the batch are, and what it cost. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.display.summary import Cost, FailedLesson, Summary
from kinescope_upload.display.transfers import RunningLesson, Transfers
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
    WaitKind,
    WaitStarted,
    Warned,
)
from kinescope_upload.plan import Decision
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from kinescope_upload.plan import Plan, PlannedLesson

__all__ = ["RunStats", "Totals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How far the batch is.

    Attributes:
        lessons: Lessons that the run works on.
        done: Those that are as far as this run can bring them.
        failed: Those that this run gave up.
        needed_bytes: Bytes that the run has to send in all, those that the server had left out.
        accepted_bytes: Bytes of those that the server acknowledged.
        position_bytes: The same, with those that are on their way.
        sent_bytes: Bytes handed to the network, those that were lost included.
        rate: Bytes per second, smoothed; None while too little is known.
        eta_seconds: Seconds until the last byte; None while nobody can tell.
    """

    lessons: int
    done: int
    failed: int
    needed_bytes: int
    accepted_bytes: int
    position_bytes: int
    sent_bytes: int
    rate: float | None
    eta_seconds: float | None

    @property
    def left(self) -> int:
        """Lessons that are neither done nor failed."""
        return max(0, self.lessons - self.done - self.failed)


class RunStats:
    """Takes the run's events, one at a time, and answers for the state of everything at any moment between them.

    Not locked: the printer that owns it lets one thread in at a time.
    """

    def __init__(self) -> None:
        self._plan: Plan | None = None
        self._work: tuple[PlannedLesson, ...] = ()
        self._transfers = Transfers()
        self._done: dict[str, Stage] = {}
        self._failures: dict[str, FailedLesson] = {}
        self._uploaded: set[str] = set()
        self._orphans_removed = 0
        self._retries = 0
        self._retry_seconds = 0.0
        self._waits: dict[WaitKind, tuple[str, float]] = {}
        self._waited: dict[WaitKind, float] = dict.fromkeys(WaitKind, 0.0)
        self._ended: RunEnded | None = None

    def apply(self, event: RunEvent, now: float) -> None:
        """Takes one event.

        Args:
            event: What happened.
            now: When, in monotonic seconds, never earlier than the last call's.
        """
        match event:
            case BytesSent():
                self._transfers.send(event.lesson_id, event.count, now)
            case BytesAccepted() | RetryScheduled() | StageReached():
                self._apply_to_transfer(event, now)
            case LessonStarted():
                self._transfers.start(event.lesson, now)
            case LessonDone() | LessonFailed():
                self._apply_end_of_lesson(event, now)
            case RunStarted() | RunEnded() | WaitStarted() | WaitEnded():
                self._apply_to_batch(event, now)
            case OrphanRemoved():
                self._orphans_removed += 1
            case Warned():
                pass

    def _apply_to_transfer(self, event: BytesAccepted | RetryScheduled | StageReached, now: float) -> None:
        match event:
            case BytesAccepted():
                self._transfers.accept(event.lesson_id, event.offset, is_resumed=event.is_resumed, now=now)
            case RetryScheduled():
                self._retries += 1
                self._retry_seconds += event.wait
                self._transfers.retry(event.lesson_id, now)
            case StageReached():
                self._transfers.reach(event.lesson_id, event.stage, now)
                if event.stage is Stage.UPLOADED:
                    self._uploaded.add(event.lesson_id)

    def _apply_end_of_lesson(self, event: LessonDone | LessonFailed, now: float) -> None:
        """A lesson that is done is in no list of failures, whatever came first."""
        match event:
            case LessonDone():
                self._done[event.lesson_id] = event.stage
                self._failures.pop(event.lesson_id, None)
                self._transfers.finish(event.lesson_id, now)
            case LessonFailed() if event.lesson_id not in self._done:
                self._failures[event.lesson_id] = FailedLesson(
                    lesson_id=event.lesson_id,
                    reason=event.reason,
                    hint=event.hint,
                    is_in_doubt=event.is_in_doubt,
                )
                self._transfers.give_up(event.lesson_id, now)
            case _:
                pass

    def _apply_to_batch(self, event: RunStarted | RunEnded | WaitStarted | WaitEnded, now: float) -> None:
        match event:
            case RunStarted():
                self._plan, self._work = event.plan, event.plan.work
                self._transfers.plan(event.plan)
            case WaitStarted():
                self._waits.setdefault(event.kind, (event.reason, now))
            case WaitEnded():
                self._waits.pop(event.kind, None)
                self._waited[event.kind] += event.seconds
            case RunEnded():
                for kind, (_, since) in self._waits.items():
                    self._waited[kind] += now - since
                self._waits.clear()
                self._ended = event

    def running(self) -> tuple[RunningLesson, ...]:
        """The lessons in hand, in the order in which they were taken."""
        return self._transfers.running()

    def waits(self) -> tuple[tuple[WaitKind, str], ...]:
        """What the whole batch waits for now, with the reasons."""
        return tuple((kind, reason) for kind, (reason, _) in self._waits.items())

    def totals(self, now: float) -> Totals:
        """How far the batch is at this moment."""
        transfers = self._transfers
        rate = transfers.rate(now)
        position = min(transfers.needed, transfers.accepted + transfers.handed_over)
        left = max(0, transfers.needed - position - transfers.given_up)
        return Totals(
            lessons=len(self._work),
            done=len(self._done),
            failed=len(self._failures),
            needed_bytes=transfers.needed,
            accepted_bytes=transfers.accepted,
            position_bytes=position,
            sent_bytes=transfers.sent,
            rate=rate,
            eta_seconds=left / rate if rate else None,
        )

    def cost(self) -> Cost:
        """What the run has cost so far."""
        return Cost(
            sent_bytes=self._transfers.sent,
            needed_bytes=self._transfers.needed,
            accepted_bytes=self._transfers.accepted,
            breaks=self._transfers.breaks,
            resumes=self._transfers.resumes,
            retries=self._retries,
            retry_seconds=self._retry_seconds,
            stalled_seconds=self._transfers.stalled,
            network_seconds=self._waited[WaitKind.NETWORK],
            throttled_seconds=self._waited[WaitKind.THROTTLED],
            database_seconds=self._waited[WaitKind.DATABASE],
        )

    def summary(self) -> Summary:
        """What became of everything; complete once the run has ended."""
        plan, ended = self._plan, self._ended
        return Summary(
            lessons=len(self._work),
            uploaded=len(self._uploaded | self._sent_and_done()),
            linked=sum(1 for stage in self._done.values() if stage is not Stage.UPLOADED),
            unlinked=sum(1 for stage in self._done.values() if stage is Stage.UPLOADED),
            skipped=plan.counts[Decision.SKIP] if plan else 0,
            later=plan.counts[Decision.LATER] if plan else 0,
            left=max(0, len(self._work) - len(self._done) - len(self._failures)),
            failures=tuple(one for one in self._failures.values() if not one.is_in_doubt),
            in_doubt=(*self._planned_doubts(), *(one for one in self._failures.values() if one.is_in_doubt)),
            doubts=plan.doubts if plan else (),
            ignored=len(plan.ignored) if plan else 0,
            orphans_removed=self._orphans_removed,
            cost=self.cost(),
            seconds=ended.seconds if ended else 0.0,
            exit_code=ended.exit_code if ended else 0,
            reason=ended.reason if ended else None,
            hint=ended.hint if ended else "",
        )

    def _sent_and_done(self) -> set[str]:
        """Lessons whose video this run completed, told from the plan where no stage was reported."""
        sends = {one.lesson_id for one in self._work if one.decision is not Decision.LINK}
        return sends & self._done.keys()

    def _planned_doubts(self) -> tuple[FailedLesson, ...]:
        return tuple(
            FailedLesson(lesson_id=one.lesson_id, reason=one.reason, hint=one.hint, is_in_doubt=True)
            for one in (self._plan.in_doubt if self._plan else ())
        )

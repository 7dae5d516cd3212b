"""Collects the events of a run for everyone who shows it: the printers, and what tells others about it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.display.stats import RunStats
from kinescope_upload.events import JobsChanged, LimitChanged, RunEnded, RunStarted, WishTaken
from kinescope_upload.plan.planned_doubts import planned_doubts

if TYPE_CHECKING:
    from kinescope_upload.display.stats import CourseTotals, Totals
    from kinescope_upload.display.summary import Cost, Summary
    from kinescope_upload.display.transfer import Finished, Transfer
    from kinescope_upload.events import LessonFailed, RunEvent, WaitStarted
    from kinescope_upload.output.terminal_output import Clock
    from kinescope_upload.plan.planned_doubts import PlannedDoubt
    from kinescope_upload.policy.pacing import Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Holds a run as it is at one moment.

    Attributes:
        now: The moment, in monotonic seconds.
        jobs: Lessons that are worked on at a time; None until the work begins.
        totals: How far the batch is.
        running: The lessons that workers upload, in the order of their start.
        waits: What the batch waits for, each with its beginning in monotonic seconds.
        cost: What the run has cost so far.
        ended: How it ended; None while it goes on.
        is_auto: Whether the number of lessons at a time follows the line.
        timetable: How fast it may send, where that was changed in mid-run; else None.
        wish: The number of the last wish that it did; 0 where it had none.
        doubts: What the plan could do nothing about, each reason once.
    """

    now: float
    jobs: int | None
    totals: Totals
    running: tuple[Transfer, ...]
    waits: tuple[tuple[WaitStarted, float], ...]
    cost: Cost
    ended: RunEnded | None
    is_auto: bool = False
    timetable: Timetable | None = None
    wish: int = 0
    doubts: tuple[PlannedDoubt, ...] = ()


class Collector:
    """Counts the events of one run, and gives its facts at any moment; every thread may use it.

    Args:
        clock: The source of time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stats = RunStats()
        self._jobs: int | None = None
        self._is_auto = False
        self._timetable: Timetable | None = None
        self._wish = 0
        self._doubts: tuple[PlannedDoubt, ...] = ()
        self._ended: RunEnded | None = None

    def note(self, event: RunEvent) -> float:
        """Counts an event that happens now.

        Returns:
            When that was, in monotonic seconds.
        """
        with self._lock:
            now = self._clock.monotonic()
            self._stats.apply(event, now)
            self._note(event)
            return now

    def _note(self, event: RunEvent) -> None:
        match event:
            case RunStarted(plan=plan, jobs=jobs, is_auto=is_auto):
                self._jobs, self._is_auto, self._doubts = jobs, is_auto, planned_doubts(plan)
            case JobsChanged(jobs=jobs, is_auto=is_auto) if self._jobs is not None:  # else the work is still to begin
                self._jobs, self._is_auto = jobs, is_auto
            case LimitChanged(timetable=timetable):
                self._timetable = timetable
            case WishTaken(number=number):
                self._wish = number
            case RunEnded():
                self._ended = event
            case _:
                pass

    def facts(self) -> RunFacts:
        """Tells how the run is now."""
        with self._lock:
            now = self._clock.monotonic()
            return RunFacts(
                now=now,
                jobs=self._jobs,
                totals=self._stats.totals(now),
                running=self._stats.running(now),
                waits=self._stats.waits(),
                cost=self._stats.cost(),
                ended=self._ended,
                is_auto=self._is_auto,
                timetable=self._timetable,
                wish=self._wish,
                doubts=self._doubts,
            )

    def courses(self) -> tuple[CourseTotals, ...]:
        """How far each course is, by name."""
        with self._lock:
            return self._stats.courses()

    def finished(self) -> tuple[Finished, ...]:
        """The files that were finished last, the latest last."""
        with self._lock:
            return self._stats.finished()

    def failures(self) -> tuple[LessonFailed, ...]:
        """The lessons that failed or are in doubt so far."""
        with self._lock:
            return self._stats.failures()

    def summary(self) -> Summary:
        """Sums up the run; complete once it has ended."""
        with self._lock:
            return self._stats.summary()

"""Runs the workers: each takes the next lesson; a lesson that fails does not stop the others."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.batch.failures import fail
from kinescope_upload.batch.lesson import upload_lesson
from kinescope_upload.batch.settling import Settling
from kinescope_upload.errors import (
    BatchStoppedError,
    InterruptedRunError,
    LessonFailedError,
)
from kinescope_upload.events import LessonFailed, LessonStarted, Warned
from kinescope_upload.plan import Decision
from kinescope_upload.plan.order import work_queue
from kinescope_upload.retries.stop import Ending
from kinescope_upload.text import count, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kinescope_upload.batch.linker import Linker
    from kinescope_upload.batch.run import Run
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.plan.order import Order


_NEXT: Final = 250
"""Lessons whose rows are asked for together: more than workers begin until the next time."""

_PATIENCE: Final = 10.0
"""Seconds that a worker with nothing else to do waits for an upload of somebody else."""
_LOOK: Final = 1.0
"""Seconds between two looks at it."""


class Work(NamedTuple):
    """What workers do: lessons, and the order in which these are taken."""

    lessons: Sequence[PlannedLesson]
    order: Order


def upload_and_link(run: Run, linker: Linker, lesson: PlannedLesson, parent_id: str) -> None:
    """Uploads one lesson and has its row written; the run's events tell what became of it: done, skipped or failed.

    Args:
        run: The batch.
        linker: Writes the row.
        lesson: The lesson, as planned.
        parent_id: The course's folder on Kinescope, for a new upload.

    Raises:
        InterruptedRunError: The batch ends.
        BatchStoppedError: No lesson can be done now.
        LessonLostError: Another machine has the lesson.
    """
    if linker.settles(lesson):
        return
    run.emit(LessonStarted(lesson=lesson))
    try:
        record = upload_lesson(run, lesson, parent_id)
    except LessonFailedError as error:
        run.emit(LessonFailed.of(lesson.lesson_id, error))
        return
    try:
        linker.link(record)
    except LessonFailedError as error:
        fail(run, record, error)


class Workers:
    """Threads that upload and link lessons, in the order of the work.

    Args:
        run: The batch.
        linker: Writes the rows.
        parents: The folder's id by course, for the lessons that need one.
        work: The lessons and their order.
    """

    def __init__(self, run: Run, linker: Linker, parents: Mapping[str, str], work: Work) -> None:
        self._run = run
        self._linker = linker
        self._parents = parents
        self._waiting = deque(work.lessons)
        self._number = len(work.lessons)
        self._taking = threading.Lock()
        self._is_mixed = False
        self._put_off: set[str] = set()
        self._settling = Settling(run)
        linker.others.expect(self._next_lessons)
        self._jobs = run.jobs
        self._order = work.order
        self._threads: dict[int, threading.Thread] = {}
        self.bug: BaseException | None = None

    @property
    def left(self) -> int:
        """How many lessons of the work are not done."""
        return self._number - self._linker.done

    def start(self) -> None:
        """Starts as many workers as there is use for, at most as many as are wished."""
        for place in range(self._jobs.number):
            if self._has_more() and not self._is_at_work(place):
                # Daemons: state is on disk before it is acted on, so the process may end without them.
                name = f"kupload-worker-{place + 1}"
                self._threads[place] = threading.Thread(target=self._work, args=(place,), name=name, daemon=True)
                self._threads[place].start()

    def join(self, seconds: float) -> bool:
        """Waits for the workers that long, and starts more where more are wished; whether all have ended."""
        for thread in list(self._threads.values()):
            thread.join(seconds / len(self._threads))
        running = sum(map(self._is_at_work, self._threads))
        if running and self._has_more() and self._run.stop.ending is None:
            self._jobs.look(running)
            self.start()
        return not running

    def _has_more(self) -> bool:
        """Whether a lesson waits for a worker, or for its file to be quiet."""
        return bool(self._waiting or self._settling.lessons)

    def _is_at_work(self, place: int) -> bool:
        return place in self._threads and self._threads[place].is_alive()

    def _next_lessons(self) -> list[str]:
        """The lessons that workers take next, those at both ends of the order; any thread may ask."""
        with self._taking:
            waiting = [lesson.lesson_id for lesson in (*self._waiting, *self._settling.lessons)]
        return waiting if len(waiting) <= 2 * _NEXT else waiting[:_NEXT] + waiting[-_NEXT:]

    def _take(self, take: Callable[[], PlannedLesson | None]) -> PlannedLesson | None:
        with self._taking:
            if self._linker.others.are_seen and not self._is_mixed:
                self._is_mixed = True
                self._mix()
            return take()

    def _mix(self) -> None:
        """Mixes what no server forgets: two runs in one order would go on to send the same lessons side by side."""
        expiring = [lesson for lesson in self._waiting if lesson.expires_at]
        others = [lesson for lesson in self._waiting if not lesson.expires_at]
        others.sort(key=lambda _: self._run.randomness.jitter())
        self._waiting.clear()
        self._waiting.extend((*expiring, *others))

    def _leaves_out(self, lesson: PlannedLesson) -> bool:
        """Whether the lesson's course has no folder any more; all that is to be sent there is left out with it."""
        error = self._run.lost_folders.get(lesson.course)
        if error is None or lesson.decision is not Decision.UPLOAD:
            return False
        with self._taking:
            rest = [one for one in self._waiting if one.course == lesson.course and one.decision is Decision.UPLOAD]
            kept = [one for one in self._waiting if one.course != lesson.course or one.decision is not Decision.UPLOAD]
            self._waiting.clear()
            self._waiting.extend(kept)
        also = f"{lesson.course}: {count(1 + len(rest), 'more lesson is', 'more lessons are')} left out"
        self._run.emit(Warned(message=f"{also}: {joined(error.reason, error.hint)}"))
        for one in (lesson, *rest):
            self._run.emit(LessonFailed.of(one.lesson_id, error, is_told=True))
        return True

    def _puts_off(self, lesson: PlannedLesson) -> bool:
        """Whether somebody else seems to upload the lesson now; it is then taken last, after a little wait."""
        if lesson.decision is not Decision.UPLOAD or not self._is_begun_by_others(lesson):
            return False
        if lesson.lesson_id in self._put_off:
            ends_at = self._run.clock() + _PATIENCE
            while self._run.clock() < ends_at and self._is_begun_by_others(lesson):
                self._run.stop.pause(_LOOK)
            self._run.stop.pause(_LOOK)  # the row is written after the last byte
            return False
        with self._taking:
            self._put_off.add(lesson.lesson_id)
            self._waiting.append(lesson)
        return True

    def _is_begun_by_others(self, lesson: PlannedLesson) -> bool:
        return self._linker.others.begun(lesson, self._parents.get(lesson.course))

    def _goes_on(self, place: int) -> bool:
        """Whether a worker takes another lesson: not when the batch ends, or fewer are wished."""
        return self._run.stop.ending is None and place < self._jobs.number

    def _work(self, place: int) -> None:
        take = work_queue(self._waiting, self._order, place)
        try:
            while self._goes_on(place) and (lesson := self._take(take)):
                if not (self._leaves_out(lesson) or self._settling.holds_back(lesson) or self._puts_off(lesson)):
                    self._upload_and_link(lesson)
            while self._goes_on(place) and (lesson := self._settling.take()):
                if not self._leaves_out(lesson):
                    self._upload_and_link(lesson)
        except InterruptedRunError:
            return
        except BatchStoppedError as error:
            self._run.stop.request(Ending.of(error))
        except BaseException as error:  # noqa: BLE001 - a bug: the main thread shows it, nobody hides it
            self.bug = error
            self._run.stop.request(Ending.of_bug(error))

    def _upload_and_link(self, lesson: PlannedLesson) -> None:
        with self._settling.at_work():
            upload_and_link(self._run, self._linker, lesson, self._parents.get(lesson.course, ""))

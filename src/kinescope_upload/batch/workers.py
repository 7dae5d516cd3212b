"""Runs the workers: each takes the next lesson; a lesson that fails does not stop the others."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.lesson import upload_lesson
from kinescope_upload.batch.settling import Settling
from kinescope_upload.errors import (
    BatchStoppedError,
    InterruptedRunError,
    LessonFailedError,
)
from kinescope_upload.events import LessonFailed, LessonStarted
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.plan.order import work_queues
from kinescope_upload.retries.stop import Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kinescope_upload.batch.linker import Linker
    from kinescope_upload.batch.run import Run
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.plan.order import Order


_NEXT: Final = 250
"""Lessons whose rows are asked for together: more than workers begin until the next time."""


class Workers:
    """Threads that upload and link lessons, in the order of the work.

    Args:
        run: The batch.
        linker: Writes the rows.
        parents: The folder's id by course, for the lessons that need one.
        work: The lessons.
    """

    def __init__(self, run: Run, linker: Linker, parents: Mapping[str, str], work: Sequence[PlannedLesson]) -> None:
        self._run = run
        self._linker = linker
        self._parents = parents
        self._waiting = deque(work)
        self._settling = Settling(run)
        self._threads: list[threading.Thread] = []
        self.bug: BaseException | None = None

    def start(self, jobs: int, order: Order) -> None:
        """Starts as many workers as there is use for, at most `jobs`."""
        queues = work_queues(self._waiting, jobs, order)
        for number, take in enumerate(queues, start=1):
            # Daemons: state is on disk before it is acted on, so the process may end without them.
            thread = threading.Thread(target=self._work, args=(take,), name=f"kupload-worker-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def next_lessons(self) -> list[PlannedLesson]:
        """The lessons that workers take next, those at both ends of the order; any thread may ask."""
        waiting = [*self._waiting.copy(), *self._settling.lessons]  # copied in one step, while workers take from it
        return waiting if len(waiting) <= 2 * _NEXT else waiting[:_NEXT] + waiting[-_NEXT:]

    def join(self, seconds: float) -> bool:
        """Waits for the workers that long; whether all have ended."""
        for thread in self._threads:
            thread.join(seconds / len(self._threads))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, take: Callable[[], PlannedLesson | None]) -> None:
        try:
            while self._run.stop.ending is None and (lesson := take()):
                if not self._settling.holds_back(lesson):
                    self._upload_and_link(lesson)
            while self._run.stop.ending is None and (lesson := self._settling.take()):
                self._upload_and_link(lesson)
        except InterruptedRunError:
            return
        except BatchStoppedError as error:
            self._run.stop.request(Ending.of(error))
        except BaseException as error:  # noqa: BLE001 - a bug: the main thread shows it, nobody hides it
            self.bug = error
            words = "".join(traceback.format_exception_only(error)).strip()
            self._run.stop.request(Ending(exit_code=ExitCode.NOT_DONE, reason=f"A bug in kupload: {words}"))

    def _upload_and_link(self, lesson: PlannedLesson) -> None:
        if self._linker.settles(lesson):
            return
        self._run.emit(LessonStarted(lesson=lesson))
        try:
            with self._settling.at_work():
                record = upload_lesson(self._run, lesson, self._parents.get(lesson.course, ""))
        except LessonFailedError as error:
            self._run.emit(LessonFailed.of(lesson.lesson_id, error))
            return
        try:
            self._linker.link(record)
        except LessonFailedError as error:
            self._linker.fail(record, error)

"""The crew of a worker's batch: threads that take lessons until nothing is left or somebody ends it."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.hands import Hands
from kinescope_upload.cluster.heart import DRAIN, STOPPED, Orders
from kinescope_upload.cluster.leftovers import Leftovers
from kinescope_upload.cluster.orders import with_wish
from kinescope_upload.cluster.outage import Outage
from kinescope_upload.cluster.presence import Presence
from kinescope_upload.cluster.refused_queues import accept, refused_by
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError, InterruptedRunError, KuploadError
from kinescope_upload.events import Warned
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.retries.stop import Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.presence import FilesByCourse
    from kinescope_upload.cluster.queue import Queue, Turn
    from kinescope_upload.cluster.store import ClusterProgress
    from kinescope_upload.monitor.wishes import Wishes
    from kinescope_upload.plan import PlannedLesson

_RECONCILE: Final = 600.0
"""Seconds between two looks for lessons that have no turn."""
_TICK: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewOptions:
    """How a worker works.

    Attributes:
        libraries: Where each library is on this machine, by its name.
        poll: Seconds between two looks for work where there was none.
        until_empty: Whether it ends when nothing is left to do in its libraries.
        tell: Tells this process what people want of all machines, as they tell one that works alone.
        planned: The lessons that were to be done when it began.
        files: The paths of the files that each library has, by course.
    """

    libraries: Mapping[str, Path]
    poll: float
    until_empty: bool
    tell: Callable[[Callable[[Wishes], Wishes]], object]
    planned: tuple[PlannedLesson, ...] = ()
    files: Mapping[str, FilesByCourse] = field(default_factory=dict)


class ClusterCrew:
    """Works until nothing is left, or somebody ends it.

    Args:
        run: The batch.
        progress: What this process holds.
        queue: Whose turn it is.
        options: How it works.

    Attributes:
        outage: Takes whether the database answers.
        left: How many lessons it took that failed or are in doubt, or were to be done when it began and are not.
    """

    def __init__(self, run: Run, progress: ClusterProgress, queue: Queue, options: CrewOptions) -> None:
        self._run = run
        self._progress = progress
        self._queue = queue
        self._options = options
        progress.holds.pause = run.stop.pause
        self._presence = Presence(
            options.libraries,
            options.files,
            run.backends.disk,
            clock=run.clock,
            tell=lambda words: run.emit(Warned(message=words)),
            longest=progress.holds.lease.seconds,
        )
        self.outage = Outage(run, progress.holds)
        self._hands = Hands(run, progress, queue, self._presence)
        self._leftovers = Leftovers(
            run=run,
            line=progress.holds.line,
            hands=self._hands,
            presence=self._presence,
            until_empty=options.until_empty,
        )
        self._fetching = threading.Lock()
        self._threads: dict[int, threading.Thread] = {}
        self._idle_until = self._reconcile_at = float("-inf")
        self._is_drained = self._is_empty = self._is_told = self._was_idle = False
        self._heard = 0
        self.left = 0
        self.bug: BaseException | None = None

    def start(self) -> None:
        """Begins to take lessons, as many at a time as are wished."""
        for place in range(self._run.jobs.number):
            if self._goes_on(place) and not (place in self._threads and self._threads[place].is_alive()):
                # Daemons: what is achieved is in the database before it is acted on.
                name = f"kupload-worker-{place + 1}"
                self._threads[place] = threading.Thread(target=self._work, args=(place,), name=name, daemon=True)
                self._threads[place].start()

    def join(self, seconds: float) -> bool:
        """Waits that long at most; whether all is over."""
        for thread in list(self._threads.values()):
            thread.join(seconds / len(self._threads))
        if any(thread.is_alive() for thread in self._threads.values()):
            if self._run.stop.ending is None:
                if self._run.clock() >= self._idle_until:  # a thread that has nothing to do tells nothing of the line
                    self._run.jobs.look(self._hands.number)
                self.start()
            return False
        if not self._hands.finish(seconds):
            return False
        self.bug = self.bug or self._hands.bug
        if not self._is_told:
            self._is_told = True
            self.left = self._leftovers.tell(lesson.lesson_id for lesson in self._options.planned)
        return True

    def hear(self, orders: Orders) -> None:
        """Does what this machine was asked to do, as the last beat told."""
        if orders.stop == DRAIN:
            self._is_drained = True
        elif orders.stop is not None:
            self._progress.stop_asked = True
        for wish in orders.wishes.after(self._heard):
            self._heard = wish.number
            try:
                self._options.tell(partial(with_wish, wish))
            except KuploadError as error:
                self._run.emit(Warned(message=str(error)))
        if orders.stopped is not None:
            self._run.stop.request(Ending(exit_code=ExitCode.STOPPED, reason=orders.stopped))

    def _goes_on(self, place: int) -> bool:
        is_over = self._is_empty or self._is_drained or self._run.stop.ending is not None
        return not is_over and place < self._run.jobs.number

    def _work(self, place: int) -> None:
        try:
            while self._goes_on(place):
                self._run.pause.wait()
                if not self._brings_one() and self._goes_on(place):
                    self._run.stop.pause(_TICK)
        except InterruptedRunError:
            return
        except BatchStoppedError as error:
            self._stop_all(error)
        except KuploadError as error:  # of this machine alone
            self._run.stop.request(Ending(exit_code=ExitCode.STOPPED, reason=error.reason, hint=error.hint))
        except BaseException as error:  # noqa: BLE001 - a bug: the main thread shows it, nobody hides it
            self.bug = error
            self._run.stop.request(Ending.of_bug(error))

    def _brings_one(self) -> bool:
        """Whether there was a lesson to be had, which is at its end then; a database that is away is told of."""
        try:
            turn = self._next()
            if turn is not None:
                self._hands.bring(turn)
        except DatabaseDownError as error:  # whichever question that was: the turn is found again
            self.outage.down(error)
            return False
        return turn is not None

    def _stop_all(self, error: BatchStoppedError) -> None:
        """Ends this batch, and says why to all machines: what stops one of them stops them all."""
        with suppress(KuploadError):
            self._progress.holds.line.ask(statements.SET_META_ONCE, key=STOPPED, value=str(error))
        self._run.stop.request(Ending.of(error))

    def _next(self) -> Turn | None:
        """The next lesson, asked for by one thread at a time; None where there is none for now."""
        with self._fetching:
            now = self._run.clock()
            if now < self._idle_until:
                return None
            try:
                turn = self._queue.next(self._presence.here())
                if turn is None:
                    self._idle_until = now + self._options.poll
                    self._look_around(now)
            except DatabaseDownError:
                self._idle_until = now + self._options.poll
                raise
            return turn

    def _look_around(self, now: float) -> None:
        """Where nothing waits: finds lessons without a turn, and learns whether all is done."""
        here = self._presence.here()
        holds, is_time = self._progress.holds, now >= self._reconcile_at
        changed = self._hands.refusals.changed(here)
        if changed or is_time:
            accept(holds.line, holds.machine, here, None if is_time else changed)
            self._idle_until = now
        left, elsewhere = self._left(here)
        if left > elsewhere + self._hands.number or is_time:
            self._reconcile_at = now + _RECONCILE
            if self._queue.give_turns(here):
                self._idle_until = now
        if left == 0 and self._hands.number == 0:
            self._is_empty = self._options.until_empty and not self._is_awaited()
            self._tell_idle()

    def _is_awaited(self) -> bool:
        """Whether lessons are still to be done of libraries, or files, that were here until lately."""
        return self._left(self._presence.awaited())[0] > 0 or self._leftovers.is_awaited()

    def _tell_idle(self) -> None:
        """Says once, where a worker goes on that has nothing to do, which lessons have no turn."""
        if not (self._options.until_empty or self._was_idle):
            self._was_idle = True
            self._leftovers.tell_off_queue()

    def _left(self, libraries: Sequence[str]) -> tuple[int, int]:
        """How many lessons of these libraries this machine may do, and how many of them others have in hand."""
        if not libraries:
            return 0, 0
        holds = self._progress.holds
        refused = refused_by(holds.line, libraries, holds.machine)
        rows = holds.line.ask(statements.LEFT, libraries=list(libraries), me=holds.me, refused=refused)
        [(left, elsewhere)] = rows
        return left, elsewhere

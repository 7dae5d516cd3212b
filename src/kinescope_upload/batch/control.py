"""Does in mid-run what people want of it: pause, go on, stop, another rate or number of lessons at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.descriptors import affordable_jobs, open_files_limit
from kinescope_upload.config.rates import parse_bwlimit
from kinescope_upload.events import Emit, LimitChanged, Warned, WishTaken
from kinescope_upload.monitor.wishes import JobsWish, LimitWish, PauseWish, StopWish, Wish, Wishes
from kinescope_upload.retries.stop import STOPPED_BY_COMMAND, STOPPED_ON_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.batch.jobs import Jobs
    from kinescope_upload.policy.jobs import JobsSearch
    from kinescope_upload.retries.gates import PaceGate
    from kinescope_upload.retries.pause import PauseGate
    from kinescope_upload.retries.stop import Stop

_EVERY: Final = 0.5
"""Seconds between two looks: the file may lie on a network share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """What can be set in mid-run; `auto` is the search for the best number of lessons at a time, where that is set."""

    pause: PauseGate
    pace: PaceGate
    jobs: Jobs
    auto: JobsSearch
    stop: Stop


class Control:
    """Takes up wishes; one thread looks.

    Args:
        read: Gives the wishes so far.
        levers: What they set.
        emit: Hears what is set.
        clock: Monotonic seconds.
    """

    def __init__(self, read: Callable[[], Wishes], levers: Levers, *, emit: Emit, clock: Callable[[], float]) -> None:
        self._read = read
        self._levers = levers
        self._emit = emit
        self._clock = clock
        self._taken = 0
        self._next_look = float("-inf")

    def look(self) -> None:
        """Takes up what is new, a few times a second at the most; goes on when a pause is over."""
        self._levers.pause.look()
        now = self._clock()
        if now < self._next_look:
            return
        self._next_look = now + _EVERY
        for wish in self._read().after(self._taken):
            self._take_up(wish)
            self._taken = wish.number
            self._emit(WishTaken(number=wish.number))

    def _take_up(self, wish: Wish) -> None:
        pause = self._levers.pause
        match wish:
            case PauseWish(seconds=0):
                pause.release()
            case PauseWish(seconds=seconds):
                pause.hold(seconds)
            case LimitWish(bwlimit=text):
                self._limit(text)
            case JobsWish(jobs=jobs):
                self._want(jobs)
            case StopWish(is_from_page=is_from_page):
                self._levers.stop.obey(STOPPED_ON_PAGE if is_from_page else STOPPED_BY_COMMAND)

    def _limit(self, text: str) -> None:
        try:
            timetable = parse_bwlimit(text)
        except ValueError as error:
            self._emit(Warned(message=f'A bandwidth limit was asked for, and "{text}" {error}'))
            return
        self._levers.pace.change(timetable)
        self._emit(LimitChanged(timetable=timetable))

    def _want(self, number: int | None) -> None:
        auto, jobs = self._levers.auto, self._levers.jobs
        most = auto.most if number is None else number
        affordable = affordable_jobs(most, open_files_limit(most))
        jobs.want(number or replace(auto, number=min(jobs.number, auto.most)), most=affordable)

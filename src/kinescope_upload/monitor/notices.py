"""Decides what people are told of a run that nobody watches, and when: each thing once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.events import LessonFailed, RunEnded, WaitEnded, WaitKind, WaitStarted

if TYPE_CHECKING:
    from kinescope_upload.events import RunEvent

_DAY: Final = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When a thing is worth a message; all in seconds.

    Attributes:
        away: The network is away for longer.
        gather: Lessons that fail within this time of the first are told together.
        between: The least time between two messages about failed lessons.
        daily: A run that goes on says so after each such time.
    """

    away: float = 600.0
    gather: float = 60.0
    between: float = 1800.0
    daily: float = _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The run is over; `exit_code` is None where an error ended it before it was at work."""

    exit_code: int | None
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Lessons failed, or turned out to be in doubt."""

    lessons: tuple[LessonFailed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """The network is away, for so many seconds by now."""

    wait: WaitStarted
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """The network is back after so many seconds; it was told that it was away."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StillGoing:
    """The run goes on, for so many seconds by now."""

    seconds: float


Notice = Ended | Failed | Away | Back | StillGoing


class Notices:
    """Turns events and the passing of time into notices; one thread at a time.

    Args:
        began: When the run began, in monotonic seconds.
        patience: When a thing is worth a message.
    """

    def __init__(self, began: float, patience: Patience) -> None:
        self._began = began
        self._patience = patience
        self._days = 0
        self._away: tuple[WaitStarted, float] | None = None
        self._is_told_away = False
        self._failed: list[LessonFailed] = []
        self._failures_due = 0.0
        self._next_failures = began
        self._is_over = False

    def hear(self, event: RunEvent, now: float) -> tuple[Notice, ...]:
        """What is to be told because of an event that happens now."""
        match event:
            case RunEnded():
                return self.end(Ended(exit_code=event.exit_code, reason=event.reason or "", hint=event.hint))
            case LessonFailed():
                self._fail(event, now)
            case WaitStarted(kind=WaitKind.NETWORK):
                self._away = self._away or (event, now)
            case WaitEnded(kind=WaitKind.NETWORK):
                return self._come_back(now)
        return ()

    def end(self, ended: Ended) -> tuple[Notice, ...]:
        """The run is over: failures that were not told yet are in its summary, and nothing is told after that."""
        told = () if self._is_over else (ended,)
        self._is_over = True
        return told

    def tick(self, now: float) -> tuple[Notice, ...]:
        """What is to be told because time has passed."""
        if self._is_over:
            return ()
        return (*self._stay_away(now), *self._failures(now), *self._day(now))

    def _fail(self, event: LessonFailed, now: float) -> None:
        if not self._failed:
            self._failures_due = max(now + self._patience.gather, self._next_failures)
        self._failed.append(event)

    def _failures(self, now: float) -> tuple[Notice, ...]:
        if not self._failed or now < self._failures_due:
            return ()
        told = Failed(lessons=tuple(self._failed))
        self._failed = []
        self._next_failures = now + self._patience.between
        return (told,)

    def _stay_away(self, now: float) -> tuple[Notice, ...]:
        if self._away is None or self._is_told_away or now - self._away[1] <= self._patience.away:
            return ()
        self._is_told_away = True
        wait, since = self._away
        return (Away(wait=wait, seconds=now - since),)

    def _come_back(self, now: float) -> tuple[Notice, ...]:
        away, was_told = self._away, self._is_told_away
        self._away, self._is_told_away = None, False
        return (Back(seconds=now - away[1]),) if away and was_told and not self._is_over else ()

    def _day(self, now: float) -> tuple[Notice, ...]:
        days = int((now - self._began) // self._patience.daily)
        if days <= self._days:
            return ()
        self._days = days
        return (StillGoing(seconds=now - self._began),)

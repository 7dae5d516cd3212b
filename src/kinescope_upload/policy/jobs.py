"""Looks for the number of uploads at a time that moves most bytes a second. Pure: times and counts are arguments.

It measures a number for some seconds, then one half as large again, and keeps that while it helps by 5 %; where the
first such step does not help, it tries fewer. Then it stays, and looks again after ten minutes, later more rarely.
Where the service asks to slow down, or connections break that did not before, it goes back and remembers that as the
most.

::

    first number ──► MEASURING ──► RISING ──► RISING ──► SETTLED ──► (10 min) MEASURING …
                         │            └ no gain ► FALLING ──┘ ▲
                         └───────── at the most ──────────────┘
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

FIRST: Final = 4
"""Uploads at a time before anything is known."""
MOST: Final = 16
"""Uploads at a time at most, unless the user sets another number."""

_GAIN: Final = 1.05
"""What a change has to gain, as a part of the rate before."""
WINDOW: Final = 5.0
"""Seconds for which a number is measured."""
_STEADIES: Final = 0.6
"""Windows after a change in which nothing is measured: new connections open, and buffers fill."""
_LONGEST: Final = 1.8
"""Windows that a measurement takes where few bytes move."""
_ENOUGH: Final = 4 * 1024 * 1024
"""Bytes that tell a rate well enough."""
_GIVES_UP: Final = 2.0
"""Windows to wait until as few uploads run as are wished: each ends after its file."""
_FIRST_PAUSE: Final = 600.0
_LONGEST_PAUSE: Final = 3600.0
"""Seconds until a number that was settled on is looked at again."""
_FEW_BREAKS: Final = 3
"""Breaks in one measurement that say nothing."""


class Auto(StrEnum):
    """That nobody fixed the number."""

    AUTO = "auto"


def first_number(wanted: int | Auto, known: int | None, most: int) -> int:
    """How many uploads at a time a run begins with.

    Args:
        wanted: What is set.
        known: What the last run came to; None where that is not known.
        most: The most that may be.
    """
    return max(1, min(known or FIRST, most)) if wanted is Auto.AUTO else wanted


class Phase(StrEnum):
    """What the search does."""

    MEASURING = "measuring"
    RISING = "rising"
    FALLING = "falling"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a run has done so far.

    Attributes:
        at: Monotonic seconds.
        moved: Bytes that the service acknowledged, and those on their way to it.
        running: Uploads that run now.
        throttled: How often the service asked to slow down.
        breaks: How often a connection broke.
    """

    at: float
    moved: int
    running: int
    throttled: int = 0
    breaks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a number of uploads at a time moves: bytes a second, and breaks in that measurement."""

    number: int
    rate: float
    breaks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsSearch:
    """The search as it stands. `after` gives the next one; nothing else changes it.

    Attributes:
        number: How many uploads should run now.
        most: The most that may.
        window: Seconds for which a number is measured.
        phase: What it does.
        base: What the number before the present trial moved; None while nothing is measured.
        has_gained: Whether a trial has gained something since it last looked.
        changed_at: When the number changed, or the phase began; None before the first sample.
        begun: The sample at which the present measurement began; None while the change settles.
        last: The sample before.
        pause: Seconds until the next look, once it is settled.
    """

    number: int = FIRST
    most: int = MOST
    window: float = WINDOW
    phase: Phase = Phase.MEASURING
    base: Measured | None = None
    has_gained: bool = False
    changed_at: float | None = None
    begun: Sample | None = None
    last: Sample | None = None
    pause: float = _FIRST_PAUSE

    @classmethod
    def starting(cls, first: int | None, most: int, window: float = WINDOW) -> JobsSearch:
        """The search from the number of the last run, or from four; at most `most`, 1 or more."""
        return cls(number=first_number(Auto.AUTO, first, most), most=most, window=window)

    @property
    def is_settled(self) -> bool:
        """Whether it stays with its number for minutes."""
        return self.phase is Phase.SETTLED

    def anew(self) -> JobsSearch:
        """The search without the measurement that it is in: nothing is known of the time up to the next sample."""
        return replace(self, last=None, changed_at=None, begun=None)

    def after(self, now: Sample) -> JobsSearch:
        """The search after one more sample; several come in each window."""
        search = replace(self, last=now)
        if self.last is None or self.changed_at is None:
            return replace(search, changed_at=now.at)
        if now.throttled > self.last.throttled:
            return _with_fewer(search, now)
        if self.is_settled:
            return _looked_again(search, now, since=self.changed_at)
        if self.begun is None:
            return _begun(search, now, since=self.changed_at)
        return _measured(search, now, self.begun)


def _begun(search: JobsSearch, now: Sample, since: float) -> JobsSearch:
    if now.running > search.number:
        return _settled(search, search.base) if now.at - since > _GIVES_UP * search.window else search
    return replace(search, begun=now) if now.at - since >= _STEADIES * search.window else search


def _measured(search: JobsSearch, now: Sample, begun: Sample) -> JobsSearch:
    seconds, moved = now.at - begun.at, now.moved - begun.moved
    if seconds < search.window or (moved < _ENOUGH and seconds < _LONGEST * search.window):
        return search
    if moved <= 0:  # an outage: measure again
        return replace(search, begun=now)
    return _decided(search, Measured(number=search.number, rate=moved / seconds, breaks=now.breaks - begun.breaks))


def _decided(search: JobsSearch, found: Measured) -> JobsSearch:
    base = search.base
    if base is None:
        return _trying(search, found, Phase.RISING)
    if _break_more(found, base):
        return replace(_settled(search, base), most=base.number)
    if found.rate >= base.rate * _GAIN:
        return _trying(replace(search, has_gained=True), found, search.phase)
    if search.phase is Phase.RISING and not search.has_gained:
        return _trying(search, base, Phase.FALLING)
    return _settled(search, base)


def _trying(search: JobsSearch, base: Measured, phase: Phase) -> JobsSearch:
    number = _more(base.number, search.most) if phase is Phase.RISING else _fewer(base.number)
    if number == base.number:
        return _settled(search, base)
    return replace(search, phase=phase, base=base, number=number, begun=None, changed_at=_now(search))


def _settled(search: JobsSearch, base: Measured | None) -> JobsSearch:
    number = base.number if base else search.number
    return replace(search, phase=Phase.SETTLED, number=number, base=None, begun=None, changed_at=_now(search))


def _with_fewer(search: JobsSearch, now: Sample) -> JobsSearch:
    number = _fewer(min(search.number, max(1, now.running)))
    return replace(_settled(search, None), number=number, most=number)


def _looked_again(search: JobsSearch, now: Sample, since: float) -> JobsSearch:
    if now.at - since < search.pause:
        return search
    pause = min(search.pause * 2, _LONGEST_PAUSE)
    return replace(search, phase=Phase.MEASURING, has_gained=False, changed_at=now.at, pause=pause)


def _now(search: JobsSearch) -> float:
    assert search.last is not None  # noqa: S101 - `after` has set it
    return search.last.at


def _more(number: int, most: int) -> int:
    """Half as many again."""
    return min(most, number + max(1, number // 2))


def _fewer(number: int) -> int:
    return max(1, number * 2 // 3)


def _break_more(found: Measured, base: Measured) -> bool:
    """Whether connections break more often than their number explains."""
    return found.breaks > _FEW_BREAKS and found.breaks > 2 * max(1, base.breaks) * found.number / base.number

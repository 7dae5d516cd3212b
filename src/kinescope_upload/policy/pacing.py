"""How fast all workers together may send: bytes, and requests to the management API. Pure: time is an argument.

Bytes are asked for before they are sent. Those of all workers stand in one line, so that the result is the same for
one worker and for many. Requests are counted in sliding windows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MINUTES_A_DAY: Final = 24 * 60
MINUTES_A_WEEK: Final = 7 * MINUTES_A_DAY
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS: Final = ((1024**3, "G"), (1024**2, "M"), (1000**2, "MB"), (1024, "K"), (1000, "KB"))
_BURST: Final = 0.2
"""Seconds whose bytes may be caught up on after a pause. Over any 10 s, that is 2 % too much at most."""
_CLOCKS_DIFFER: Final = 1.0
"""Seconds by which a clock may go back without a word: two threads do not read it in the order of their turns."""
_PARTS: Final = 4
_FARTHEST: Final = 3600.0
"""Seconds that a turn may lie ahead; one that lies farther is none that anybody took."""
_BLOCKS_PER_SECOND: Final = 8
"""Blocks shrink at a low rate, so that it flows evenly: one block is 1.25 % of what 10 s carry."""


LONGEST_PAUSE: Final = 30 * 86400.0
"""Seconds that a pause of a run takes at most, and so one that was asked for without a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Which rate holds at which time of the week.

    Attributes:
        entries: Minutes since Monday 00:00, ascending, and the rate from then on in bytes per second; None is no limit.
            Before the first entry of a week, the last one of the week before holds.
        typed: How a person wrote it; empty where nobody did.
    """

    entries: tuple[tuple[int, int | None], ...]
    typed: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        times = [minute for minute, _ in self.entries]
        if not times or not all(0 <= minute < MINUTES_A_WEEK for minute in times):
            raise ValueError("a timetable needs times of the week")
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError("its times are not in order")

    @classmethod
    def always(cls, rate: int | None) -> Timetable:
        """The same rate all week."""
        return cls(entries=((0, rate),))

    def __str__(self) -> str:
        """As it was typed, or as it could be: "2M", "off", "08:00,2M 23:00,off", "Mon-08:00,2M Fri-19:00,off"."""
        if len({rate for _, rate in self.entries}) == 1:
            return _rate_text(self.entries[0][1])
        if self.typed:
            return self.typed
        monday = [(minute, rate) for minute, rate in self.entries if minute < MINUTES_A_DAY]
        is_daily = self.entries == tuple((day * MINUTES_A_DAY + at, rate) for day in range(7) for at, rate in monday)
        days = ("",) if is_daily else tuple(f"{day}-" for day in _DAYS)
        shown = monday if is_daily else self.entries
        return " ".join(f"{days[at // MINUTES_A_DAY]}{_time_text(at)},{_rate_text(rate)}" for at, rate in shown)

    @property
    def is_unlimited(self) -> bool:
        """Whether no hour of the week has a limit."""
        return all(rate is None for _, rate in self.entries)

    def rate_at(self, minute: int) -> int | None:
        """Bytes per second at this minute of the week; None is no limit."""
        begun = [rate for begins, rate in self.entries if begins <= minute]
        return begun[-1] if begun else self.entries[-1][1]

    def holds_for(self, minute: int) -> int | None:
        """How long the rate of this minute of the week holds, in minutes; None where no other one ever does."""
        rate = self.rate_at(minute)
        return min(((at - minute) % MINUTES_A_WEEK for at, other in self.entries if other != rate), default=None)

    def seconds_for(self, size: int, minute: int, line: int | None) -> float:
        """How long so many bytes take from this minute of the week on, in seconds.

        Args:
            size: The bytes.
            minute: Minutes since Monday 00:00.
            line: What is sent without a limit, in bytes per second; None counts no time for those hours.
        """
        seconds = 0.0
        while (rate := min(filter(None, (self.rate_at(minute), line)), default=None)) is not None:
            begins = next((at for at, _ in self.entries if at > minute), self.entries[0][0] + MINUTES_A_WEEK)
            sent = rate * (begins - minute) * 60
            if size <= sent:
                return seconds + size / rate
            size, seconds, minute = size - sent, seconds + (begins - minute) * 60, begins % MINUTES_A_WEEK
        return seconds


def minute_of_week(local: datetime) -> int:
    """Minutes since Monday 00:00, by the time of day that a timetable is meant in."""
    return local.weekday() * MINUTES_A_DAY + local.hour * 60 + local.minute


def _time_text(minute: int) -> str:
    rest = minute % MINUTES_A_DAY
    return f"{rest // 60:02}:{rest % 60:02}"


def _rate_text(rate: int | None) -> str:
    if rate is None:
        return "off"
    unit, letter = next((pair for pair in _UNITS if rate % pair[0] == 0), (1, ""))
    return f"{rate // unit}{letter}"


UNLIMITED: Final = Timetable.always(None)


@dataclass(frozen=True, slots=True)
class Grant:
    """How many bytes may be sent, and after how many seconds from now."""

    count: int
    wait: float


class Bucket:
    """Lets bytes pass at a rate that may change from call to call; one thread at a time.

    It gives on credit: whoever asks gets a block, and the time when it may go. What was not used for a while may be
    caught up on, a fifth of a second's worth.
    """

    __slots__ = ("_paid_until",)

    def __init__(self) -> None:
        self._paid_until: float | None = None

    def ask(self, most: int, rate: int | None, now: float) -> Grant:
        """What may go next.

        Args:
            most: The most bytes that are wanted, at least 1.
            rate: Bytes per second; None is no limit.
            now: Monotonic seconds, never earlier than the last call's.
        """
        if rate is None:
            self._paid_until = None
            return Grant(most, 0.0)
        if self._paid_until is None:
            self._paid_until = now
        count = max(1, min(most, rate // _BLOCKS_PER_SECOND))
        goes_at = max(self._paid_until, now - _BURST)
        self._paid_until = goes_at + count / rate
        return Grant(count, max(0.0, goes_at - now))


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimit:
    """At most `count` requests may start in any `seconds` seconds."""

    count: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.count}/s" if self.seconds == 1 else f"{self.count}/min"


API_LIMITS: Final = (RequestLimit(count=8, seconds=1.0), RequestLimit(count=270, seconds=60.0))
"""What kupload keeps to by itself: Kinescope allows 10 requests a second and 300 a minute (docs/kinescope.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """When requests start that can still hold others back, in seconds since the epoch, ascending.

    Attributes:
        starts: The times; the last ones may lie ahead.
        seen_at: When the list was made.
    """

    starts: tuple[float, ...] = ()
    seen_at: float = 0.0


def spread(limits: Sequence[RequestLimit]) -> tuple[RequestLimit, ...]:
    """The limits, and with each that is of a second or less one for a quarter of its count in a quarter of its time.

    Eight requests that start at once over connections that are yet to be made, and the next eight a second later over
    ready ones, arrive in less than a second. Two in a quarter of a second bear a quarter of a second of that.
    """
    quarters = ((max(1, limit.count // _PARTS), limit) for limit in limits if limit.seconds <= 1)
    return (
        *limits,
        *(RequestLimit(count=part, seconds=limit.seconds * part / limit.count) for part, limit in quarters),
    )


def take_turn(turns: Turns, limits: Sequence[RequestLimit], now: float) -> Turns:
    """The turns with one more at the end: the earliest at which every limit holds.

    Turns that were taken before the clock was set back are forgotten: nobody waits for a time that was.

    Args:
        turns: What was taken before.
        limits: At least one; all of them hold.
        now: The present time, in seconds since the epoch.
    """
    longest, most = max(limit.seconds for limit in limits), max(limit.count for limit in limits)
    was_set_back = turns.seen_at > now + _CLOCKS_DIFFER
    counting = (start for start in turns.starts if now - longest < start < now + _FARTHEST)
    starts = () if was_set_back else tuple(counting)[-most:]
    begins = max([now, *starts[-1:]])
    for limit in limits:
        if len(starts) >= limit.count:
            begins = max(begins, starts[-limit.count] + limit.seconds)
    return Turns(starts=(*starts, begins), seen_at=now)

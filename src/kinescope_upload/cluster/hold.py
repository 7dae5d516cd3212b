"""When a lesson is surely this machine's. Pure: the clocks are given.

A hold is good for as long as its lease, by PostgreSQL's clock. The holder counts by its own clocks, from the moment
before it asked, and stops well before the end: so it has stopped when somebody else may take the lesson.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Moment = tuple[float, ...]
"""What several clocks showed at once, in seconds."""
_SURE: Final = 0.75
_BEATS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """How long a lesson is a machine's that says nothing any more.

    Attributes:
        seconds: After these, anybody may take the lesson.
    """

    seconds: float = 60.0

    @property
    def beat(self) -> float:
        """Seconds between two renewals."""
        return self.seconds / _BEATS

    @property
    def sure(self) -> float:
        """Seconds after a renewal until which the holder may act."""
        return self.seconds * _SURE


def elapsed(since: Moment, now: Moment) -> float:
    """The seconds that have passed at most."""
    return max(after - before for before, after in zip(since, now, strict=True))


class Hold:
    """One lesson in this machine's hands. Threads may share it.

    Args:
        fence: What the lesson's row counted when it was taken; a write with an older one is refused.
        asked_at: When it was asked for.
        lease: How long it is good.
    """

    def __init__(self, fence: int, asked_at: Moment, lease: Lease) -> None:
        self.fence = fence
        self._asked_at = asked_at
        self._lease = lease
        self._is_lost = False

    @property
    def is_lost(self) -> bool:
        """Whether somebody else has the lesson; that never ends."""
        return self._is_lost

    def renew(self, asked_at: Moment) -> None:
        """Notes that the row still had our fence after this moment."""
        if elapsed(self._asked_at, asked_at) > 0:
            self._asked_at = asked_at

    def lose(self) -> None:
        """Notes that the row has another fence."""
        self._is_lost = True

    def is_sure(self, now: Moment) -> bool:
        """Whether nobody else can have the lesson at this moment."""
        return not self._is_lost and elapsed(self._asked_at, now) < self._lease.sure

"""A model of a line and of a batch that is sent over it: time passes by arithmetic, nothing is sent."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.plan.order import Order, sort_in_order, takes_largest
from kinescope_upload.policy.jobs import JobsSearch, Sample

if TYPE_CHECKING:
    from collections.abc import Sequence

_FINE_TICK = 1.0
_COARSE_TICK = 30.0
_REQUESTS = 2
"""Round trips of a file: its creation, and the answer to its bytes."""
_AFTER_A_BREAK = 3
"""Round trips until an upload goes on: a connection, the offset, the request."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line: bytes a second in all and of one connection, seconds of a round trip, bytes between two breaks of one.

    A service that throttles asks to slow down at each upload that begins above `throttled_above`.
    """

    rate: float
    cap: float = float("inf")
    round_trip: float = 0.04
    breaks_every: float = float("inf")
    throttled_above: int = 1000


@dataclass(kw_only=True)
class _Upload:
    position: int
    waits_until: float
    left: float
    until_break: float


@dataclass(kw_only=True)
class Outcome:
    """How long a batch took, and every number of uploads at a time with the second in which it began."""

    seconds: float
    numbers: list[tuple[float, int]]

    @property
    def settled_at(self) -> float:
        """When the number changed for the last time in the first five minutes."""
        return max(at for at, _ in self.numbers if at < 300)


class _Batch:
    def __init__(self, sizes: Sequence[int], line: Line, order: Order) -> None:
        work = list(enumerate(sizes))
        sort_in_order(work, order, lesson_id=lambda one: f"{one[0]:06}", size=lambda one: one[1])
        self._line = line
        self._order = order
        self._waiting = deque(size for _, size in work)
        self._uploads: list[_Upload] = []
        self.now = 0.0
        self.moved = 0.0
        self.breaks = 0
        self.throttled = 0

    @property
    def is_over(self) -> bool:
        return not (self._waiting or self._uploads)

    def sample(self) -> Sample | None:
        """What the batch knows of itself; None where nothing waits that another upload could take."""
        if not self._waiting:
            return None
        return Sample(
            at=self.now,
            moved=int(self.moved),
            running=len(self._uploads),
            throttled=self.throttled,
            breaks=self.breaks,
        )

    def pass_time(self, number: int, until: float) -> None:
        while self.now < until and not self.is_over:
            while len(self._uploads) < number and self._waiting:
                self._begin(number)
            self._step(until)

    def _begin(self, number: int) -> None:
        position = min(set(range(number)) - {one.position for one in self._uploads})
        size = self._waiting.pop() if takes_largest(self._order, position) else self._waiting.popleft()
        if len(self._uploads) >= self._line.throttled_above:
            self.throttled += 1
        wait = self.now + _REQUESTS * self._line.round_trip
        self._uploads.append(
            _Upload(position=position, waits_until=wait, left=size, until_break=self._line.breaks_every)
        )

    def _step(self, until: float) -> None:
        sending = [one for one in self._uploads if one.waits_until <= self.now]
        rate = min(self._line.cap, self._line.rate / len(sending)) if sending else 0.0
        ends = [min(one.left, one.until_break) / rate for one in sending]
        ends += [one.waits_until - self.now for one in self._uploads if one.waits_until > self.now]
        seconds = max(min([until - self.now, *ends]), 1e-9)
        self.now += seconds
        for one in sending:
            one.left -= rate * seconds
            one.until_break -= rate * seconds
            self.moved += rate * seconds
            if one.left > 0.5 and one.until_break <= 0.5:
                self.breaks += 1
                one.until_break = self._line.breaks_every
                one.waits_until = self.now + _AFTER_A_BREAK * self._line.round_trip
        self._uploads = [one for one in self._uploads if one.left > 0.5]


def seconds_of(sizes: Sequence[int], line: Line, jobs: int, order: Order = Order.SIZE) -> float:
    """How long the batch takes with a fixed number of uploads at a time."""
    batch = _Batch(sizes, line, order)
    batch.pass_time(jobs, float("inf"))
    return batch.now


def outcome_of(sizes: Sequence[int], line: Line, search: JobsSearch) -> Outcome:
    """How long the batch takes where the number is looked for."""
    batch = _Batch(sizes, line, Order.SIZE)
    numbers = [(0.0, search.number)]
    while not batch.is_over:
        if (sample := batch.sample()) is not None:
            search = search.after(sample)
        if search.number != numbers[-1][1]:
            numbers.append((batch.now, search.number))
        tick = _COARSE_TICK if search.is_settled and batch.now > 300 else _FINE_TICK
        batch.pass_time(search.number, batch.now + tick)
    return Outcome(seconds=batch.now, numbers=numbers)

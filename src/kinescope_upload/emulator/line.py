"""The condition a link's line is in: what is cut, how slow it is; and what has gone over it."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Break", "Cut", "Direction", "Line"]


class Direction(StrEnum):
    """Which way bytes go."""

    UP = "client to server"
    DOWN = "server to client"


class Break(StrEnum):
    """How a connection is broken, on both of its sides.

    FIN closes: what was relayed arrives; a peer that goes on sending is reset by its system's peer, as with a server
    that ended. RST resets: what the systems had not delivered yet is lost.
    """

    FIN = "fin"
    RST = "rst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Break a connection as soon as `after` bytes went over it in that direction, counted from the switching on.

    With `after` 0 it breaks when the first byte comes, which is not relayed. So many connections are broken as `times`
    says (None: every one).
    """

    after: int
    by: Break = Break.RST
    direction: Direction = Direction.UP
    times: int | None = None


class Line:
    """The state that all connections of a link share; it is changed in the loop's thread only.

    `latency` is in seconds, the rates in bytes per second and direction; a rate of None is no limit.
    """

    def __init__(self) -> None:
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.latency = 0.0
        self.rate: float | None = None
        self.shared_rate: float | None = None
        self.cut: Cut | None = None
        self.cuts = 0
        self._cuts_left: int | None = None
        self._free_at = dict.fromkeys(Direction, 0.0)
        self._relayed = dict.fromkeys(Direction, 0)
        self._stalls_at: int | None = None
        self._changed = threading.Condition()

    def set_cut(self, cut: Cut | None) -> None:
        """Switch a cut on, in place of the one before; None: off."""
        self.cut = cut
        self._cuts_left = cut.times if cut is not None else None

    def use_cut(self) -> None:
        """Note that a connection was broken by the cut; switch it off when it is used up."""
        self.cuts += 1
        if self._cuts_left is not None:
            self._cuts_left -= 1
            if self._cuts_left <= 0:
                self.set_cut(None)

    def stall(self, after: int) -> None:
        """Stop the flow as soon as so many bytes in all have gone to the server."""
        self._stalls_at = after
        self._stall_if_reached()

    def resume(self) -> None:
        """Let it flow again."""
        self._stalls_at = None
        self.flowing.set()

    def _stall_if_reached(self) -> None:
        if self._stalls_at is not None and self._relayed[Direction.UP] >= self._stalls_at:
            self.flowing.clear()

    def slow_down(self, latency: float, rate: float | None, shared_rate: float | None) -> None:
        """Set how slow the line is."""
        self.latency, self.rate, self.shared_rate = latency, rate, shared_rate

    def shared_delay(self, direction: Direction, size: int, now: float) -> float:
        """Return how many seconds these bytes must wait for the rate that all connections share."""
        if self.shared_rate is None:
            return 0.0
        self._free_at[direction] = max(now, self._free_at[direction]) + size / self.shared_rate
        return self._free_at[direction] - now

    def relayed(self, direction: Direction) -> int:
        """Return how many bytes have been relayed that way; any thread may ask."""
        return self._relayed[direction]

    def count(self, direction: Direction, size: int) -> None:
        """Count relayed bytes."""
        with self._changed:
            self._relayed[direction] += size
            self._stall_if_reached()
            self._changed.notify_all()

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Block another thread until the condition holds, asked after every block relayed; False: too late."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)

"""How long to wait, how often to try, and how long one request may take. Pure: time and chance come in as arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_WAIT = 120.0
_PART_AFTER_BREAK = 6
_DEADLINE_BASE = 180.0
_SLOWEST_LINE = 100_000
"""Bytes per second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How a failed request is tried again.

    Attributes:
        retries: Tries after the first, without progress in between.
        base: Wait before the first retry, in seconds; each further one doubles it.
    """

    retries: int = 3
    base: float = 3.0

    def wait_before(self, retry_number: int, *, chance: float, retry_after: float | None = None) -> float:
        """Seconds to wait before retry `retry_number` (1-based): 3, 6, 12, … plus up to a fifth by chance.

        The jitter is added, so that clients which failed together do not come back together; a wait that the server
        named is a lower bound.

        Args:
            retry_number: 1 for the first retry.
            chance: In [0, 1), from a source of randomness.
            retry_after: Seconds that the server asked for.
        """
        doubled = min(self.base * 2.0 ** min(retry_number - 1, 30), _LONGEST_WAIT)
        jittered = doubled * (1.0 + 0.2 * chance)
        return max(jittered, retry_after or 0.0)

    def wait_after_break(self, *, chance: float) -> float:
        """Seconds to wait after a connection that moved bytes broke: half a second, as the line works.

        Other clients wait 0 (tus-js-client) to 1 s (tuspy, azcopy). A server that still holds what the broken
        connection brought answers 423 or 409, which have their own rules; when no byte arrives, `wait_before` follows.
        """
        return self.base / _PART_AFTER_BREAK * (1.0 + 0.2 * chance)

    def waits(self, chance: Callable[[], float]) -> list[float]:
        """The waits before all retries of something whose server names none."""
        return [self.wait_before(number, chance=chance()) for number in range(1, self.retries + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryBudget:
    """The retries that are left to one lesson; it refills whenever bytes have moved.

    Ten unrelated breaks must not fail a large file, and no progress must end in finite time.
    """

    policy: RetryPolicy
    spent: int = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether one more failure fails the lesson."""
        return self.spent >= self.policy.retries

    def spend(self) -> RetryBudget:
        """The budget after one more retry."""
        return replace(self, spent=self.spent + 1)

    def refill(self) -> RetryBudget:
        """The budget after progress."""
        return replace(self, spent=0)


def request_deadline(body_bytes: int) -> float:
    """Seconds that one request may take in all: 3 minutes, and what its bytes take on a line of 100 kB/s."""
    return _DEADLINE_BASE + transfer_time(body_bytes)


def transfer_time(count: int) -> float:
    """Seconds that so many bytes may take: a line of 100 kB/s is slow, not dead.

    A hop may take a whole body at once and pass it on that slowly, so its answer may take as long.
    """
    return count / _SLOWEST_LINE

"""Decides what follows from a failed request: how long to wait, and when to give up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import (
    ForeignAnswerError,
    LockedError,
    ThrottledError,
    TooLargeError,
    TryAgainError,
    UnavailableError,
    UnreachableError,
)
from kinescope_upload.policy.retry import RetryBudget

if TYPE_CHECKING:
    from kinescope_upload.policy.retry import RetryPolicy


_LONGEST_LOCK_WAIT: Final = 30.0
_LONGEST_OUTAGE_WAIT: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDecision:
    """What follows from a failure.

    Attributes:
        wait: Seconds before the next try.
        gives_up: Whether there is no next try.
        holds_all: Whether every worker has to wait that long.
        is_outage: Whether no worker can do better, so that the batch ends when this gives up.
        number: The retry's number since bytes last moved; 0 when the failure costs no retry.
    """

    wait: float
    gives_up: bool = False
    holds_all: bool = False
    is_outage: bool = False
    number: int = 0


class RetryState:
    """One lesson's retries.

    A lock that the server still holds and a request to slow down cost no retry; they have bounds of their own. A
    gateway that finds no Kinescope, somebody on the way who answers instead, and one who takes no chunk of any upload,
    are an outage once the retries are used up: the next tries cost nothing.

    Args:
        policy: How failed requests are tried again.
        lock_patience: Seconds to wait for a lock in all.
        throttle_patience: Seconds to be held back in all, and of an outage behind a gateway, without a byte in
            between. A longer wait that the server asks for is cut to what is left of them, and then asked again.
    """

    def __init__(self, policy: RetryPolicy, *, lock_patience: float, throttle_patience: float) -> None:
        self._policy = policy
        self._lock_patience = lock_patience
        self._throttle_patience = throttle_patience
        self._budget = RetryBudget(policy=policy)
        self._waited_for_lock = 0.0
        self._locks_met = 0
        self._throttles_met = 0
        self._held_back = 0.0
        self._outages_met = 0
        self._unavailable = 0.0

    def bytes_moved(self) -> None:
        """Refills everything: what failed before has been overcome."""
        self._budget = self._budget.refill()
        self._waited_for_lock = self._held_back = self._unavailable = 0.0
        self._locks_met = self._throttles_met = self._outages_met = 0

    def decide(self, error: TryAgainError, *, chance: float) -> RetryDecision:
        """What follows from this failure.

        Args:
            error: The failure.
            chance: In [0, 1), from a source of randomness.
        """
        match error:
            case LockedError():
                return self._of_lock(error, chance)
            case ThrottledError():
                return self._of_throttle(error, chance)
            case _:
                return self._of_failure(error, chance)

    def _of_lock(self, error: LockedError, chance: float) -> RetryDecision:
        self._locks_met += 1
        wait = self._policy.wait_before(self._locks_met, chance=chance, retry_after=error.retry_after)
        wait = min(wait, max(_LONGEST_LOCK_WAIT, error.retry_after or 0.0))
        wait, gives_up = _within(wait, self._lock_patience - self._waited_for_lock)
        self._waited_for_lock += wait
        return RetryDecision(wait=wait, gives_up=gives_up)

    def _of_throttle(self, error: ThrottledError, chance: float) -> RetryDecision:
        self._throttles_met += 1
        asked = error.retry_after
        wait = asked or self._policy.wait_before(self._throttles_met, chance=chance)  # 0 or past: our own backoff
        wait, gives_up = _within(wait, self._throttle_patience - self._held_back)
        self._held_back += max(wait, self._policy.base / 10)
        return RetryDecision(wait=wait, gives_up=gives_up, holds_all=True, is_outage=gives_up)

    def _of_outage(self, error: TryAgainError, chance: float) -> RetryDecision:
        self._outages_met += 1
        number = self._policy.retries + self._outages_met
        wait = min(self._policy.wait_before(number, chance=chance), _LONGEST_OUTAGE_WAIT)
        wait = max(wait, error.retry_after or 0.0)
        wait, gives_up = _within(wait, self._throttle_patience - self._unavailable)
        self._unavailable += wait
        return RetryDecision(wait=wait, gives_up=gives_up, is_outage=True)

    def _of_failure(self, error: TryAgainError, chance: float) -> RetryDecision:
        if self._budget.is_exhausted and _lasts_as_outage(error):
            return self._of_outage(error, chance)
        if self._budget.is_exhausted:
            return RetryDecision(wait=0.0, gives_up=True)
        self._budget = self._budget.spend()
        number = self._budget.spent
        if number == 1 and isinstance(error, UnreachableError) and error.moved_bytes:
            return RetryDecision(wait=self._policy.wait_after_break(chance=chance), number=number)
        wait = self._policy.wait_before(number, chance=chance, retry_after=error.retry_after)
        return RetryDecision(wait=min(wait, self._throttle_patience), number=number)


def _lasts_as_outage(error: TryAgainError) -> bool:
    if isinstance(error, TooLargeError):
        return error.is_of_host
    return isinstance(error, UnavailableError | ForeignAnswerError)


def _within(wait: float, left: float) -> tuple[float, bool]:
    """The wait, cut to what is left of a patience; and whether nothing is left."""
    return min(wait, max(left, 0.0)), left <= 0

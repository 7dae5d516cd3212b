"""Tries again: as often as the user wants, for as long as the network is down, never after the command ended."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.errors import (
    FileUnreadableError,
    ForeignAnswerError,
    PausedError,
    ThrottledError,
    TooLargeError,
    TryAgainError,
    UnavailableError,
    UnreachableError,
)
from kinescope_upload.retries.retry_state import RetryDecision, RetryState

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.policy.retry import RetryPolicy
    from kinescope_upload.retries.gates import NetworkGate, Place, ThrottleGate
    from kinescope_upload.retries.places import Places
    from kinescope_upload.retries.stop import Stop


_T = TypeVar("_T")
_MOST_OUTAGES: Final = 50
"""Outages that cost no retry, without a byte in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Holds what all retries of a command share.

    Attributes:
        stop: Ends every wait.
        network: Waits for the network.
        throttle: Waits while Kinescope asks to slow down.
        places: Says where a request failed.
        policy: How failed requests are tried again.
        lock_patience: Seconds to wait for an upload that the server still holds.
        library: Waits for the library; None where no retry reads it.
        jitter: Gives a number in [0, 1).
    """

    stop: Stop
    network: NetworkGate
    throttle: ThrottleGate
    places: Places
    policy: RetryPolicy
    lock_patience: float = 900.0
    library: Callable[[FileUnreadableError], bool] | None = None
    jitter: Callable[[], float] = random.random


class Retrier:
    """Makes one thing happen although requests fail.

    Args:
        waits: What it waits with.
        tell: Told of each retry that the failure costs: why, and what follows.
    """

    def __init__(self, waits: Waits, *, tell: Callable[[TryAgainError, RetryDecision], None]) -> None:
        self._waits = waits
        self._tell = tell
        self._state = RetryState(
            waits.policy, lock_patience=waits.lock_patience, throttle_patience=waits.places.longest
        )
        self._outages = 0

    def bytes_moved(self) -> None:
        """Refills the retries: what failed before has been overcome."""
        self._state.bytes_moved()
        self._outages = 0

    def call(self, attempt: Callable[[], _T]) -> _T:
        """What `attempt` returns once it succeeds.

        A network that is down and a library that is away are waited for and cost no retry; nor does a pause, whose end
        the attempt itself waits for.

        Raises:
            LessonFailedError: A file is gone or may not be read, and the library is there.
            TryAgainError: The last failure, when the retries are used up.
            InterruptedRunError: The batch ends.
        """
        while True:
            try:
                return attempt()
            except PausedError:
                continue
            except TryAgainError as error:
                if not self._waited_for_outage(error):
                    self._wait(error)

    def _waited_for_outage(self, error: TryAgainError) -> bool:
        match error:
            case UnreachableError() | UnavailableError():
                was_out = self._waits.network.wait_until_reachable(error.what, self._place(error))
            case FileUnreadableError() if self._waits.library is not None:
                was_out = self._waits.library(error)
            case _:
                was_out = False
        if not was_out:
            return False
        self._outages += 1
        return self._outages <= _MOST_OUTAGES  # more: it comes and goes, and nothing gets through

    def _place(self, error: TryAgainError) -> Place:
        if isinstance(error, ThrottledError):
            return self._waits.places.held_back()
        if isinstance(error, TooLargeError):
            return self._waits.places.takes_nothing(error.hint)
        url = error.url if isinstance(error, UnreachableError | UnavailableError) else None
        return self._waits.places.of(url, instead=error.instead if isinstance(error, ForeignAnswerError) else "")

    def _wait(self, error: TryAgainError) -> None:
        decision = self._state.decide(error, chance=self._waits.jitter())
        if decision.gives_up and decision.is_outage:
            self._waits.network.give_up(error.what, self._place(error))
        if decision.gives_up:
            raise error
        if decision.holds_all:
            self._waits.throttle.hold(decision.wait, error.what)
            self._waits.throttle.wait()
        else:
            self._tell(error, decision)
            self._waits.stop.pause(decision.wait)

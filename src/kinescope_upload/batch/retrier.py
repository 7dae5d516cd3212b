"""Tries again: as often as the user wants, for as long as the network is down, and never after the batch has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.batch.retry_state import RetryDecision, RetryState
from kinescope_upload.errors import TryAgainError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.batch.run import Run


_T = TypeVar("_T")
_MOST_OUTAGES: Final = 50
"""Outages that cost no retry, without a byte in between."""


class Retrier:
    """Makes one thing happen although requests fail.

    Args:
        run: The batch.
        tell: Told of each retry that the failure costs: why, and what follows.
    """

    def __init__(self, run: Run, *, tell: Callable[[TryAgainError, RetryDecision], None]) -> None:
        self._run = run
        self._tell = tell
        self._state = RetryState(
            run.options.retry, lock_patience=run.options.lock_patience, throttle_patience=run.options.longest_wait
        )
        self._outages = 0

    def bytes_moved(self) -> None:
        """Refills the retries: what failed before has been overcome."""
        self._state.bytes_moved()
        self._outages = 0

    def call(self, attempt: Callable[[], _T]) -> _T:
        """What `attempt` returns once it succeeds.

        A network that is down is waited for and costs no retry.

        Raises:
            TryAgainError: The last failure, when the retries are used up.
            InterruptedRunError: The batch ends.
        """
        while True:
            try:
                return attempt()
            except TryAgainError as error:
                if not self._waited_for_network(error):
                    self._wait(error)

    def _waited_for_network(self, error: TryAgainError) -> bool:
        if not isinstance(error, UnreachableError) or not self._run.network.wait_until_reachable(error.what):
            return False
        self._outages += 1
        return self._outages <= _MOST_OUTAGES  # more: it comes and goes, and nothing gets through

    def _wait(self, error: TryAgainError) -> None:
        decision = self._state.decide(error, chance=self._run.randomness.jitter())
        if decision.gives_up:
            raise error
        if decision.holds_all:
            self._run.throttle.hold(decision.wait, error.what)
            self._run.throttle.wait()
        else:
            self._tell(error, decision)
            self._run.stop.pause(decision.wait)

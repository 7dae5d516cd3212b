"""Tries a request again: as often as the user allows, as long as the network is down, until the batch ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from kinescope_upload.batch.retry_state import RetryDecision, RetryState
from kinescope_upload.errors import TryAgainError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.batch.run import Run

__all__ = ["Retrier"]

_T = TypeVar("_T")
_MOST_OUTAGES: Final = 50
"""Outages that cost no retry, without a byte in between."""


class Retrier:
    """Makes one thing happen although requests fail.

    Args:
        run: The batch.
        on_failure: Called after each failure, before anything else is tried.
        tell: Told of each retry that the failure costs: why, and what follows.
    """

    def __init__(
        self, run: Run, *, on_failure: Callable[[], None], tell: Callable[[TryAgainError, RetryDecision], None]
    ) -> None:
        self._run = run
        self._on_failure = on_failure
        self._tell = tell
        self._patience = RetryState(
            run.rules.retry, lock_patience=run.rules.lock_patience, throttle_patience=run.rules.longest_wait
        )
        self._verdict = RetryDecision(wait=0.0)
        self._outages = 0

    def bytes_moved(self) -> None:
        """Refills the retries: what failed before has been overcome."""
        self._patience.bytes_moved()
        self._outages = 0

    def make(self, attempt: Callable[[], _T]) -> _T:
        """What `attempt` returns once it succeeds.

        A network that is down is waited for and costs no retry.

        Raises:
            TryAgainError: The last failure, when the retries are used up.
            InterruptedRunError: The batch ends.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(TryAgainError),
            wait=self._wait,
            stop=lambda _: self._verdict.gives_up,  # tenacity asks for the wait first
            sleep=self._pause,
            before_sleep=self._before_pause,
            reraise=True,
        )
        result: _T = retrying(self._once_the_network_is_up, attempt)
        return result

    def _once_the_network_is_up(self, attempt: Callable[[], _T]) -> _T:
        while True:
            try:
                return attempt()
            except UnreachableError as error:
                self._on_failure()
                if not self._run.network.wait_until_reachable(error.what):
                    raise
                self._outages += 1
                if self._outages > _MOST_OUTAGES:  # it comes and goes, and nothing gets through
                    raise
            except TryAgainError:
                self._on_failure()
                raise

    def _wait(self, state: RetryCallState) -> float:
        error = _error_of(state)
        self._verdict = self._patience.verdict(error, chance=self._run.chance.jitter())
        if self._verdict.holds_all and not self._verdict.gives_up:
            self._run.throttle.hold(self._verdict.wait, error.what)
        return self._verdict.wait

    def _before_pause(self, state: RetryCallState) -> None:
        if not self._verdict.holds_all:
            self._tell(_error_of(state), self._verdict)

    def _pause(self, seconds: float) -> None:
        if self._verdict.holds_all:
            self._run.throttle.wait()
        else:
            self._run.stop.pause(seconds)


def _error_of(state: RetryCallState) -> TryAgainError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, TryAgainError)  # noqa: S101 - nothing else is tried again
    return error

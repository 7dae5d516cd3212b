"""Tries again: as often as the user wants, for as long as the network is down, and never after the batch has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.batch.places import place_of
from kinescope_upload.batch.retry_state import RetryDecision, RetryState
from kinescope_upload.errors import FileUnreadableError, TryAgainError, UnavailableError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.batch.gates import Place
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

        A network that is down and a library that is away are waited for and cost no retry.

        Raises:
            LessonFailedError: A file is gone or may not be read, and the library is there.
            TryAgainError: The last failure, when the retries are used up.
            InterruptedRunError: The batch ends.
        """
        while True:
            try:
                return attempt()
            except TryAgainError as error:
                if not self._waited_for_outage(error):
                    self._wait(error)

    def _waited_for_outage(self, error: TryAgainError) -> bool:
        match error:
            case UnreachableError() | UnavailableError():
                was_out = self._run.network.wait_until_reachable(error.what, self._place(error))
            case FileUnreadableError():
                was_out = self._run.library.wait_until_readable(error)
            case _:
                was_out = False
        if not was_out:
            return False
        self._outages += 1
        return self._outages <= _MOST_OUTAGES  # more: it comes and goes, and nothing gets through

    def _place(self, error: TryAgainError) -> Place:
        run = self._run
        url = error.url if isinstance(error, UnreachableError | UnavailableError) else None
        return place_of(url or run.backends.uploader.probe_url, run.backends, run.options)

    def _wait(self, error: TryAgainError) -> None:
        decision = self._state.decide(error, chance=self._run.randomness.jitter())
        if decision.gives_up and decision.is_outage:
            self._run.network.give_up(error.what, self._place(error))
        if decision.gives_up:
            raise error
        if decision.holds_all:
            self._run.throttle.hold(decision.wait, error.what)
            self._run.throttle.wait()
        else:
            self._tell(error, decision)
            self._run.stop.pause(decision.wait)

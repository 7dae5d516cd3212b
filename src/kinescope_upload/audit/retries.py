"""Tries failed requests again, a few times; no single wait is longer than the user allows."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.errors import TryAgainError
from kinescope_upload.events import Warned
from kinescope_upload.kinescope.error_messages import error_for
from kinescope_upload.kinescope.tus import Meaning, interpret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kinescope_upload.audit.compare.events import Emit
    from kinescope_upload.kinescope.http_client import ApiRequest, HttpClient
    from kinescope_upload.kinescope.tus import Answer
    from kinescope_upload.policy.retry import RetryPolicy

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryingClient:
    """Sends requests to Kinescope, and calls the database, again when they fail with a passing error.

    Attributes:
        http: Sends the requests.
        policy: How often to try again, and after how many seconds.
        longest: The longest wait in seconds; a service that asks for more is not waited for.
        emit: Takes a `Warned` for each retry.
        chance: Returns a number in [0, 1) for the jitter.
    """

    http: HttpClient
    policy: RetryPolicy
    longest: float
    emit: Emit
    chance: Callable[[], float] = random.random

    def call(self, attempt: Callable[[], T]) -> T:
        """Returns what `attempt` returns once it succeeds.

        Raises:
            TryAgainError: The last failure, when no retry is left.
        """
        for number in range(1, self.policy.retries + 1):
            try:
                return attempt()
            except TryAgainError as error:
                wait = self.policy.wait_before(number, chance=self.chance(), retry_after=error.retry_after)
                if wait > self.longest:
                    raise
                self.emit(Warned(message=f"{error} Trying again in {wait:.0f} s ({number} of {self.policy.retries})."))
            time.sleep(wait)
        return attempt()

    def send(self, call: ApiRequest) -> Answer:
        """Returns the answer to one request, whatever its status.

        Raises:
            TryAgainError: The last failure, when no retry is left.
        """
        return self.call(lambda: self._send_once(call))

    def now(self) -> datetime:
        """The present time (UTC) by Kinescope's clock."""
        return self.http.now()

    def _send_once(self, call: ApiRequest) -> Answer:
        answer = self.http.send(call)
        meaning = interpret(call.kind, answer)
        if meaning in {Meaning.TROUBLE, Meaning.THROTTLED, Meaning.LOCKED}:
            raise error_for(meaning, answer, action=call.action, now=self.now())
        return answer

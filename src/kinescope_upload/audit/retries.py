"""Requests that fail are tried again, a few times; no wait is longer than the user allows."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.audit.compare.events import EmitAudit, Warned
from kinescope_upload.errors import TryAgainError
from kinescope_upload.kinescope.error_messages import error_for
from kinescope_upload.kinescope.tus import Meaning, interpret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kinescope_upload.kinescope.http_client import ApiRequest, HttpClient
    from kinescope_upload.kinescope.tus import Answer
    from kinescope_upload.policy.retry import RetryPolicy

__all__ = ["Retries", "RetryingHttpClient"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often to try again, and for how long.

    Attributes:
        policy: How failed requests are tried again.
        longest: The most seconds of one wait; a service that asks for more is not waited for.
        tell: Hears of each retry.
        chance: Gives a number in [0, 1), for the jitter.
    """

    policy: RetryPolicy
    longest: float
    tell: EmitAudit
    chance: Callable[[], float] = random.random

    def make(self, attempt: Callable[[], T]) -> T:
        """What `attempt` returns once it succeeds.

        Raises:
            TryAgainError: The last failure, when the retries are used up.
        """
        for number in range(1, self.policy.retries + 1):
            try:
                return attempt()
            except TryAgainError as error:
                wait = self.policy.wait_before(number, chance=self.chance(), retry_after=error.retry_after)
                if wait > self.longest:
                    raise
                self.tell(Warned(message=f"{error} Tried again in {wait:.0f} s ({number} of {self.policy.retries})."))
            time.sleep(wait)
        return attempt()


class RetryingHttpClient:
    """The HTTP client, with requests that meet a passing trouble sent again.

    Args:
        service: The HTTP client.
        patience: How often, and for how long.
    """

    def __init__(self, service: HttpClient, patience: Retries) -> None:
        self._service = service
        self._patience = patience

    def send(self, call: ApiRequest) -> Answer:
        """The answer to one request, whatever its status.

        Raises:
            TryAgainError: The trouble did not pass.
        """
        return self._patience.make(lambda: self._send_once(call))

    def now(self) -> datetime:
        """The present time (UTC) by Kinescope's clock."""
        return self._service.now()

    def _send_once(self, call: ApiRequest) -> Answer:
        answer = self._service.send(call)
        meaning = interpret(call.kind, answer)
        if meaning in {Meaning.TROUBLE, Meaning.THROTTLED, Meaning.LOCKED}:
            raise error_for(meaning, answer, action=call.action, now=self.now())
        return answer

"""Tries failed requests again, and waits out outages as a run does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.errors import BatchStoppedError, InterruptedRunError
from kinescope_upload.events import Warned
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.kinescope.error_messages import error_for
from kinescope_upload.kinescope.tus import Meaning, interpret
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.retries.gates import NetworkGate, ThrottleGate
from kinescope_upload.retries.places import Places
from kinescope_upload.retries.retrier import Retrier, Waits
from kinescope_upload.retries.stop import Stop
from kinescope_upload.retries.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kinescope_upload.config import Settings
    from kinescope_upload.errors import TryAgainError
    from kinescope_upload.events import WaitEnded, WaitStarted
    from kinescope_upload.kinescope.http_client import ApiRequest, HttpClient
    from kinescope_upload.kinescope.tus import Answer
    from kinescope_upload.progress import Progress
    from kinescope_upload.retries.retry_state import RetryDecision

T = TypeVar("T")
_NOTHING_YET: Final = "Nothing was changed"


class RetryingClient:
    """Sends requests to Kinescope, and calls the database, again when they fail with a passing error.

    Args:
        http: Sends the requests.
        settings: How often to try again, after how many seconds, and the longest wait.
        emit: Takes a `Warned` for each retry, and the waits.
    """

    def __init__(
        self,
        http: HttpClient,
        settings: Settings,
        emit: Callable[[Warned | WaitStarted | WaitEnded], None],
    ) -> None:
        self._http = http
        self._policy = policy = RetryPolicy(retries=settings.retries, base=settings.retry_base)
        self._emit = emit
        self._stop = Stop(http.cut)
        self._watch = Watch(stop=self._stop, cut=http.cut, emit=emit)
        self._waits = Waits(
            stop=self._stop,
            network=NetworkGate(stop=self._stop, emit=emit, base=policy.base),
            throttle=ThrottleGate(stop=self._stop, emit=emit, longest=settings.max_outage),
            places=Places(
                service=http,
                api_url=settings.api_url,
                usual_url=f"{settings.api_url}/v1/videos",
                longest=settings.max_outage,
                saved=_NOTHING_YET,
            ),
            policy=policy,
        )

    def call(self, attempt: Callable[[], T]) -> T:
        """Returns what `attempt` returns once it succeeds; a network that is down is waited for.

        Raises:
            TryAgainError: The last failure, when no retry is left.
            BatchStoppedError: The outage took too long.
            InterruptedRunError: `kupload stop` ended the wait.
        """
        try:
            return self._watch.during(lambda: Retrier(self._waits, tell=self._tell).call(attempt))
        except InterruptedRunError as error:
            ending = self._stop.ending
            if ending is not None and ending.exit_code == ExitCode.STOPPED:
                raise BatchStoppedError(ending.reason, ending.hint) from error
            raise

    def send(self, call: ApiRequest) -> Answer:
        """Returns the answer to one request, whatever its status.

        Raises:
            KuploadError: As `call` does.
        """
        return self.call(lambda: self._send_once(call))

    def now(self) -> datetime:
        """The present time (UTC) by Kinescope's clock."""
        return self._http.now()

    def listen(self, store: Progress) -> None:
        """Hears from now on who asks the holder of these courses to stop, and which of their files is held."""
        self._stop.listen(store, f"{_NOTHING_YET}.")
        store.listen(lambda sentence: self._emit(Warned(message=sentence)))

    def begin_changes(self, store: Progress) -> None:
        """Notes that from now on something may have been changed."""
        self._waits = replace(self._waits, places=replace(self._waits.places, saved="Everything is saved"))
        self._stop.listen(store)

    def check(self) -> None:
        """Returns while the command may go on.

        Raises:
            InterruptedRunError: `kupload stop` asked it to stop.
        """
        self.pause(0.0)

    def pause(self, seconds: float) -> None:
        """Waits that many seconds.

        Raises:
            InterruptedRunError: `kupload stop` asked it to stop.
        """
        self._watch.pause(seconds)

    def _tell(self, error: TryAgainError, decision: RetryDecision) -> None:
        number = f" ({decision.number} of {self._policy.retries})" if decision.number else ""
        self._emit(Warned(message=f"{error} Trying again in {decision.wait:.0f} s{number}."))

    def _send_once(self, call: ApiRequest) -> Answer:
        answer = self._http.send(call)
        meaning = interpret(call.kind, answer)
        if meaning in {Meaning.TROUBLE, Meaning.THROTTLED, Meaning.LOCKED}:
            raise error_for(meaning, answer, action=call.action, now=self.now())
        return answer

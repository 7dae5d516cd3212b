"""One request and its raw answer; waits when Kinescope asks to slow down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import BatchStoppedError, UnreachableError
from kinescope_upload.kinescope.http_client import ApiRequest
from kinescope_upload.kinescope.tus import Answer, Meaning, Request, interpret, retry_after

if TYPE_CHECKING:
    from datetime import datetime

    from kinescope_upload.commands.doctor.trial.waits import WaitBudget
    from kinescope_upload.kinescope.http_client import HttpClient

_TRIES: Final = 4
_PAUSE: Final = 1.0
"""Seconds before another try, where Kinescope names no other time."""
_HARMLESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing, so that they may be repeated when no answer came (RFC 9110, section 9.2.1)."""


class Sender:
    """Sends requests to Kinescope; the management client and the Tus client may use it in place of the service.

    Args:
        service: Sends each one, and holds the token back from hosts that may not have it.
        api_url: The management API's address.
        waits: The budget that its waits count against.
    """

    def __init__(self, service: HttpClient, *, api_url: str, waits: WaitBudget) -> None:
        self._service = service
        self._api_url = api_url
        self._waits = waits

    def send(self, call: ApiRequest) -> Answer:
        """The answer to one request, whatever its status.

        A request to slow down is followed a few times. What changes nothing is asked again while Kinescope has trouble.

        Raises:
            UnreachableError: No answer came.
            BatchStoppedError: The address may not be told the token, or Kinescope asks for a longer wait than there is.
        """
        answer = self._answered(call)
        for _ in range(_TRIES):
            wait = self._wait_after(call, answer)
            if wait is None or not self._waits.pause(wait):
                break
            answer = self._answered(call)
        if interpret(call.kind, answer) is Meaning.THROTTLED:
            raise BatchStoppedError(
                f"Kinescope asks to slow down for longer than this try may wait (asked to {call.action}).",
                "Try again when nothing else uses the token.",
            )
        return answer

    def ask_once(self, call: ApiRequest) -> Answer:
        """The answer to one request as it is, also when it asks to slow down."""
        return self._service.send(call)

    def api(
        self, method: str, path: str, *, action: str, json: object = None, with_token: bool | None = None
    ) -> Answer:
        """The answer of the management API; to somebody who names no token, where `with_token` is False."""
        url = f"{self._api_url}{path}"
        call = ApiRequest(kind=Request.API, method=method, url=url, action=action, json=json, with_token=with_token)
        return self.send(call)

    def now(self) -> datetime:
        """The present time (UTC) by Kinescope's clock."""
        return self._service.now()

    def cut(self) -> None:
        """Ends every connection now."""
        self._service.cut()

    def _wait_after(self, call: ApiRequest, answer: Answer) -> float | None:
        """Seconds until the request is worth another try; None when the answer stands."""
        match interpret(call.kind, answer):
            case Meaning.THROTTLED:
                wait = retry_after(answer, self._service.now())
                return _PAUSE if wait is None else wait
            case Meaning.TROUBLE if call.method in _HARMLESS:
                return self._waits.tick
            case _:
                return None

    def _answered(self, call: ApiRequest) -> Answer:
        for _ in range(_TRIES - 1):
            try:
                return self._service.send(call)
            except UnreachableError:
                if call.method not in _HARMLESS or not self._waits.pause(self._waits.tick):
                    raise
        return self._service.send(call)

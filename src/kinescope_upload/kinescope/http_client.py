"""Sends HTTP/1.1 requests to Kinescope's hosts, and can cut every connection at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies

from kinescope_upload import __version__
from kinescope_upload.errors import BatchStoppedError, ForeignAnswerError, UnreachableError
from kinescope_upload.kinescope.answer_reader import USUAL_LIMITS, AnswerLimits, read_answer
from kinescope_upload.kinescope.api_errors import is_token_wanted
from kinescope_upload.kinescope.documented_answers import Form
from kinescope_upload.kinescope.foreign_answers import can_be_reached, foreign_words
from kinescope_upload.kinescope.lean_httpx import httpx
from kinescope_upload.kinescope.outside_errors import outside_errors
from kinescope_upload.kinescope.proxies import NamedProxy, named_proxy
from kinescope_upload.kinescope.request_pace import RequestPace
from kinescope_upload.kinescope.transport import RoutedTransport, what_the_system_trusts
from kinescope_upload.kinescope.trust import TrustedAddresses, host_of
from kinescope_upload.kinescope.tus import Answer, Request, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_LOG = logging.getLogger("kinescope_upload")
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": f"kupload/{__version__}"}
_CONNECT_TIMEOUT = 15.0
_SHORTEST_SECRET = 8
"""Characters; a shorter part of an upload URL's path is a plain word such as "upload"."""
_PROBE_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """Describes one request.

    Attributes:
        kind: The kind of request, on which the meaning of the answer depends.
        method: The HTTP method.
        url: The address.
        action: The request in words that follow "to" ("create the upload").
        headers: Headers beside the authorisation.
        params: The query; keys may repeat.
        json: A body to send as JSON; None for none.
        body: Makes a body to stream, again for each time that the request is sent; the headers hold its
            `Content-Length`. None for none.
        patience: Seconds to wait for the answer once the request is sent, beyond the stall time.
        with_token: Whether to send the token; None decides by the kind of request and by earlier refusals.
        form: The form of a success of the management API or of init; another one is somebody else's answer.
    """

    kind: Request
    method: str
    url: str
    action: str
    headers: Mapping[str, str] | None = None
    params: tuple[tuple[str, str], ...] = ()
    json: object = None
    body: Callable[[], Iterable[bytes]] | None = None
    patience: float = 0.0
    with_token: bool | None = None
    form: Form = Form.OPEN


class HttpClient:
    """Sends requests to Kinescope; every thread may use it.

    Every request to the management API and to init carries the token. An upload URL gets it only after it refused a
    request without it; the client remembers that for its host.

    Args:
        token: The API token. It goes to the trusted addresses only, and never along a redirect.
        trusted: The addresses that requests may go to.
        stall: Seconds without a byte after which a transfer counts as dead.
        pace: Delays requests to the management API and to init; None sends each at once.
        limits: The most that one answer may take.

    Attributes:
        was_answered: Whether Kinescope has answered a request.

    Raises:
        UsageError: The environment names a proxy that cannot be used.
    """

    def __init__(
        self,
        *,
        token: str,
        trusted: TrustedAddresses,
        stall: float,
        pace: RequestPace | None = None,
        limits: AnswerLimits = USUAL_LIMITS,
    ) -> None:
        self.pace = pace or RequestPace(())
        self.was_answered = False
        self._limits = limits
        self._token = token
        self._trusted = trusted
        self._stall = stall
        self._hosts_that_want_token: set[str] = set()
        self._clock_offset = timedelta()
        self._proxies = getproxies()
        self._transport = RoutedTransport(
            what_the_system_trusts(trusted.configured),
            self._proxies,
            at_once=trusted.configured,
            longest_answer=limits.seconds,
        )

    def send(self, call: ApiRequest) -> Answer:
        """Sends one request and returns the answer, whatever its status, without the secrets that it may repeat.

        A request that an upload URL refuses because the token is missing is sent again with the token.

        Raises:
            UnreachableError: No answer came, the connection broke before it was complete, or it is not Kinescope's.
            BatchStoppedError: The address is not trusted, or a proxy wants a login.
            LessonFailedError: The address is not valid.
        """
        if not self._trusted.allow(call.url):
            raise _not_trusted(call)
        if not call.kind.is_to_upload_url:
            self.pace.wait(call.action)
        if call.with_token is not None:
            return self._send(call, with_token=call.with_token)
        host = urlsplit(call.url).netloc
        with_token = not call.kind.is_to_upload_url or host in self._hosts_that_want_token
        answer = self._send(call, with_token=with_token)
        if not with_token and _wants_token(call, answer):
            answer = self._send(call, with_token=True)
            if not _wants_token(call, answer):
                self._hosts_that_want_token.add(host)
        return answer

    def _send(self, call: ApiRequest, *, with_token: bool) -> Answer:
        authorization = {"Authorization": f"Bearer {self._token}"} if with_token else {}
        with (
            outside_errors(call, self.proxy_of(call.url)),
            self._transport.stream(_request_of(call, authorization, self._timeout(call))) as response,
        ):
            answer = read_answer(response, self._limits)
            masked = self._without_secrets(answer, call)
            self._check_sender(call, masked)
            if not response.is_success:
                answer = masked
        self._note_clock(answer)
        _LOG.debug("%s, asked to %s: %s (%s)", call.method, call.action, answer.status, answer.request_id)
        return answer

    def _check_sender(self, call: ApiRequest, masked: Answer) -> None:
        """Notes that Kinescope answered, or raises when somebody else did."""
        if words := foreign_words(call.kind, masked, call.form):
            raise ForeignAnswerError(f"{host_of(call.url)} {words}", f"asked to {call.action}", status=masked.status)
        self.was_answered = True

    def _without_secrets(self, answer: Answer, call: ApiRequest) -> Answer:
        """Masks the token and the secret parts of an upload URL in an answer that messages quote."""
        secrets = [self._token]
        if call.kind.is_to_upload_url:
            secrets += [part for part in urlsplit(call.url).path.split("/") if len(part) >= _SHORTEST_SECRET]
        body = answer.body
        for secret in secrets:
            body = body.replace(secret.encode(), "…".encode())
        return replace(answer, body=body)

    def proxy_of(self, url: str) -> NamedProxy | None:
        """Names the proxy that requests to this address go through; None where they go there directly."""
        return named_proxy(url, self._proxies)

    def is_reachable(self, url: str) -> bool:
        """Tells whether Kinescope, and nobody else, answers at this address; asks without the token."""
        try:
            self.check_reachable(url)
        except UnreachableError:
            return False
        return True

    def check_reachable(self, url: str) -> None:
        """Returns when Kinescope answers at this address; asks by OPTIONS, without the token.

        Raises:
            UnreachableError: Nobody answers, or somebody else does.
        """
        call = ApiRequest(kind=Request.API, method="OPTIONS", url=url, action="say that it is there")
        timeout = min(_PROBE_TIMEOUT, self._stall)
        with (
            outside_errors(call, self.proxy_of(url)),
            self._transport.stream(_request_of(call, {}, httpx.Timeout(timeout))) as response,
        ):
            answer = self._without_secrets(read_answer(response, self._limits), call)
            if not can_be_reached(answer):
                words = foreign_words(call.kind, answer) or f"is answered by a gateway alone (HTTP {answer.status})"
                raise ForeignAnswerError(f"{host_of(url)} {words}")

    def cut(self) -> None:
        """Ends every connection and every wait now; their users get `UnreachableError`."""
        self.pace.cut()
        self._transport.cut()

    def now(self) -> datetime:
        """Gives the present time (UTC) by Kinescope's clock, as far as its answers show it."""
        return datetime.now(UTC) + self._clock_offset

    @property
    def clock_offset(self) -> timedelta:
        """The time by which Kinescope's clock is ahead of this machine's."""
        return self._clock_offset

    def close(self) -> None:
        """Closes the idle connections."""
        self._transport.close()

    def _timeout(self, call: ApiRequest) -> httpx.Timeout:
        read = self._stall + call.patience
        return httpx.Timeout(connect=_CONNECT_TIMEOUT, write=self._stall, read=read, pool=None)

    def _note_clock(self, answer: Answer) -> None:
        if moment := parse_date(answer.headers.get("date")):
            self._clock_offset = moment - datetime.now(UTC)


def _request_of(call: ApiRequest, authorization: Mapping[str, str], timeout: httpx.Timeout) -> httpx.Request:
    """The request for the transport: without `httpx.Client`, whose cookies and redirects cost more than the sending."""
    return httpx.Request(
        call.method,
        call.url,
        params=list(call.params) or None,
        headers={**_HEADERS, **authorization, **(call.headers or {})},
        json=call.json,
        content=call.body() if call.body else None,
        extensions={"timeout": timeout.as_dict()},
    )


def _wants_token(call: ApiRequest, answer: Answer) -> bool:
    return is_token_wanted(call.kind, answer.status, answer.error_code)


def _not_trusted(call: ApiRequest) -> BatchStoppedError:
    host = host_of(call.url)
    if host is None:
        return BatchStoppedError(
            f"Kinescope named an address that is not valid, to {call.action}. Nothing was sent there.",
            "Check KINESCOPE_UPLOADER_URL and KINESCOPE_API_URL.",
        )
    return BatchStoppedError(
        f'Kinescope named "{host}" to {call.action}, which is not a trusted host. Nothing was sent there.',
        f"If that host is Kinescope's, set KINESCOPE_TRUSTED_HOSTS={host}; else check KINESCOPE_UPLOADER_URL.",
    )

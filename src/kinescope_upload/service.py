"""The one HTTP client: HTTP/1.1 to Kinescope's hosts, and the means to cut every connection at once."""

from __future__ import annotations

import logging
import socket
import ssl
import sys
import threading
import weakref
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import truststore

from kinescope_upload import __version__
from kinescope_upload.errors import BatchStoppedError, UnreachableError
from kinescope_upload.lean_httpx import httpx
from kinescope_upload.trust import may_hear_token
from kinescope_upload.tus import Answer, Request, parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Call", "Service"]

_LOG = logging.getLogger("kinescope_upload")
_CONNECT_TIMEOUT = 15.0
_PROBE_TIMEOUT = 5.0
_UNSENT_AT_MOST = 2 * 1024 * 1024
"""Bytes that wait in the system's buffer unsent: what the network took stays near what arrived.

As large as the largest block: half of it costs a tenth of the speed on loopback, and more of it gains nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request.

    Attributes:
        kind: What is asked, as far as the answer's meaning depends on it.
        method: The HTTP method.
        url: The address.
        doing: What is asked, in words that follow "to" ("create the upload").
        headers: Headers beside the authorisation.
        params: The query, keys may repeat.
        json: A body to send as JSON; None for none.
        body: A body to stream, whose `Content-Length` is among the headers; None for none.
        patience: Seconds to wait for the answer once the request is sent; None takes the stall time.
        with_token: Whether the token goes along.
    """

    kind: Request
    method: str
    url: str
    doing: str
    headers: Mapping[str, str] | None = None
    params: tuple[tuple[str, str], ...] = ()
    json: object = None
    body: Iterable[bytes] | None = None
    patience: float | None = None
    with_token: bool = True


class Service:
    """Sends requests to Kinescope; every thread may use it.

    Args:
        token: The API token. It goes to the trusted hosts and their siblings only, and along no redirect.
        trusted: The configured addresses of the uploader and of the management API.
        stall: Seconds without a byte after which a transfer counts as dead.
    """

    def __init__(self, *, token: str, trusted: tuple[str, ...], stall: float) -> None:
        self._authorization = f"Bearer {token}"
        self._trusted = trusted
        self._stall = stall
        self._clock_offset = timedelta()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._sockets_lock = threading.Lock()
        self._http = httpx.Client(
            http1=True,
            http2=False,
            follow_redirects=False,
            headers={"User-Agent": f"kupload/{__version__}"},
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=30.0),
            verify=_what_the_system_trusts(trusted),
        )

    def ask(self, call: Call) -> Answer:
        """The answer to one request, whatever its status.

        Raises:
            UnreachableError: No answer came, or the connection broke before it was whole.
            BatchStoppedError: The address may not be told the token.
        """
        if not any(may_hear_token(call.url, one) for one in self._trusted):
            raise BatchStoppedError(
                f'Kinescope named "{_place(call.url)}" to {call.doing}, which is not of the configured domain.',
                "The token was not sent there. Check KINESCOPE_UPLOADER_URL and KINESCOPE_API_URL.",
            )
        with _outside_errors(call):
            response = self._http.request(
                call.method,
                call.url,
                params=list(call.params) or None,
                headers={**({"Authorization": self._authorization} if call.with_token else {}), **(call.headers or {})},
                json=call.json,
                content=call.body,
                timeout=self._timeout(call),
                extensions={"trace": self._trace},
            )
        answer = Answer(status=response.status_code, headers=dict(response.headers), body=response.content)
        self._note_clock(answer)
        _LOG.debug("%s %s: %s (%s)", call.method, httpx.URL(call.url).path, answer.status, answer.request_id)
        return answer

    def is_reachable(self, url: str) -> bool:
        """Whether anything answers at this address; asked without the token."""
        try:
            self._http.request(
                "OPTIONS", url, timeout=min(_PROBE_TIMEOUT, self._stall), extensions={"trace": self._trace}
            )
        except httpx.TransportError:
            return False
        return True

    def cut(self) -> None:
        """Ends every connection now, in mid-transfer too; whoever uses one gets `UnreachableError`."""
        with self._sockets_lock:
            sockets = list(self._sockets)
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def now(self) -> datetime:
        """The present time (UTC) by Kinescope's clock, as far as its answers tell."""
        return datetime.now(UTC) + self._clock_offset

    @property
    def clock_offset(self) -> timedelta:
        """How far Kinescope's clock is ahead of this machine's."""
        return self._clock_offset

    def close(self) -> None:
        """Closes the idle connections."""
        self._http.close()

    def _timeout(self, call: Call) -> httpx.Timeout:
        return httpx.Timeout(connect=_CONNECT_TIMEOUT, write=self._stall, read=call.patience or self._stall, pool=None)

    def _note_clock(self, answer: Answer) -> None:
        if moment := parse_date(answer.headers.get("date")):
            self._clock_offset = moment - datetime.now(UTC)

    def _trace(self, name: str, info: Mapping[str, object]) -> None:
        """Keeps hold of each new socket (httpx names this hook the trace extension)."""
        if not name.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        one = info["return_value"].get_extra_info("socket")  # type: ignore[attr-defined] # httpcore's NetworkStream
        if not isinstance(one, socket.socket):
            return
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with suppress(OSError):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_AT_MOST)
        with self._sockets_lock:
            self._sockets.add(one)


def _what_the_system_trusts(trusted: tuple[str, ...]) -> ssl.SSLContext:
    """The certificates that connections are checked by.

    truststore knows where every system keeps them. Where OpenSSL finds them by itself, it reads them once instead of
    for each connection, which would take 45 ms and leave 2 MB behind. Plain addresses (an emulator's) need none.
    """
    if sys.platform not in {"win32", "darwin"} and any(urlsplit(one).scheme == "https" for one in trusted):
        context = ssl.create_default_context()
        if context.cert_store_stats()["x509_ca"]:
            return context
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextmanager
def _outside_errors(call: Call) -> Iterator[None]:
    """Foreign exceptions end here; an error that the body itself raises passes through."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        host = httpx.URL(call.url).host
        raise UnreachableError(f"{host} cannot be reached ({_reason(error)}).", was_sent=False) from error
    except httpx.TimeoutException as error:
        raise UnreachableError(f"The connection went silent (asked to {call.doing}).") from error
    except httpx.TransportError as error:
        raise UnreachableError(f"The connection broke (asked to {call.doing}: {_reason(error)}).") from error


def _place(url: str) -> str:
    """The host that a URL names, or the whole of a text that is none; never what may be a secret in its path."""
    try:
        return urlsplit(url).hostname or url[:40]
    except ValueError:
        return url[:40]


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__

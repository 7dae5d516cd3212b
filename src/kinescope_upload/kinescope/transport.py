"""Opens connections: directly or through the proxy of the environment, and to the address that answered last."""

from __future__ import annotations

import os
import socket
import ssl
import sys
import threading
import weakref
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.extras import install_hint
from kinescope_upload.kinescope.answer_reader import USUAL_LIMITS
from kinescope_upload.kinescope.background import EndableWaits
from kinescope_upload.kinescope.lean_httpx import httpcore, httpx
from kinescope_upload.kinescope.proxies import NamedProxy, named_proxy, proxy_for, shown_proxy
from kinescope_upload.kinescope.watched_stream import CUT, WatchedStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_OTHERS_WAIT: Final = 2.0
"""Seconds that one address of several may take: a broken IPv6 route never answers, and would take the whole time."""
_WANTS_LOGIN: Final = ("407", "Invalid username/password")
"""How httpcore words that an HTTP proxy and a SOCKS proxy let nobody pass."""
_UNSENT_AT_MOST: Final = 2 * 1024 * 1024
"""Bytes that may wait unsent in the system's buffer, so that what the network took stays near what arrived.

This is the size of the largest block: half of it costs a tenth of the speed on loopback, more of it gains nothing.
"""
_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=30.0)


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order.

    Raises:
        OSError: It has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class GoodAddresses(httpcore.NetworkBackend):
    """Connects to the address of a host that answered last; to each other one only for a moment, while there are more.

    Args:
        resolve: Gives the addresses of a host and port.
        moment: Seconds that an address may take that is not the last.
        longest_answer: Seconds that one answer may take.
    """

    def __init__(
        self,
        resolve: Callable[[str, int], list[str]] = addresses_of,
        *,
        moment: float = _OTHERS_WAIT,
        longest_answer: float = USUAL_LIMITS.seconds,
    ) -> None:
        self._backend = httpcore.SyncBackend()
        self._resolve = resolve
        self._moment = moment
        self._longest_answer = longest_answer
        self._good: dict[str, str] = {}
        self._opened: weakref.WeakSet[WatchedStream] = weakref.WeakSet()
        self._waits = EndableWaits()
        self._lock = threading.Lock()
        self._is_closed = False

    def close(self) -> None:
        """Lets nobody connect any more; what is being opened now is closed as soon as it is there."""
        with self._lock:
            self._is_closed = True

    def cut(self) -> None:
        """Ends every connection that is open or being opened now."""
        self._waits.end(lambda: httpcore.ConnectError(CUT))
        with self._lock:
            opened, self._opened = self._opened, weakref.WeakSet()
        for stream in opened:
            stream.cut()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connects to the host; `timeout` is in seconds.

        Raises:
            httpcore.ConnectError: No address takes the connection, or it was cut meanwhile.
            httpcore.ConnectTimeout: The last one did not in time.
        """
        connect = partial(self._connect, host, port, timeout, local_address, socket_options)
        return self._waits.result_of(connect, WatchedStream.close)

    def _connect(
        self,
        host: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> WatchedStream:
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses.sort(key=lambda address: address != self._good.get(host))
        for address in addresses[:-1]:
            moment = self._moment if timeout is None else min(timeout, self._moment)
            try:
                stream = self._backend.connect_tcp(address, port, moment, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            self._good[host] = address
            return self._watched(stream)
        stream = self._backend.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)
        self._good[host] = addresses[-1]
        return self._watched(stream)

    def sleep(self, seconds: float) -> None:
        """Waits so many seconds."""
        self._backend.sleep(seconds)

    def _watched(self, stream: httpcore.NetworkStream) -> WatchedStream:
        _bound_what_waits_unsent(stream.get_extra_info("socket"))
        watched = WatchedStream(stream, self._longest_answer, self._waits)
        with self._lock:
            if not self._is_closed:
                self._opened.add(watched)
                return watched
        watched.close()  # a thread was still at work, whose answer nobody waits for
        raise httpcore.ConnectError(CUT)


def unsent_bound(system: str, low_water: int | None) -> tuple[int, int, int] | None:
    """The socket option that bounds what waits unsent; None where the system has none.

    Windows has the whole buffer alone, where what is sent and not acknowledged lies, too.

    Args:
        system: The value of `os.name`.
        low_water: The number of TCP_NOTSENT_LOWAT; None where the system does not know it.
    """
    if low_water is not None:
        return socket.IPPROTO_TCP, low_water, _UNSENT_AT_MOST
    return (socket.SOL_SOCKET, socket.SO_SNDBUF, _UNSENT_AT_MOST) if system == "nt" else None


def _bound_what_waits_unsent(opened: socket.socket) -> None:
    if option := unsent_bound(os.name, getattr(socket, "TCP_NOTSENT_LOWAT", None)):
        with suppress(OSError):
            opened.setsockopt(*option)


def what_the_system_trusts(trusted: tuple[str, ...]) -> ssl.SSLContext:
    """Loads the certificates of the system.

    truststore finds them on every system. Where OpenSSL finds them itself, it reads them once instead of for each
    connection, which would take 45 ms and 2 MB each. Plain http addresses (an emulator's) need none.
    """
    if sys.platform not in {"win32", "darwin"} and any(urlsplit(url).scheme == "https" for url in trusted):
        context = ssl.create_default_context()
        if context.cert_store_stats()["x509_ca"]:
            return context
    import truststore  # noqa: PLC0415 - seldom needed on Linux

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _check(proxy: str | None) -> None:
    """Raises ValueError for what httpx finds out only when it connects."""
    if proxy is not None and (not urlsplit(proxy).hostname or urlsplit(proxy).port == 0):
        raise ValueError("it names no host and port")


def _login_wanted(proxy: NamedProxy | None) -> BatchStoppedError:
    """Words the error; without a proxy of the environment, somebody on the way acts as one."""
    named, setting = (f"The proxy {proxy.address}", proxy.setting) if proxy else ("A proxy on the way", "HTTPS_PROXY")
    return BatchStoppedError(
        f"{named} wants a login (HTTP 407).",
        f"Put user and password into {setting} (http://user:password@host:port), then run the same command again.",
    )


class RoutedTransport(httpx.BaseTransport):
    """Sends each request directly or through a proxy, as the environment says for its host.

    Args:
        verify: The certificates that are trusted.
        proxies: The proxies, as `urllib.request.getproxies` gives them.
        at_once: Addresses whose proxies are checked now.
        longest_answer: Seconds that one answer may take.

    Raises:
        UsageError: A proxy's address cannot be used.
    """

    def __init__(
        self,
        verify: ssl.SSLContext,
        proxies: Mapping[str, str],
        at_once: Iterable[str],
        *,
        longest_answer: float = USUAL_LIMITS.seconds,
    ) -> None:
        self._verify = verify
        self._proxies = proxies
        self._connect = GoodAddresses(longest_answer=longest_answer)
        self._lock = threading.Lock()
        self._transports: dict[str | None, httpx.HTTPTransport] = {}
        for url in at_once:
            self._transport_for(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request.

        Raises:
            BatchStoppedError: The proxy wants a login.
        """
        url = str(request.url)
        try:
            response = self._transport_for(url).handle_request(request)
        except httpx.ProxyError as error:  # of the request that opens a tunnel
            if str(error).startswith(_WANTS_LOGIN):
                raise _login_wanted(named_proxy(url, self._proxies)) from error
            raise
        if response.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            response.close()
            raise _login_wanted(named_proxy(url, self._proxies))
        return response

    @contextmanager
    def stream(self, request: httpx.Request) -> Iterator[httpx.Response]:
        """Sends one request; the answer's body comes while the block runs.

        Raises:
            BatchStoppedError: The proxy wants a login.
        """
        response = self.handle_request(request)
        response.request = request
        try:
            yield response
        finally:
            response.close()

    def cut(self) -> None:
        """Ends every connection that is open now, and every wait on it."""
        self._connect.cut()

    def close(self) -> None:
        """Closes the connections."""
        self._connect.close()
        for transport in self._transports.values():
            transport.close()

    def _transport_for(self, url: str) -> httpx.HTTPTransport:
        proxy = proxy_for(url, self._proxies)
        with self._lock:
            if proxy not in self._transports:
                self._transports[proxy] = self._opened(proxy)
            return self._transports[proxy]

    def _opened(self, proxy: str | None) -> httpx.HTTPTransport:
        try:
            _check(proxy)
            transport = httpx.HTTPTransport(verify=self._verify, limits=_LIMITS, proxy=proxy, trust_env=False)
        except ImportError:
            raise UsageError(
                f"The proxy {shown_proxy(proxy or '')} needs SOCKS, which is not installed.",
                install_hint("socks"),
            ) from None
        except (ValueError, httpx.InvalidURL) as error:
            raise UsageError(
                f"The proxy {shown_proxy(proxy or '')} cannot be used: {error}.",
                "Correct HTTPS_PROXY or ALL_PROXY (http://host:port), or name Kinescope's hosts in NO_PROXY.",
            ) from None
        transport._pool._network_backend = self._connect  # noqa: SLF001 - there is no other way in
        return transport

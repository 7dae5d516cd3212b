"""Ends the sending of a request that is answered already, an answer that has no end, and every wait when asked."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kinescope_upload.kinescope.lean_httpx import httpcore
from kinescope_upload.text import format_duration

if TYPE_CHECKING:
    import ssl

    from kinescope_upload.kinescope.background import EndableWaits

_HEARD_AT_ONCE: Final = 16 * 1024
"""Bytes, as many as a record of TLS has: a wait for an answer holds room for them."""
_LOOKS_EVERY: Final = 0.5
"""Seconds between two looks of a thread that waits for an answer, whether its connection was cut."""
CUT: Final = "it was cut"


class WatchedStream(httpcore.NetworkStream):
    """A connection that looks out for the answer while it sends, so that a refused chunk costs no more bytes.

    httpcore sends a whole body before it reads; a write that fails makes it read at once.

    Args:
        stream: The connection.
        longest: Seconds that an answer, headers and all, may take from its first byte to its last.
        waits: Ends the wait for a TLS handshake.
    """

    def __init__(self, stream: httpcore.NetworkStream, longest: float, waits: EndableWaits) -> None:
        self._stream = stream
        self._longest = longest
        self._waits = waits
        self._heard = b""
        self._began: float | None = None
        self._is_cut = False

    def cut(self) -> None:
        """Ends the connection and every wait on it; any thread may call it. The user of the connection closes it.

        `shutdown` wakes who sends, and on Linux and macOS also who reads; on Windows a reader finds out at its next
        look. To close the socket here would wake all, but OpenSSL keeps its number: a thread that comes back from its
        wait would then read and write whatever has got that number since, be it a progress file.
        """
        self._is_cut = True
        opened = self._stream.get_extra_info("socket")
        if isinstance(opened, socket.socket):
            with suppress(OSError):
                socket.socket.shutdown(opened, socket.SHUT_RDWR)  # that of `SSLSocket` would let plain text through

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Reads up to so many bytes, those first that came while it wrote.

        Raises:
            httpcore.ReadError: The answer takes too long, or the connection was cut.
            httpcore.ReadTimeout: Nothing came in time.
        """
        if self._heard:
            data, self._heard = self._heard[:max_bytes], self._heard[max_bytes:]
        else:
            data = self._awaited(max_bytes, timeout)
        now = time.monotonic()
        if self._began is None:
            self._began = now
        if now - self._began > self._longest:
            raise httpcore.ReadError(f"the answer takes longer than {format_duration(self._longest)}")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Writes the bytes; the next one that is read begins an answer.

        Raises:
            httpcore.WriteError: An answer is there already, and it is no interim one (RFC 9110, section 15.2); or the
                connection was cut.
        """
        if not buffer:  # the request is sent whole
            return
        if self._is_cut:
            raise httpcore.WriteError(CUT)
        self._began = None
        self._heard += self._come_already()
        if self._heard.startswith(b"HTTP/1.") and self._heard[8:10] not in {b" 1", b" ", b""}:
            raise httpcore.WriteError("answered before the request was sent")
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Encrypts the connection, which stays the one that `cut` ends; `waits` ends the handshake.

        Raises:
            httpcore.ConnectError: There is no agreement, or the wait for it was ended.
            httpcore.ConnectTimeout: It takes too long.
        """
        handshake = partial(self._stream.start_tls, ssl_context, server_hostname, timeout)
        self._stream = self._waits.result_of(handshake, lambda stream: stream.close())
        self._began = None
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's
        """Tells what the connection knows of itself."""
        return (info == "is_readable" and (self._is_cut or bool(self._heard))) or self._stream.get_extra_info(info)

    def _awaited(self, max_bytes: int, timeout: float | None) -> bytes:
        """Waits for bytes, and looks again and again whether the connection was cut."""
        ends = float("inf") if timeout is None else time.monotonic() + timeout
        most = min(max_bytes, _HEARD_AT_ONCE)
        while not self._is_cut:
            try:
                return self._stream.read(most, max(0.001, min(_LOOKS_EVERY, ends - time.monotonic())))
            except httpcore.ReadTimeout:
                if time.monotonic() >= ends:
                    raise
        raise httpcore.ReadError(CUT)

    def _come_already(self) -> bytes:
        """The bytes that can be read without waiting; none of a TLS connection inside another."""
        opened, over_tls = self.get_extra_info("socket"), self.get_extra_info("ssl_object")
        if over_tls is not None and over_tls is not opened:
            return b""
        try:
            opened.settimeout(0)
            return bytes(opened.recv(_HEARD_AT_ONCE))
        except OSError:  # nothing has come; what is broken, the write will find
            return b""

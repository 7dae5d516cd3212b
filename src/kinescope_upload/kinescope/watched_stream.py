"""Ends the sending of a request that is answered already, and a connection whose answer has no end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import httpcore

from kinescope_upload.text import format_duration

if TYPE_CHECKING:
    import ssl

_HEARD_AT_ONCE: Final = 64 * 1024


class WatchedStream(httpcore.NetworkStream):
    """A connection that looks out for the answer while it sends, so that a refused chunk costs no more bytes.

    httpcore sends a whole body before it reads; a write that fails makes it read at once.

    Args:
        stream: The connection.
        longest: Seconds that an answer, headers and all, may take from its first byte to its last.
    """

    def __init__(self, stream: httpcore.NetworkStream, longest: float) -> None:
        self._stream = stream
        self._longest = longest
        self._heard = b""
        self._began: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Reads up to so many bytes, those first that came while it wrote.

        Raises:
            httpcore.ReadError: The answer takes too long.
        """
        if self._heard:
            data, self._heard = self._heard[:max_bytes], self._heard[max_bytes:]
        else:
            data = self._stream.read(max_bytes, timeout)
        now = time.monotonic()
        if self._began is None:
            self._began = now
        if now - self._began > self._longest:
            raise httpcore.ReadError(f"the answer takes longer than {format_duration(self._longest)}")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Writes the bytes; the next one that is read begins an answer.

        Raises:
            httpcore.WriteError: An answer is there already, and it is no interim one (RFC 9110, section 15.2).
        """
        if not buffer:  # the request is sent whole
            return
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
        """Encrypts the connection."""
        return WatchedStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._longest)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's
        """Tells what the connection knows of itself."""
        return (info == "is_readable" and bool(self._heard)) or self._stream.get_extra_info(info)

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

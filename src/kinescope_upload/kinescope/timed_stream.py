"""Ends a connection whose answer comes so slowly that it has no end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpcore

from kinescope_upload.text import format_duration

if TYPE_CHECKING:
    import ssl


class TimedStream(httpcore.NetworkStream):
    """A connection on which an answer, headers and all, may take only so long.

    Args:
        stream: The connection.
        longest: Seconds from the first byte of an answer to its last.
    """

    def __init__(self, stream: httpcore.NetworkStream, longest: float) -> None:
        self._stream = stream
        self._longest = longest
        self._began: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Reads what has come.

        Raises:
            httpcore.ReadError: The answer takes too long.
        """
        data = self._stream.read(max_bytes, timeout)
        now = time.monotonic()
        if self._began is None:
            self._began = now
        if now - self._began > self._longest:
            raise httpcore.ReadError(f"the answer takes longer than {format_duration(self._longest)}")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends bytes; the next one that is read begins an answer."""
        self._began = None
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Encrypts the connection."""
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._longest)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's
        """Tells what the connection knows of itself."""
        return self._stream.get_extra_info(info)

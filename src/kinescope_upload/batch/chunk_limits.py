"""Remembers for each host which chunks get through to it, for all workers of a run."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit


class ChunkLimits:
    """Holds the most bytes of one chunk, by the host of the upload URL. A limit only ever falls."""

    def __init__(self) -> None:
        self._limits: dict[str, int] = {}
        self._untold: set[str] = set()
        self._kept_apart: set[str] = set()
        self._lock = threading.Lock()

    def of(self, upload_url: str | None, wanted: int) -> int:
        """Returns how many of the wanted bytes may go in one chunk."""
        with self._lock:
            return min(wanted, self._limits.get(host_of(upload_url), wanted))

    def lower(self, upload_url: str | None, most: int) -> None:
        """Lowers the limit of the host."""
        host = host_of(upload_url)
        with self._lock:
            self._limits[host] = min(most, self._limits.get(host, most))
            self._untold.add(host)

    def to_be_told(self, upload_url: str | None, arrived: int) -> int | None:
        """Returns the host's limit once after it fell, when a chunk of `arrived` bytes shows that it is low enough."""
        host = host_of(upload_url)
        with self._lock:
            limit = self._limits.get(host)
            if host not in self._untold or limit is None or arrived > limit:
                return None
            self._untold.discard(host)
            return limit

    def keep_apart(self, upload_url: str | None) -> None:
        """Gives each later chunk to the host a connection of its own."""
        with self._lock:
            self._kept_apart.add(host_of(upload_url))

    def is_kept_apart(self, upload_url: str | None) -> bool:
        """Tells whether each chunk to the host has a connection of its own."""
        with self._lock:
            return host_of(upload_url) in self._kept_apart


def host_of(upload_url: str | None) -> str:
    """Returns the host and port of an upload URL, for people as well."""
    return urlsplit(upload_url or "").netloc

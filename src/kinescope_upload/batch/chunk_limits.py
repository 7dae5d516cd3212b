"""Remembers for each host which chunks get through to it, for all workers of a run."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

from kinescope_upload.policy.sizing import ChunkCap


class ChunkLimits:
    """Holds the most bytes of one chunk, by the host of the upload URL.

    Args:
        uploads: The most uploads at a time.
    """

    def __init__(self, uploads: int = 1) -> None:
        self._first = ChunkCap(uploads=max(1, uploads))
        self._caps: dict[str, ChunkCap] = {}
        self._untold: set[str] = set()
        self._kept_apart: set[str] = set()
        self._refused: dict[str, dict[str, int]] = {}
        """Bytes of the smallest chunks that were refused since a chunk as long arrived, by host and upload."""
        self._kept_whole: set[str] = set()
        self._lock = threading.Lock()

    def of(self, upload_url: str | None, wanted: int) -> int:
        """Returns how many of the wanted bytes may go in one chunk."""
        with self._lock:
            return min(wanted, self._cap(host_of(upload_url)).size)

    def arrived(self, upload_url: str | None, count: int, seconds: float) -> None:
        """Notes that the host acknowledged a chunk of `count` bytes after so many seconds."""
        host = host_of(upload_url)
        with self._lock:
            self._caps[host] = self._cap(host).after_arrival(count, seconds)
            refused = self._refused.get(host, {})
            self._refused[host] = {url: length for url, length in refused.items() if length > count}

    def lost(self, upload_url: str | None, smaller: int) -> None:
        """Notes that a chunk did not arrive, so that the next ones have at most `smaller` bytes."""
        host = host_of(upload_url)
        with self._lock:
            self._caps[host] = self._cap(host).after_loss(smaller)
            self._untold.add(host)

    def refused(self, upload_url: str | None, smaller: int) -> None:
        """Notes that a chunk was refused for its size, so that none in this run has more than `smaller` bytes."""
        host = host_of(upload_url)
        with self._lock:
            self._caps[host] = self._cap(host).after_refusal(smaller)
            self._untold.add(host)

    def refuses_all(self, upload_url: str | None, length: int) -> bool:
        """Notes that even the smallest chunk was refused; tells whether that met another upload to the host as well.

        A chunk as long that arrives since, of any upload, shows that the host takes some.
        """
        with self._lock:
            refused = self._refused.setdefault(host_of(upload_url), {})
            refused[upload_url or ""] = length
            return len(refused) > 1

    def _cap(self, host: str) -> ChunkCap:
        return self._caps.get(host, self._first)

    def to_be_told(self, upload_url: str | None, arrived: int) -> int | None:
        """Returns the host's limit once after it fell, when a chunk of `arrived` bytes shows that it is low enough."""
        host = host_of(upload_url)
        with self._lock:
            limit = self._cap(host).size
            if host not in self._untold or arrived > limit:
                return None
            self._untold.discard(host)
            return limit

    def keep_apart(self, upload_url: str | None) -> None:
        """Gives each later chunk to the host a connection of its own."""
        with self._lock:
            self._kept_apart.add(host_of(upload_url))

    def let_end(self, upload_url: str | None) -> None:
        """Has no pause cut a later chunk to the host: what arrived of one that was cut is not kept there."""
        with self._lock:
            self._kept_whole.add(host_of(upload_url))

    def may_be_cut(self, upload_url: str | None) -> bool:
        """Tells whether a pause may cut chunks to the host, as far as is known: a cut costs nothing there."""
        with self._lock:
            return host_of(upload_url) not in self._kept_whole | self._kept_apart

    def is_kept_apart(self, upload_url: str | None) -> bool:
        """Tells whether each chunk to the host has a connection of its own."""
        with self._lock:
            return host_of(upload_url) in self._kept_apart


def host_of(upload_url: str | None) -> str:
    """Returns the host and port of an upload URL, for people as well."""
    return urlsplit(upload_url or "").netloc

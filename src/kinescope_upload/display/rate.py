"""Measures how fast bytes move. Pure: the time is an argument."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Final

_WINDOW: Final = 30.0
_WARM_UP: Final = 2.0
_RESOLUTION: Final = 0.25
_SHORTEST_SPAN: Final = 1.0


class RateEstimator:
    """Measures the mean rate over the last half minute.

    The span begins and ends at moments at which the total changed: a total that grows by one large acknowledgement
    every twenty seconds is measured as exactly as one that grows by small blocks. Silence counts only beyond the
    longest pause within the span. The first two seconds do not count: then only the buffers of the network fill.
    """

    __slots__ = ("_began", "_samples")

    def __init__(self) -> None:
        self._began: float | None = None
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, total: int, now: float) -> None:
        """Notes that `total` bytes have moved so far; the total may fall when bytes turn out to be lost.

        Args:
            total: Bytes since the beginning.
            now: Seconds, never earlier than the last call's.
        """
        if self._began is None:
            self._began = now
        samples = self._samples
        if now - self._began < _WARM_UP:
            samples.clear()
        elif samples and samples[-1][1] == total:
            return
        elif len(samples) > 1 and now - samples[-2][0] < _RESOLUTION:
            samples.pop()
        samples.append((now, total))
        self._forget(now)

    def restart(self) -> None:
        """Forgets what it measured: from here on bytes move at another rate."""
        self._began = None
        self._samples.clear()

    def rate(self, now: float) -> float | None:
        """Computes the bytes per second; None while too little is known."""
        self._forget(now)
        if len(self._samples) < 2:  # noqa: PLR2004  a span has two ends
            return None
        (first_time, first_total), (last_time, last_total) = self._samples[0], self._samples[-1]
        pause = max(later[0] - earlier[0] for earlier, later in pairwise(self._samples))
        seconds = last_time - first_time + max(0.0, now - last_time - pause)
        return max(0.0, (last_total - first_total) / seconds) if seconds >= _SHORTEST_SPAN else None

    def _forget(self, now: float) -> None:
        while len(self._samples) > 2 and self._samples[1][0] <= now - _WINDOW:  # noqa: PLR2004  a span has two ends
            self._samples.popleft()

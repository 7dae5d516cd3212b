"""The rate limit: how many requests a token may make in a second and in a minute."""

import math
import threading
from collections import defaultdict, deque

from kinescope_upload.emulator.facts import Clock
from kinescope_upload.emulator.settings import Rate

__all__ = ["RateLimiter"]

_SECOND = 1.0
_MINUTE = 60.0


class RateLimiter:
    """Counts the requests of each token over the last second and minute; any thread may ask."""

    def __init__(self, rate: Rate | None, clock: Clock) -> None:
        """Begin with no requests.

        Args:
            rate: The limits; None: every request passes.
            clock: What seconds and minutes are measured by.
        """
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._passed: defaultdict[str, deque[float]] = defaultdict(deque)

    def refuse_for(self, bearer: str) -> int | None:
        """Let a request of this bearer pass and count it, or return the whole seconds it has to wait.

        A refused request is not counted.
        """
        if self._rate is None:
            return None
        with self._lock:
            now, passed = self._clock(), self._passed[bearer]
            while passed and now - passed[0] >= _MINUTE:
                passed.popleft()
            waits = (
                _wait(passed, now, self._rate.per_second, _SECOND),
                _wait(passed, now, self._rate.per_minute, _MINUTE),
            )
            if max(waits) > 0:
                return math.ceil(max(waits))
            passed.append(now)
            return None


def _wait(passed: deque[float], now: float, limit: int, span: float) -> float:
    """Return the seconds until fewer than `limit` requests lie within `span` seconds; 0 when that is so now."""
    if len(passed) < limit:
        return 0.0
    return max(0.0, passed[-limit] + span - now)

"""Holds all workers back together: while the network is down, while the service asks to slow down, by a limit."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from kinescope_upload.batch.stop import Ending, Stop
from kinescope_upload.events import Emit, WaitEnded, WaitKind, WaitStarted
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.policy.pacing import Bucket, Grant

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.policy.pacing import Timetable


_FIRST_PROBE_WAIT = 1.0
_LONGEST_PROBE_WAIT = 15.0


def _minute_of_day() -> int:
    now = time.localtime()
    return now.tm_hour * 60 + now.tm_min


def _unreachable(seconds: float) -> Ending:
    return Ending(
        exit_code=ExitCode.NOT_DONE,
        reason=f"Kinescope could not be reached for {seconds / 60:g} min.",
        hint="Everything is saved: run the same command again when the network is back.",
    )


class NetworkGate:
    """Tells a broken transfer from a network that is down, and waits for the network to come back.

    Args:
        probe: Whether the service can be reached now.
        stop: Ends the wait.
        emit: Is told of the wait.
        longest: Seconds after which the batch ends.
        base: Seconds before the second probe, at most; they grow from there.
        kind: What is waited for.
        ending: How the batch ends after so many seconds.
    """

    def __init__(  # noqa: PLR0913 - two more have a default
        self,
        probe: Callable[[], bool],
        *,
        stop: Stop,
        emit: Emit,
        longest: float,
        base: float = _FIRST_PROBE_WAIT,
        kind: WaitKind = WaitKind.NETWORK,
        ending: Callable[[float], Ending] = _unreachable,
    ) -> None:
        self._kind = kind
        self._ending = ending
        self._probe = probe
        self._stop = stop
        self._emit = emit
        self._longest = longest
        self._base = base
        self._one_probes = threading.Lock()
        self._outages_over = 0

    def wait_until_reachable(self, reason: str) -> bool:
        """Returns at once when the service answers, else as soon as it does.

        One worker probes, the others wait for it.

        Args:
            reason: What made somebody think that the network is down.

        Returns:
            Whether the network had been down.

        Raises:
            InterruptedRunError: The batch ends, or the wait took too long and ends it.
        """
        outages_over = self._outages_over
        while not self._one_probes.acquire(timeout=0.1):
            self._stop.check()
        try:
            self._stop.check()
            if self._outages_over != outages_over:
                return True
            if self._probe():
                return False
            self._stop.check()
            self._wait(reason)
            self._outages_over += 1
            return True
        finally:
            self._one_probes.release()

    def _wait(self, reason: str) -> None:
        began = time.monotonic()
        self._emit(WaitStarted(kind=self._kind, reason=reason, longest=self._longest))
        wait = self._base
        try:
            while not self._probe():
                left = self._longest - (time.monotonic() - began)
                if left <= 0:
                    self._give_up()
                self._stop.pause(min(wait, left))
                wait = min(wait * 2, _LONGEST_PROBE_WAIT)
        finally:
            self._emit(WaitEnded(kind=self._kind, seconds=time.monotonic() - began))

    def _give_up(self) -> None:
        self._stop.request(self._ending(self._longest))
        self._stop.check()


class ThrottleGate:
    """Holds all workers back until the time that the service named.

    Args:
        stop: Ends the wait.
        emit: Hears of the wait.
        longest: The most seconds that one wait may take.
    """

    def __init__(self, *, stop: Stop, emit: Emit, longest: float) -> None:
        self._stop = stop
        self._emit = emit
        self._longest = longest
        self._lock = threading.Lock()
        self._until = 0.0
        self._held_since: float | None = None

    def hold(self, seconds: float, reason: str) -> None:
        """Lets nobody pass for this long from now on."""
        now = time.monotonic()
        seconds = min(seconds, self._longest)
        with self._lock:
            self._until = max(self._until, now + seconds)
            begins = self._held_since is None
            if begins:
                self._held_since = now
        if begins:
            self._emit(WaitStarted(kind=WaitKind.THROTTLED, reason=reason, longest=seconds))

    def wait(self) -> None:
        """Returns when nobody is held back any more.

        Raises:
            InterruptedRunError: The batch ends.
        """
        while (left := self._until - time.monotonic()) > 0:
            self._stop.pause(left)
        with self._lock:
            since, self._held_since = self._held_since, None
        if since is not None:
            self._emit(WaitEnded(kind=WaitKind.THROTTLED, seconds=time.monotonic() - since))


class PaceGate:
    """Lets all workers together send no faster than the user allows.

    Args:
        timetable: The rates.
        stop: Ends the waits.
        clock: Monotonic seconds.
        minute: Minutes since midnight, local time.
    """

    def __init__(
        self,
        timetable: Timetable,
        *,
        stop: Stop,
        clock: Callable[[], float] = time.monotonic,
        minute: Callable[[], int] = _minute_of_day,
    ) -> None:
        self._timetable = timetable
        self._stop = stop
        self._clock = clock
        self._minute = minute
        self._bucket = Bucket()
        self._lock = threading.Lock()

    def pass_bytes(self, most: int) -> Grant:
        """Waits until bytes may be sent; how many, and how long the wait was.

        Args:
            most: The most bytes that are wanted.

        Raises:
            InterruptedRunError: The batch ends.
        """
        if self._timetable.is_unlimited:
            return Grant(most, 0.0)
        with self._lock:
            grant = self._bucket.ask(most, self._timetable.rate_at(self._minute()), self._clock())
        if grant.wait:
            self._stop.pause(grant.wait)
        return grant

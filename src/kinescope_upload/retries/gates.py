"""Holds all workers back together: while the network is down, while the service asks to slow down, by a limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from kinescope_upload.events import WaitEnded, WaitKind, WaitStarted
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.policy.pacing import Bucket, Grant, minute_of_week
from kinescope_upload.retries.stop import Ending, Stop
from kinescope_upload.text import format_duration

if TYPE_CHECKING:
    from kinescope_upload.policy.pacing import Timetable


EmitWait = Callable[[WaitStarted | WaitEnded], None]

_FIRST_PROBE_WAIT = 1.0
_LONGEST_PROBE_WAIT = 15.0


def _this_minute() -> int:
    return minute_of_week(datetime.now().astimezone())


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request failed.

    Attributes:
        probe: Whether Kinescope can be reached there now.
        longest: Seconds after which a wait for it ends the batch.
        hint: What to do then.
        host: The host; an outage of one is waited for once, and holds no request to another.
        out: What is said of it then, before the time.
        instead: Who answered instead of Kinescope, in words; empty where nobody did.
    """

    probe: Callable[[], bool]
    longest: float
    hint: str
    host: str = ""
    out: str = "Kinescope could not be reached"
    instead: str = ""


class _Probing:
    """Who probes one host, and how many of its outages are over."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.outages_over = 0


class NetworkGate:
    """Tells a broken transfer from a network that is down, and waits for the network to come back.

    Args:
        stop: Ends the wait.
        emit: Is told of the wait.
        base: Seconds before the second probe, at most; they grow from there.
        kind: What is waited for.
    """

    def __init__(
        self, *, stop: Stop, emit: EmitWait, base: float = _FIRST_PROBE_WAIT, kind: WaitKind = WaitKind.NETWORK
    ) -> None:
        self._kind = kind
        self._stop = stop
        self._emit = emit
        self._base = base
        self._probing: dict[str, _Probing] = {}
        self._lock = threading.Lock()
        self._hosts_out = 0
        self._out_since = 0.0

    def wait_until_reachable(self, reason: str, place: Place) -> bool:
        """Returns at once when the service answers, else as soon as it does.

        One worker probes a host, the others that need it wait for that one.

        Args:
            reason: What made somebody think that the network is down.
            place: Where that was.

        Returns:
            Whether the network had been down.

        Raises:
            InterruptedRunError: The batch ends, or the wait took too long and ends it.
        """
        with self._lock:
            probing = self._probing.setdefault(place.host, _Probing())
        outages_over = probing.outages_over
        while not probing.lock.acquire(timeout=0.1):
            self._stop.check()
        try:
            self._stop.check()
            if probing.outages_over != outages_over:
                return True
            if place.probe():
                return False
            self._stop.check()
            self._wait(reason, place)
            probing.outages_over += 1
            return True
        finally:
            probing.lock.release()

    def _wait(self, reason: str, place: Place) -> None:
        began = time.monotonic()
        wait = self._base
        self._tell_outage(reason, place)
        while not place.probe():
            left = place.longest - (time.monotonic() - began)
            if left <= 0:
                self.give_up(reason, place)
            self._stop.pause(min(wait, left))
            wait = min(wait * 2, _LONGEST_PROBE_WAIT)
        self._tell_end()

    def _tell_outage(self, reason: str, place: Place) -> None:
        """Tells that the wait begins, unless another host is waited for."""
        with self._lock:
            self._hosts_out += 1
            if self._hosts_out == 1:
                self._out_since = time.monotonic()
                event = WaitStarted(kind=self._kind, reason=reason, longest=place.longest, instead=place.instead)
                self._emit(event)

    def _tell_end(self) -> None:
        """Tells that the wait is over, unless another host is waited for; a wait that was given up has no end."""
        with self._lock:
            self._hosts_out -= 1
            if not self._hosts_out:
                self._emit(WaitEnded(kind=self._kind, seconds=time.monotonic() - self._out_since))

    def give_up(self, reason: str, place: Place) -> NoReturn:
        """Ends the batch, with everything resumable.

        Raises:
            InterruptedRunError: Always.
        """
        self._stop.request(
            Ending(
                exit_code=ExitCode.STOPPED,
                reason=f"{place.out} for {format_duration(place.longest)}. {reason}",
                hint=place.hint,
            )
        )
        self._stop.check()
        raise AssertionError("the batch has ended")


class ThrottleGate:
    """Holds all workers back until the time that the service named.

    Args:
        stop: Ends the wait.
        emit: Hears of the wait.
        longest: The most seconds that one wait may take.
    """

    def __init__(self, *, stop: Stop, emit: EmitWait, longest: float) -> None:
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
        minute: Minutes since Monday 00:00, local time.
    """

    def __init__(
        self,
        timetable: Timetable,
        *,
        stop: Stop,
        clock: Callable[[], float] = time.monotonic,
        minute: Callable[[], int] = _this_minute,
    ) -> None:
        self._timetable = timetable
        self._stop = stop
        self._clock = clock
        self._minute = minute
        self._bucket = Bucket()
        self._lock = threading.Lock()

    def change(self, timetable: Timetable) -> None:
        """Keeps to these rates from now on; any thread may ask for it."""
        with self._lock:
            self._timetable = timetable

    def pass_bytes(self, most: int) -> Grant:
        """Waits until bytes may be sent; how many, and how long the wait was.

        Args:
            most: The most bytes that are wanted.

        Raises:
            InterruptedRunError: The batch ends.
        """
        timetable = self._timetable
        if timetable.is_unlimited:
            return Grant(most, 0.0)
        with self._lock:
            grant = self._bucket.ask(most, timetable.rate_at(self._minute()), self._clock())
        if grant.wait:
            self._stop.pause(grant.wait)
        return grant

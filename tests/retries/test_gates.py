"""What holds workers back together, and the one way to end a batch early: real threads, and nobody sleeps."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.errors import BatchStoppedError, InterruptedRunError
from kinescope_upload.events import RunEvent, WaitEnded, WaitKind, WaitStarted
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.retries.gates import NetworkGate, Place, ThrottleGate
from kinescope_upload.retries.stop import Ending, Stop
from support.elapsed import no_shorter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE: Final = 30.0
"""Seconds after which a test that waits for another thread has failed."""

_CTRL_C: Final = Ending(exit_code=ExitCode.INTERRUPTED, reason="Stopped by Ctrl+C.", hint="Run it again.")


def _no_cut() -> None:
    """Nothing is being transferred here."""


class _WatchedStop(Stop):
    """A stop that tells which threads have asked it."""

    def __init__(self) -> None:
        super().__init__(_no_cut)
        self._asked: dict[int, int] = {}
        self._changed = threading.Condition()

    def check(self) -> None:
        with self._changed:
            me = threading.get_ident()
            self._asked[me] = self._asked.get(me, 0) + 1
            self._changed.notify_all()
        super().check()

    def wait_for_somebody_new(self, known: int) -> None:
        """Returns when more threads than those have asked."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._asked) > known, _PATIENCE)


class _Heard:
    """The events so far; a wait can be waited for."""

    def __init__(self) -> None:
        self.events: list[RunEvent] = []
        self.wait_began = threading.Event()

    def __call__(self, event: RunEvent) -> None:
        self.events.append(event)
        if isinstance(event, WaitStarted):
            self.wait_began.set()

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


class _Line:
    """A network that is up or down; who probes is counted."""

    def __init__(self) -> None:
        self.is_up = threading.Event()
        self.probed_again = threading.Event()
        self.probes = 0

    def probe(self) -> bool:
        self.probes += 1
        if self.probes > 1:
            self.probed_again.set()
        return self.is_up.is_set()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def _place(probe: Callable[[], bool], longest: float = 3600.0, host: str = "") -> Place:
    return Place(probe=probe, longest=longest, hint="Run it again.", host=host)


def _network(
    line: _Line, stop: Stop, heard: _Heard, *, longest: float = 3600.0, base: float = 0.005
) -> Callable[[str], bool]:
    gate = NetworkGate(stop=stop, emit=heard, base=base)
    return lambda reason: gate.wait_until_reachable(reason, _place(line.probe, longest))


# --- The network -------------------------------------------------------------------------------------------------


def test_a_transfer_that_breaks_while_the_network_is_up_waits_for_nothing() -> None:
    line, heard = _Line(), _Heard()
    line.is_up.set()

    assert not _network(line, Stop(_no_cut), heard)("broke")
    assert heard.events == []
    assert line.probes == 1


def test_a_network_that_is_down_is_waited_for_and_the_wait_is_told(threads: ThreadPoolExecutor) -> None:
    line, heard = _Line(), _Heard()
    waiting = threads.submit(_network(line, Stop(_no_cut), heard), "reset by peer")

    assert heard.wait_began.wait(_PATIENCE)
    line.is_up.set()

    assert waiting.result(_PATIENCE)
    assert heard.events[0] == WaitStarted(kind=WaitKind.NETWORK, reason="reset by peer", longest=3600.0)
    assert heard.kinds == ["WaitStarted", "WaitEnded"]
    ended = heard.events[1]
    assert isinstance(ended, WaitEnded)
    assert ended.kind is WaitKind.NETWORK
    assert ended.seconds > 0.0


def test_whoever_waited_for_the_prober_has_waited_for_the_network_too(threads: ThreadPoolExecutor) -> None:
    line, heard, stop = _Line(), _Heard(), _WatchedStop()
    gate = _network(line, stop, heard)
    waiting = [threads.submit(gate, "reset by peer")]
    assert heard.wait_began.wait(_PATIENCE)
    for others in (1, 2):
        waiting.append(threads.submit(gate, "reset by peer"))
        stop.wait_for_somebody_new(known=others)

    line.is_up.set()

    assert [future.result(_PATIENCE) for future in waiting] == [True, True, True]
    assert heard.kinds == ["WaitStarted", "WaitEnded"]


def test_a_later_break_is_no_part_of_an_outage_that_is_over(threads: ThreadPoolExecutor) -> None:
    line, heard = _Line(), _Heard()
    gate = _network(line, Stop(_no_cut), heard)
    waiting = threads.submit(gate, "reset by peer")
    assert heard.wait_began.wait(_PATIENCE)
    line.is_up.set()
    assert waiting.result(_PATIENCE)

    assert not gate("reset by peer")


def test_an_outage_of_one_host_holds_no_request_to_another(threads: ThreadPoolExecutor) -> None:
    uploads, api, heard = _Line(), _Line(), _Heard()
    api.is_up.set()
    gate = NetworkGate(stop=Stop(_no_cut), emit=heard, base=0.005)
    waiting = threads.submit(gate.wait_until_reachable, "reset by peer", _place(uploads.probe, host="uploads"))
    assert heard.wait_began.wait(_PATIENCE)

    asked = threads.submit(gate.wait_until_reachable, "reset by peer", _place(api.probe, host="api"))

    assert asked.result(_PATIENCE) is False
    uploads.is_up.set()
    assert waiting.result(_PATIENCE)


def test_outages_of_two_hosts_are_told_as_one(threads: ThreadPoolExecutor) -> None:
    uploads, api, heard = _Line(), _Line(), _Heard()
    gate = NetworkGate(stop=Stop(_no_cut), emit=heard, base=0.005)
    waiting = threads.submit(gate.wait_until_reachable, "reset by peer", _place(uploads.probe, host="uploads"))
    assert heard.wait_began.wait(_PATIENCE)
    other = threads.submit(gate.wait_until_reachable, "reset by peer", _place(api.probe, host="api"))
    assert api.probed_again.wait(_PATIENCE)

    uploads.is_up.set()
    assert waiting.result(_PATIENCE)
    api.is_up.set()

    assert other.result(_PATIENCE)
    assert heard.kinds == ["WaitStarted", "WaitEnded"]


class _ImpatientStop(Stop):
    """A stop that notes how long it was to pause, and does not."""

    def __init__(self) -> None:
        super().__init__(_no_cut)
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.check()


def test_probes_grow_rarer_up_to_every_15_seconds() -> None:
    stop = _ImpatientStop()
    gate = NetworkGate(stop=stop, emit=_Heard())

    assert gate.wait_until_reachable("no route", _place(lambda: len(stop.pauses) >= 7))
    assert stop.pauses == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]


def test_an_outage_that_takes_too_long_ends_the_batch_and_stays_resumable() -> None:
    heard, stop = _Heard(), Stop(_no_cut)

    with pytest.raises(InterruptedRunError, match=r"Kinescope could not be reached for 0 s\."):
        _network(_Line(), stop, heard, longest=0.0)("no route")

    assert stop.ending == Ending(
        exit_code=ExitCode.STOPPED,
        reason="Kinescope could not be reached for 0 s. no route",
        hint="Run it again.",
    )
    assert heard.kinds == ["WaitStarted"], "nothing was reached again"


def test_the_last_pause_ends_with_the_longest_wait() -> None:
    stop = _ImpatientStop()
    gate = NetworkGate(stop=stop, emit=_Heard(), base=60.0)

    assert gate.wait_until_reachable("no route", _place(lambda: bool(stop.pauses), 0.5))
    assert 0.0 < stop.pauses[0] <= 0.5


def test_the_end_of_the_batch_ends_the_wait_for_the_network_for_everybody(threads: ThreadPoolExecutor) -> None:
    heard, stop = _Heard(), _WatchedStop()
    gate = _network(_Line(), stop, heard, base=3600.0)
    waiting = [threads.submit(gate, "no route")]
    assert heard.wait_began.wait(_PATIENCE)
    waiting.append(threads.submit(gate, "no route"))
    stop.wait_for_somebody_new(known=1)

    stop.request(_CTRL_C)

    assert [_interruption_of(future) for future in waiting] == ["Stopped by Ctrl+C. Run it again."] * 2
    assert heard.kinds == ["WaitStarted"]


def test_nobody_probes_once_the_batch_has_ended() -> None:
    line, stop = _Line(), Stop(_no_cut)
    stop.request(_CTRL_C)

    with pytest.raises(InterruptedRunError):
        _network(line, stop, _Heard())("cut")
    assert line.probes == 0


def _interruption_of(future: Future[bool] | Future[None]) -> str:
    error = future.exception(_PATIENCE)
    assert isinstance(error, InterruptedRunError)
    return str(error)


# --- Throttling --------------------------------------------------------------------------------------------------


def _throttle(heard: _Heard, stop: Stop | None = None, *, longest: float = 3600.0) -> ThrottleGate:
    return ThrottleGate(stop=stop or Stop(_no_cut), emit=heard, longest=longest)


def test_nobody_is_held_back_before_the_service_asks_for_it() -> None:
    heard = _Heard()

    _throttle(heard).wait()

    assert heard.events == []


def test_everybody_is_held_back_until_the_time_is_over_and_it_is_told_once(threads: ThreadPoolExecutor) -> None:
    heard = _Heard()
    gate = _throttle(heard)
    began = time.monotonic()
    gate.hold(0.05, "429")
    gate.hold(0.01, "429")

    for waiting in [threads.submit(gate.wait) for _ in range(4)]:
        waiting.result(_PATIENCE)

    assert no_shorter(time.monotonic() - began, 0.05)
    assert heard.kinds == ["WaitStarted", "WaitEnded"]
    assert heard.events[0] == WaitStarted(kind=WaitKind.THROTTLED, reason="429", longest=0.05)
    assert isinstance(heard.events[1], WaitEnded)
    assert heard.events[1].kind is WaitKind.THROTTLED
    assert no_shorter(heard.events[1].seconds, 0.05)


def test_a_longer_wait_that_is_asked_for_meanwhile_counts() -> None:
    heard = _Heard()
    gate = _throttle(heard)
    gate.hold(0.01, "429")
    began = time.monotonic()
    gate.hold(0.05, "503")

    gate.wait()

    assert no_shorter(time.monotonic() - began, 0.05)
    assert heard.kinds == ["WaitStarted", "WaitEnded"]


def test_the_next_wait_is_told_again() -> None:
    heard = _Heard()
    gate = _throttle(heard)
    for _ in range(2):
        gate.hold(0.001, "429")
        gate.wait()

    assert heard.kinds == ["WaitStarted", "WaitEnded"] * 2


def test_no_service_may_hold_the_batch_longer_than_the_longest_wait() -> None:
    heard = _Heard()
    gate = _throttle(heard, longest=0.01)
    gate.hold(1e18, "429")

    gate.wait()

    assert heard.events[0] == WaitStarted(kind=WaitKind.THROTTLED, reason="429", longest=0.01)


def test_the_end_of_the_batch_ends_a_throttled_wait_for_everybody(threads: ThreadPoolExecutor) -> None:
    stop = Stop(_no_cut)
    gate = _throttle(_Heard(), stop)
    gate.hold(3600.0, "429")
    waiting = [threads.submit(gate.wait) for _ in range(4)]

    stop.request(_CTRL_C)

    assert [_interruption_of(future) for future in waiting] == ["Stopped by Ctrl+C. Run it again."] * 4


# --- Stop --------------------------------------------------------------------------------------------------------


def test_while_nobody_asked_the_batch_goes_on() -> None:
    stop = Stop(_no_cut)

    stop.check()
    stop.pause(0.0)
    stop.pause(-1.0)

    assert stop.ending is None


def test_the_first_ending_counts_and_each_request_cuts_the_transfers() -> None:
    cuts: list[Ending | None] = []
    stop = Stop(lambda: cuts.append(stop.ending))
    stop.request(_CTRL_C)
    stop.request(Ending(exit_code=ExitCode.STOPPED, reason="No money."))

    assert stop.ending == _CTRL_C
    assert cuts == [_CTRL_C, _CTRL_C]
    with pytest.raises(InterruptedRunError) as caught:
        stop.check()
    assert (caught.value.what, caught.value.hint) == ("Stopped by Ctrl+C.", "Run it again.")


def test_a_pause_ends_at_once_when_the_batch_ends(threads: ThreadPoolExecutor) -> None:
    stop = Stop(_no_cut)
    pausing = threads.submit(stop.pause, 3600.0)

    stop.request(_CTRL_C)

    assert _interruption_of(pausing) == "Stopped by Ctrl+C. Run it again."


def test_what_stops_a_batch_becomes_its_ending_without_saying_the_hint_twice() -> None:
    error = BatchStoppedError("No money (402).", "Pay, then run it again.", request_id="r-1")

    assert Ending.of(error) == Ending(
        exit_code=ExitCode.STOPPED, reason="No money (402) (X-Request-ID r-1).", hint="Pay, then run it again."
    )

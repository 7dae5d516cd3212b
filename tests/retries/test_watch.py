"""The main thread only watches: signals, `kupload stop` and a machine that slept are heard while others work."""

from __future__ import annotations

import _thread
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.errors import InterruptedRunError, TryAgainError
from kinescope_upload.progress import ProgressStore, ask_to_stop
from kinescope_upload.retries.stop import Stop
from kinescope_upload.retries.watch import SleepDetector, Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_A_MINUTE: Final = 60.0


class _Transfer:
    """Work that ends when it is cut, as a request does."""

    def __init__(self, *, once_begun: Callable[[], object]) -> None:
        self._once_begun = once_begun
        self.was_cut = threading.Event()

    def __call__(self) -> str:
        self._once_begun()
        return "ended" if self.was_cut.wait(_A_MINUTE) else "nobody cut it"


def _watch(cut: Callable[[], None]) -> Watch:
    return Watch(stop=Stop(cut), cut=cut, emit=lambda _event: None)


def test_the_work_gives_what_it_gives_and_raises_what_it_raises() -> None:
    watch = _watch(lambda: pytest.fail("it was cut"))

    def refuse() -> None:
        raise TryAgainError("not now")

    assert watch.during(threading.current_thread) is not threading.current_thread()
    with pytest.raises(TryAgainError, match="not now"):
        watch.during(refuse)


def test_a_signal_that_interrupts_no_wait_is_heard_and_ends_the_work() -> None:
    """`interrupt_main` wakes nobody, as a signal on Windows does not."""
    transfer = _Transfer(once_begun=_thread.interrupt_main)
    watch = _watch(transfer.was_cut.set)
    with pytest.raises(KeyboardInterrupt):
        watch.during(transfer)
    assert transfer.was_cut.is_set()
    with pytest.raises(InterruptedRunError):
        watch.stop.check()


def test_kupload_stop_is_heard_in_mid_request(tmp_path: Path) -> None:
    transfer = _Transfer(once_begun=partial(ask_to_stop, tmp_path))
    watch = _watch(transfer.was_cut.set)
    with ProgressStore(tmp_path, ["c"]) as store:
        watch.stop.listen(store)
        assert watch.during(transfer) == "ended"  # it got its moment, and what it did counts
        with pytest.raises(InterruptedRunError, match="kupload stop"):
            watch.pause(0)


def test_kupload_stop_ends_a_pause(tmp_path: Path) -> None:
    watch = _watch(lambda: None)
    with ProgressStore(tmp_path, ["c"]) as store:
        watch.stop.listen(store, "Nothing was begun.")
        watch.pause(0.01)
        ask_to_stop(tmp_path)
        with pytest.raises(InterruptedRunError) as caught:
            watch.pause(_A_MINUTE)
    assert (caught.value.what, caught.value.hint) == ("Stopped by `kupload stop`.", "Nothing was begun.")


def test_work_that_fails_because_it_is_cut_is_interrupted_and_not_failed(tmp_path: Path) -> None:
    transfer = _Transfer(once_begun=partial(ask_to_stop, tmp_path))

    def fail() -> None:
        transfer()
        raise TryAgainError("The connection broke.")

    watch = _watch(transfer.was_cut.set)
    with ProgressStore(tmp_path, ["c"]) as store:
        watch.stop.listen(store)
        with pytest.raises(InterruptedRunError):
            watch.during(fail)


def test_a_request_to_stop_ends_what_listens_once(tmp_path: Path) -> None:
    cuts: list[None] = []
    stop = Stop(lambda: cuts.append(None))
    with ProgressStore(tmp_path, ["c"]) as store:
        stop.listen(store)
        stop.look()
        before = stop.ending
        ask_to_stop(tmp_path)
        stop.look()
        stop.look()

    assert before is None
    assert stop.ending
    assert stop.ending.reason == "Stopped by `kupload stop`."
    assert len(cuts) == 1


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def two_clocks() -> tuple[_Clock, _Clock]:
    """One that counts sleep and one that may not."""
    return _Clock(), _Clock()


@pytest.mark.parametrize(
    ("first", "second", "slept"),
    [
        (0.2, 0.2, []),
        (9.9, 9.9, []),
        (10.0, 0.2, [10.0]),
        (0.2, 3600.0, [3600.0]),
        (3000.0, 3600.0, [3600.0]),
        (0.2, -3600.0, []),
    ],
)
def test_a_tick_that_comes_far_too_late_on_any_clock_means_sleep(
    two_clocks: tuple[_Clock, _Clock], first: float, second: float, slept: list[float]
) -> None:
    woken: list[float] = []
    detector = SleepDetector(woken.append, two_clocks)

    two_clocks[0].now += first
    two_clocks[1].now += second
    detector.tick()

    assert woken == pytest.approx(slept)


def test_each_sleep_is_noticed_once(two_clocks: tuple[_Clock, _Clock]) -> None:
    woken: list[float] = []
    detector = SleepDetector(woken.append, two_clocks)

    for seconds in (0.2, 60.0, 0.2, 9.0, 9.0, 120.0, 0.2):
        two_clocks[0].now += seconds
        detector.tick()

    assert woken == pytest.approx([60.0, 120.0])


def test_the_real_clocks_do_not_sleep_between_two_ticks() -> None:
    woken: list[float] = []
    detector = SleepDetector(woken.append)

    detector.tick()
    detector.tick()

    assert woken == []

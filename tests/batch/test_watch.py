"""What is watched for while workers work: signals, a request to stop, a machine that slept."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.batch.watch import SleepDetector, graceful_signals
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.progress import ProgressStore, ask_to_stop
from kinescope_upload.retries.stop import Ending, Stop, stop_when_asked
from support.systems import posix_only

if TYPE_CHECKING:
    from pathlib import Path


def _no_cut() -> None:
    """Nothing is being transferred here."""


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


@posix_only("a signal that a process raises itself ends it there")
@pytest.mark.parametrize(
    ("number", "word"), [(signal.SIGINT, "Ctrl+C"), (signal.SIGTERM, "SIGTERM"), (signal.Signals(1), "SIGHUP")]
)
def test_the_first_signal_ends_the_batch_and_the_handlers_are_put_back(number: signal.Signals, word: str) -> None:
    stop = Stop(_no_cut)
    before = signal.getsignal(number)

    with graceful_signals(stop):
        signal.raise_signal(number)

    assert stop.ending == Ending(
        exit_code=ExitCode.INTERRUPTED,
        reason=f"Stopped by {word}.",
        hint="Everything is saved; the same command goes on where it was.",
    )
    assert signal.getsignal(number) is before


def test_a_request_to_stop_ends_the_batch_once(tmp_path: Path) -> None:
    cuts: list[None] = []
    stop = Stop(lambda: cuts.append(None))
    with ProgressStore(tmp_path, ["c"]) as store:
        stop_when_asked(stop, tmp_path, store.courses)
        before = stop.ending
        ask_to_stop(tmp_path)
        stop_when_asked(stop, tmp_path, store.courses)
        stop_when_asked(stop, tmp_path, store.courses)

    assert before is None
    assert stop.ending
    assert stop.ending.reason == "Stopped by `kupload stop`."
    assert len(cuts) == 1

"""The pause: who is held, for how long, and what a request on its way gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.errors import InterruptedRunError, PausedError
from kinescope_upload.events import WaitEnded, WaitKind, WaitStarted
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.retries.pause import PauseGate
from kinescope_upload.retries.stop import Ending, Stop

if TYPE_CHECKING:
    from kinescope_upload.events import RunEvent


class _Stage:
    def __init__(self) -> None:
        self.now = 100.0
        self.told: list[RunEvent] = []
        self.stop = Stop(lambda: None)
        self.gate = PauseGate(stop=self.stop, emit=self.told.append, grace=5.0, clock=lambda: self.now)


@pytest.fixture
def stage() -> _Stage:
    return _Stage()


def test_nobody_is_held_who_was_not_paused(stage: _Stage) -> None:
    stage.gate.wait()
    stage.gate.check()
    stage.gate.look()
    stage.gate.release()
    assert stage.told == []


def test_a_request_on_its_way_has_its_time_to_end_then_it_is_cut(stage: _Stage) -> None:
    stage.gate.hold(60.0)
    stage.now += 4.9
    stage.gate.check()
    stage.now += 0.1
    with pytest.raises(PausedError):
        stage.gate.check()


def test_a_pause_ends_with_its_time_and_says_how_long_it_was(stage: _Stage) -> None:
    stage.gate.hold(60.0)
    stage.now += 59.9
    stage.gate.look()
    assert stage.gate.is_held
    stage.now += 0.1
    stage.gate.look()
    stage.gate.wait()
    stage.gate.check()
    started, ended = stage.told
    assert isinstance(started, WaitStarted)
    assert (started.kind, started.longest) == (WaitKind.PAUSED, 60.0)
    assert isinstance(ended, WaitEnded)
    assert (ended.kind, round(ended.seconds, 6)) == (WaitKind.PAUSED, 60.0)


def test_a_second_pause_sets_another_end_and_gives_no_request_more_time(stage: _Stage) -> None:
    stage.gate.hold(60.0)
    stage.now += 4.0
    stage.gate.hold(10.0)
    assert [event.longest for event in stage.told if isinstance(event, WaitStarted)] == [60.0, 10.0]
    assert len(stage.told) == 2  # it never went on
    stage.now += 1.0
    with pytest.raises(PausedError):
        stage.gate.check()
    stage.now += 9.0
    stage.gate.look()
    assert not stage.gate.is_held
    assert stage.told[-1] == WaitEnded(kind=WaitKind.PAUSED, seconds=14.0)


def test_whoever_waits_goes_on_when_somebody_says_so(stage: _Stage) -> None:
    stage.gate.hold(60.0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stage.gate.wait)
        stage.gate.release()
        assert waiting.result(30) is None


def test_a_batch_that_ends_ends_the_pause(stage: _Stage) -> None:
    stage.gate.hold(60.0)
    stage.stop.request(Ending(exit_code=ExitCode.INTERRUPTED, reason="Stopped by Ctrl+C."))
    with pytest.raises(InterruptedRunError):
        stage.gate.wait()

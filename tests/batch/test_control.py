"""What is done in mid-run of what people want."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.batch.control import Control, Levers
from kinescope_upload.batch.jobs import Jobs
from kinescope_upload.events import JobsChanged, LimitChanged, WaitEnded, WaitStarted, Warned, WishTaken
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.policy.jobs import JobsSearch
from kinescope_upload.policy.pacing import UNLIMITED
from kinescope_upload.retries.gates import PaceGate
from kinescope_upload.retries.pause import PauseGate
from kinescope_upload.retries.stop import Stop

if TYPE_CHECKING:
    from kinescope_upload.events import RunEvent

MIB = 1024 * 1024


class _Run:
    """A run that is told things, with a clock that moves when it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0
        self.reads = 0
        self.wishes = Wishes()
        self.told: list[RunEvent] = []
        self.stop = stop = Stop(lambda: None)
        self.jobs = Jobs(2, most=2, clock=self.clock, emit=self.told.append)
        self.pace = PaceGate(UNLIMITED, stop=stop, clock=self.clock)
        self.pause = PauseGate(stop=stop, emit=self.jobs.emit, clock=self.clock)
        auto = JobsSearch.starting(None, 8)
        levers = Levers(pause=self.pause, pace=self.pace, jobs=self.jobs, auto=auto, stop=stop)
        self.control = Control(self._read, levers, emit=self.jobs.emit, clock=self.clock)

    def clock(self) -> float:
        return self.now

    def _read(self) -> Wishes:
        self.reads += 1
        return self.wishes

    def look(self, passed: float = 1.0) -> list[type[RunEvent]]:
        """What is told at this look."""
        self.now += passed
        known = len(self.told)
        self.control.look()
        return [type(event) for event in self.told[known:]]


@pytest.fixture
def run() -> _Run:
    return _Run()


def test_each_wish_is_done_once_in_the_order_in_which_they_came_and_answered(run: _Run) -> None:
    run.wishes = Wishes().limited("1M").paused(60.0).at_a_time(3)
    assert run.look() == [LimitChanged, WishTaken, WaitStarted, WishTaken, JobsChanged, WishTaken]
    assert [event.number for event in run.told if isinstance(event, WishTaken)] == [1, 2, 3]
    assert (run.jobs.number, run.pause.is_held, run.pace.pass_bytes(MIB).count) == (3, True, MIB // 8)
    assert run.look() == []
    run.wishes = run.wishes.paused(0)
    assert run.look() == [WaitEnded, WishTaken]
    assert run.look() == []


def test_of_two_wishes_of_a_kind_the_last_counts(run: _Run) -> None:
    run.wishes = Wishes().at_a_time(5).at_a_time(4)
    assert run.look() == [JobsChanged, WishTaken]
    assert run.jobs.number == 4


def test_a_number_that_follows_the_line_begins_where_the_run_is(run: _Run) -> None:
    run.wishes = Wishes().at_a_time(6)
    run.look()
    run.wishes = run.wishes.at_a_time(None)
    run.look()
    assert (run.jobs.number, run.jobs.is_auto) == (6, True)


@pytest.mark.parametrize(
    ("is_from_page", "reason"), [(False, "Stopped by `kupload stop`."), (True, "Stopped on its page.")]
)
def test_it_stops_when_it_is_told_to_and_says_by_what(run: _Run, reason: str, *, is_from_page: bool) -> None:
    run.wishes = Wishes().stopped(is_from_page=is_from_page)
    assert run.look() == [WishTaken]
    assert run.stop.ending
    assert run.stop.ending.reason == reason
    assert run.stop.ending.exit_code == ExitCode.INTERRUPTED


def test_a_pause_ends_by_itself(run: _Run) -> None:
    run.wishes = Wishes().paused(5.0)
    run.look()
    assert run.look(4.9) == []
    assert run.look(0.1) == [WaitEnded]


def test_the_file_is_read_twice_a_second_at_the_most(run: _Run) -> None:
    for _ in range(100):
        run.look(0.05)
    assert 8 <= run.reads <= 11


def test_a_rate_of_a_later_version_is_warned_of(run: _Run) -> None:
    run.wishes = Wishes().limited("as fast as the wind")
    assert run.look() == [Warned, WishTaken]

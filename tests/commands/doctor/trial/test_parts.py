"""The parts of a try that need no service: the video, the budget of waits, and watching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.commands.doctor.readings.outcome import Found
from kinescope_upload.commands.doctor.trial.session import Watch
from kinescope_upload.commands.doctor.trial.waits import WaitBudget
from kinescope_upload.commands.doctor.trial.watching import watch_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.commands.doctor.readings.outcome import Outcome


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def budget(self, total: float) -> WaitBudget:
        return WaitBudget(total, clock=lambda: self.seconds, sleep=self.sleep)


def test_no_wait_exceeds_what_is_left_of_the_budget() -> None:
    time = Time()
    budget = time.budget(10)
    assert budget.pause(4)
    assert not budget.pause(7)
    assert (time.seconds, budget.left) == (4, 6)
    budget.grant(20)
    assert budget.pause(20)
    assert not budget.pause(0.1)


def test_eventually_ends_when_it_holds_and_when_its_time_is_over() -> None:
    time = Time()
    assert time.budget(100).eventually(lambda: time.seconds >= 2, at_most=10)
    begun = time.seconds
    assert not time.budget(100).eventually(lambda: False, at_most=10)
    assert 10 <= time.seconds - begun <= 11
    assert not time.budget(3).eventually(lambda: False, at_most=10)


def watch(time: Time, *, told_at: float, at_most: float, name: str = "move", begun: float = 0.0) -> Watch:
    def look(*, is_last: bool) -> Sequence[Outcome]:
        if time.seconds >= told_at:
            return [Found(name=name, value="put", remark="told")]
        return [Found(name=name, value="both", remark="last")] if is_last else []

    return Watch(what=f"{name}", begun=begun, at_most=at_most, look=look)


def test_all_are_watched_at_once_each_for_its_own_time() -> None:
    time, announced = Time(), []
    watches = [
        watch(time, told_at=30, at_most=60),
        watch(time, told_at=500, at_most=60),
        watch(time, told_at=500, at_most=900),
    ]
    found = list(watch_all(watches, time.budget(600), lambda what, at_most: announced.append((what, at_most))))
    assert [one.remark for one in found if isinstance(one, Found)] == ["told", "last", "told"]
    assert time.seconds <= 505
    assert [what for what, _ in announced] == ["move, move, move", "move, move", "move"]
    assert announced[0][1] == 600


def test_what_was_waited_since_the_beginning_counts_for_what_is_announced_and_for_the_end() -> None:
    time, announced = Time(), []
    time.seconds = 57.5
    watched = [watch(time, told_at=500, at_most=60, begun=0.0)]
    found = list(watch_all(watched, time.budget(600), lambda what, at_most: announced.append((what, at_most))))
    assert [one.remark for one in found if isinstance(one, Found)] == ["last"]
    assert (announced, time.seconds) == ([("move", 2.5)], 60)


def test_what_is_watched_for_too_long_already_is_looked_at_once_more() -> None:
    time = Time()
    time.seconds = 100
    found = list(watch_all([watch(time, told_at=500, at_most=60)], time.budget(600), lambda *_: None))
    assert ([one.remark for one in found if isinstance(one, Found)], time.seconds) == (["last"], 100)


def test_the_budget_ends_every_watch() -> None:
    time = Time()
    found = list(watch_all([watch(time, told_at=5000, at_most=900)], time.budget(600), lambda *_: None))
    assert [one.remark for one in found if isinstance(one, Found)] == ["last"]
    assert time.seconds <= 605


def test_what_was_waited_before_leaves_less_for_the_watches() -> None:
    time = Time()
    budget = time.budget(600)
    assert budget.pause(500)
    list(watch_all([watch(time, told_at=5000, at_most=900)], budget, lambda *_: None))
    assert time.seconds <= 605

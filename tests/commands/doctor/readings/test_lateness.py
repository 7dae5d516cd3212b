"""What questions at certain moments tell of "at once", "late" and "never": no more than their moments allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.commands.doctor.readings.lateness import (
    LONGEST_FIRST_DELAY,
    Happening,
    decide_at_once,
    decide_late,
    decide_never,
)
from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold


@pytest.mark.parametrize(
    ("delay", "bound"), [(0.0, "0.1 s"), (0.61, "0.7 s"), (0.7, "0.7 s"), (LONGEST_FIRST_DELAY, "5.0 s")]
)
def test_a_first_answer_tells_at_once_with_its_delay_as_the_bound(delay: float, bound: str) -> None:
    outcome = decide_at_once("deleted-id", "free", delay=delay)
    assert outcome == Found(name="deleted-id", value="free", remark=f"or late by less than {bound}")


def test_a_first_answer_that_comes_late_tells_nothing_of_at_once() -> None:
    outcome = decide_at_once("search", "at-once", delay=68.2)
    assert outcome == NotTold(name="search", why="it holds after 1 min 09 s, and could not be asked for sooner")


def test_late_stands_between_the_last_no_and_the_first_yes() -> None:
    outcome = decide_late("search", not_after=7.46, after=12.31)
    assert outcome == Found(name="search", value="late", remark="not after 7.4 s, but after 13 s")


def test_never_holds_for_the_time_that_was_waited() -> None:
    assert decide_never("search", "never", waited=60.4) == Found(
        name="search", value="never", remark="not within 1 min 00 s"
    )


@given(asked=st.floats(0, 1e6), took=st.floats(0, 100), later=st.floats(0, 1e3))
def test_what_happened_between_two_moments_is_as_old_as_they_allow(asked: float, took: float, later: float) -> None:
    happening = Happening(asked=asked, answered=asked + took)
    now = asked + took + later
    assert 0 <= happening.at_least_until(now) <= happening.at_most_until(now)
    assert happening.at_least_until(asked) == 0

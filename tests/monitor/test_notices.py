"""Who is not watching is told each thing once, in the order in which it happened, and nothing after the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.events import LessonFailed, RunEnded, RunEvent, WaitEnded, WaitKind, WaitStarted
from kinescope_upload.monitor.notices import Away, Back, Ended, Failed, Notice, Notices, Patience, StillGoing

WAIT = WaitStarted(kind=WaitKind.NETWORK, reason="no answer", longest=3600.0)
BACK = WaitEnded(kind=WaitKind.NETWORK, seconds=1.0)
DONE = RunEnded(exit_code=0, seconds=1.0)
OVER = Ended(exit_code=0)


def a_failure(name: str = "a") -> LessonFailed:
    return LessonFailed(lesson_id=name, reason="broken")


def told(*happens: tuple[float, RunEvent | None]) -> list[Notice]:
    """What is told, of events at these seconds; None lets time pass. Time is looked at every five seconds."""
    notices, now = Notices(0.0, Patience()), 0.0
    found: list[Notice] = []
    for moment, event in happens:
        while now + 5 <= moment:
            now += 5
            found += notices.tick(now)
        found += notices.hear(event, moment) if event else notices.tick(moment)
    return found


@pytest.mark.parametrize(
    ("happens", "notices"),
    [
        ([(7, DONE)], [OVER]),
        ([(7, DONE), (8, DONE)], [OVER]),
        (
            [(7, RunEnded(exit_code=3, seconds=1, reason="No money.", hint="Pay."))],
            [Ended(exit_code=3, reason="No money.", hint="Pay.")],
        ),
        ([(0, WAIT), (600, BACK)], []),
        ([(0, WAIT), (605, None)], [Away(wait=WAIT, seconds=605)]),
        ([(0, WAIT), (3000, None), (3000, BACK)], [Away(wait=WAIT, seconds=605), Back(seconds=3000)]),
        ([(0, WAIT), (700, BACK), (800, BACK)], [Away(wait=WAIT, seconds=605), Back(seconds=700)]),
        ([(0, WAIT), (700, DONE), (710, BACK)], [Away(wait=WAIT, seconds=605), OVER]),
        (
            [(0, WAIT), (700, BACK), (1000, WAIT), (1700, BACK)],
            [Away(wait=WAIT, seconds=605), Back(seconds=700), Away(wait=WAIT, seconds=605), Back(seconds=700)],
        ),
        ([(0, WaitStarted(kind=WaitKind.DATABASE, reason="full", longest=9e9)), (5000, None)], []),
        ([(0, a_failure()), (59, None)], []),
        ([(0, a_failure("a")), (30, a_failure("b")), (100, None)], [Failed(lessons=(a_failure("a"), a_failure("b")))]),
        (
            [(0, a_failure("a")), (100, a_failure("b")), (1855, a_failure("c")), (1860, None)],
            [Failed(lessons=(a_failure("a"),)), Failed(lessons=(a_failure("b"), a_failure("c")))],
        ),
        ([(0, a_failure()), (9, DONE), (500, None)], [OVER]),
        ([(86_399, None)], []),
        ([(3 * 86_400 + 9, None)], [StillGoing(seconds=day * 86_400) for day in (1, 2, 3)]),
        ([(5, DONE), (90_000, None)], [OVER]),
    ],
)
def test_what_is_told(happens: list[tuple[float, RunEvent | None]], notices: list[Notice]) -> None:
    assert told(*happens) == notices


@given(st.lists(st.tuples(st.floats(0, 5000), st.sampled_from([WAIT, BACK, DONE, a_failure(), None])), max_size=12))
def test_in_whatever_order_things_happen_away_and_back_alternate_and_the_end_is_last_and_once(
    happens: list[tuple[float, RunEvent | None]],
) -> None:
    notices = told(*sorted(happens, key=lambda one: one[0]))
    kinds = [type(one) for one in notices if isinstance(one, Away | Back)]
    assert kinds == [Away, Back] * (len(kinds) // 2) + [Away] * (len(kinds) % 2)
    assert [one for one in notices if isinstance(one, Ended)] == ([OVER] if (OVER in notices) else [])
    assert OVER not in notices[:-1]
    assert (OVER in notices) == any(event is DONE for _, event in happens)


def test_after_a_suspension_of_days_a_run_says_once_that_it_goes_on() -> None:
    notices = Notices(0.0, Patience())
    assert notices.tick(250_000.0) == (StillGoing(seconds=250_000.0),)
    assert notices.tick(250_005.0) == ()

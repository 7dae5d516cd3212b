"""How many uploads at a time: the search on a model of eight lines, with the first user's mix of sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.plan.order import Order
from kinescope_upload.policy.jobs import JobsSearch, Phase, Sample
from support.line_model import Line, outcome_of, seconds_of
from support.real_library import real_library

MB = 1e6
SIZES = [file.size // 10 for file in real_library()]
HUNDREDTH = [file.size // 100 for file in real_library()]
FIXED = (1, 2, 4, 8, 16)

CAPPED = {
    "0.5 MB/s, 30 kB/s a connection, 200 ms": Line(rate=0.5 * MB, cap=0.03 * MB, round_trip=0.2),
    "10 MB/s, 0.5 MB/s a connection, 100 ms": Line(rate=10 * MB, cap=0.5 * MB, round_trip=0.1),
    "25 MB/s, 1 MB/s a connection, 200 ms": Line(rate=25 * MB, cap=1 * MB, round_trip=0.2),
    "100 MB/s, 1 MB/s a connection, 150 ms": Line(rate=100 * MB, cap=1 * MB, round_trip=0.15),
}
FREE = {
    "0.5 MB/s, 10 ms": Line(rate=0.5 * MB, round_trip=0.01),
    "5 MB/s, 40 ms": Line(rate=5 * MB, round_trip=0.04),
    "12.5 MB/s that breaks every 64 MiB, 40 ms": Line(rate=12.5 * MB, breaks_every=2**26, round_trip=0.04),
    "100 MB/s, 200 ms": Line(rate=100 * MB, round_trip=0.2),
}


@pytest.mark.parametrize("line", [*CAPPED.values(), *FREE.values()], ids=[*CAPPED, *FREE])
def test_the_number_that_is_found_is_nearly_as_fast_as_the_best_one(line: Line) -> None:
    best = min(seconds_of(SIZES, line, jobs) for jobs in FIXED)
    outcome = outcome_of(SIZES, line, JobsSearch())
    assert best / outcome.seconds >= 0.95
    assert outcome.settled_at <= 60


@pytest.mark.parametrize("line", CAPPED.values(), ids=CAPPED)
def test_where_each_connection_is_slow_it_is_much_faster_than_four(line: Line) -> None:
    assert seconds_of(SIZES, line, 4) / outcome_of(SIZES, line, JobsSearch()).seconds >= 1.5


@pytest.mark.parametrize("line", [*CAPPED.values(), *FREE.values()], ids=[*CAPPED, *FREE])
def test_what_the_last_run_found_is_where_this_one_begins(line: Line) -> None:
    found = outcome_of(SIZES, line, JobsSearch()).numbers[-1][1]
    again = outcome_of(SIZES, line, JobsSearch.starting(found, 16))
    assert again.numbers[0] == (0.0, found)
    assert again.numbers[-1][1] >= found * 2 // 3


def test_it_changes_its_mind_a_few_times_an_hour_at_most() -> None:
    changes = outcome_of(SIZES, FREE["0.5 MB/s, 10 ms"], JobsSearch()).numbers
    for hour in range(12):
        assert sum(hour * 3600 <= at < hour * 3600 + 3600 for at, _ in changes) <= 10


def test_mixed_leaves_hardly_anything_for_the_end() -> None:
    line = Line(rate=100 * MB, cap=1 * MB, round_trip=0.04)
    assert seconds_of(HUNDREDTH, line, 4, Order.MIXED) <= 1.03 * sum(HUNDREDTH) / (4 * MB)


def test_a_service_that_asks_to_slow_down_gets_fewer_and_stays_with_them() -> None:
    line = replace(CAPPED["100 MB/s, 1 MB/s a connection, 150 ms"], throttled_above=8)
    numbers = [number for _, number in outcome_of(SIZES, line, JobsSearch()).numbers]
    assert max(numbers[numbers.index(9) + 1 :]) <= 8


def test_connections_that_break_because_they_are_many_send_it_back() -> None:
    search = _fed(JobsSearch(), rate=lambda number: number * MB, breaks=lambda number: 0 if number <= 6 else number)
    assert (search.number, search.most, search.is_settled) == (6, 6, True)


def test_fewer_are_tried_where_more_do_not_help_and_kept_where_that_gains() -> None:
    search = _fed(JobsSearch(), rate=lambda number: 10 * MB / number, breaks=lambda _: 0)
    assert (search.number, search.is_settled) == (1, True)


def test_an_outage_says_nothing_about_the_number() -> None:
    search = JobsSearch()
    for second in range(100):
        search = search.after(Sample(at=float(second), moved=5, running=4))
    assert (search.number, search.phase) == (4, Phase.MEASURING)


@given(
    first=st.none() | st.integers(-3, 99),
    most=st.integers(1, 32),
    samples=st.lists(
        st.tuples(st.floats(0, 20), st.integers(0, 10**9), st.integers(0, 40), st.integers(0, 1), st.integers(0, 9)),
        max_size=60,
    ),
)
def test_whatever_happens_the_number_stays_within_its_bounds(
    first: int | None, most: int, samples: list[tuple[float, int, int, int, int]]
) -> None:
    search = JobsSearch.starting(first, most)
    now = Sample(at=0.0, moved=0, running=1)
    for seconds, moved, running, throttled, breaks in samples:
        now = Sample(
            at=now.at + seconds,
            moved=now.moved + moved,
            running=running,
            throttled=now.throttled + throttled,
            breaks=now.breaks + breaks,
        )
        search = search.after(now)
        assert 1 <= search.number <= most


def _fed(search: JobsSearch, *, rate: object, breaks: object) -> JobsSearch:
    """The search after two minutes of a line whose rate and breaks a second depend on the number alone."""
    assert callable(rate)
    assert callable(breaks)
    moved = broken = 0
    for second in range(120):
        search = search.after(Sample(at=float(second), moved=moved, running=search.number, breaks=broken))
        moved += int(rate(search.number))
        broken += int(breaks(search.number))
    return search

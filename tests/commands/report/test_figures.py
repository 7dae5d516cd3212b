from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.commands.report.figures import (
    filled,
    growth,
    mean_rate,
    middle,
    processing_seconds,
    rates,
    span,
    thinned,
    wait_sums,
)
from support.report_cases import BEGAN, GB, a_finished, a_report, a_run_that_sent, an_outage


def test_bytes_and_lessons_add_up_and_those_of_an_unknown_time_are_there_first() -> None:
    unknown = replace(a_finished(0, size=5 * GB), at=None)
    sizes, lessons = growth((unknown, a_finished(1), a_finished(3, size=2 * GB)))
    assert [value / GB for _, value in sizes] == [5, 6, 8]
    assert [value for _, value in lessons] == [1, 2, 3]
    assert [(moment - BEGAN.timestamp()) / 3600 for moment, _ in sizes] == [1, 1, 3]


def test_the_rate_over_time_holds_all_bytes_and_falls_to_nothing_between_runs() -> None:
    runs = (a_run_that_sent("a", hours=0, size=3 * GB), a_run_that_sent("b", hours=9, size=6 * GB))
    points = rates(replace(a_report(), runs=runs), 100)
    step = points[1][0] - points[0][0]
    assert sum(rate * step for _, rate in points) == pytest.approx(9 * GB)
    assert points[50][1] == 0.0


minutes = st.integers(0, 60_000).map(
    lambda number: number / 60
)  # a moment is a float of 0.2 us: closer ones have no step


@given(st.lists(st.tuples(minutes, st.integers(0, 10**12)), min_size=2, max_size=30), st.integers(1, 99))
def test_no_byte_is_lost_between_the_points_of_a_rate(lessons: list[tuple[float, int]], buckets: int) -> None:
    finished = tuple(a_finished(hours, size=size) for hours, size in sorted(lessons))
    points = rates(a_report(finished=finished, runs=0), buckets)
    if len(points) > 1:
        step = points[1][0] - points[0][0]
        assert sum(rate * step for _, rate in points) == pytest.approx(sum(one.size_bytes for one in finished[1:]))


def test_without_runs_the_rate_is_that_of_the_lessons_that_were_finished() -> None:
    report = a_report(runs=0, finished=(a_finished(0), a_finished(10)))
    assert {round(rate) for _, rate in rates(report, 4)} == {round(GB / 36000)}


def test_the_mean_rate_counts_the_time_of_the_runs_alone() -> None:
    assert mean_rate(a_report(runs=2)) == pytest.approx(20 * GB / 3600)
    assert mean_rate(a_report(runs=0)) is None


def test_waits_are_summed_by_what_was_waited_for_the_longest_first() -> None:
    waits = (an_outage(0, 5), an_outage(1, 7), an_outage(2, 20, kind="database"), an_outage(3, 1, kind="pause"))
    found = [(one.name, one.times, one.seconds / 60, one.longest) for one in wait_sums(waits)]
    assert found == [
        ("no database", 1, 20, waits[2]),
        ("no connection", 2, 12, waits[1]),
        ("pause", 1, 1, waits[3]),
    ]


def test_kinescopes_time_is_known_of_verified_lessons_alone() -> None:
    seconds = processing_seconds((a_finished(0), a_finished(1, verified=30), a_finished(2, verified=10)))
    assert (seconds, middle(seconds)) == ((600.0, 1800.0), 1200.0)


def test_the_span_goes_from_the_first_run_to_the_last_link() -> None:
    assert span(a_report(runs=1, finished=(a_finished(5),))) == (BEGAN, BEGAN + timedelta(hours=5))
    assert span(a_report(runs=0, lessons=0)) is None


@given(st.integers(0, 999), st.integers(2, 99))
def test_thinned_points_are_few_and_keep_both_ends(number: int, most: int) -> None:
    points = [(float(place), 0.0) for place in range(number)]
    kept = thinned(points, most)
    assert len(kept) == min(number, most)
    assert (kept[:1], kept[-1:]) == (tuple(points[:1]), tuple(points[-1:]))


def test_plots_of_one_time_begin_and_end_together() -> None:
    points = ((2.0, 5.0), (3.0, 7.0))
    assert filled(points, 1.0, 4.0, holds=True) == ((1.0, 5.0), *points, (4.0, 7.0))
    assert filled(points, 1.0, 4.0, holds=False) == ((1.0, 0.0), *points, (4.0, 0.0))
    assert filled(points, 2.0, 3.0, holds=True) == points

"""In which order lessons are taken, and by which worker."""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.model import Assignment, MappingSource, VideoFile
from kinescope_upload.plan import Decision, Plan, Selection, make_plan
from kinescope_upload.plan.order import Order, busiest, work_queue
from kinescope_upload.upload import Dialect, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_T = TypeVar("_T")

SIZES = {"b_001": 30, "b_002": 10, "a_001": 20, "a_002": 10}


def _plan(order: Order, limit: int | None = None, records: Mapping[str, Record] | None = None) -> Plan:
    assignments = [
        Assignment(
            lesson_id=lesson_id,
            course=lesson_id[0],
            file=VideoFile(path=f"{lesson_id[0]}/{lesson_id}.mp4", size=size, modified_ns=0),
            source=MappingSource.MAP_FILE,
        )
        for lesson_id, size in SIZES.items()
    ]
    return make_plan(assignments, rows=None, records=records or {}, selection=Selection(limit=limit, order=order))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.SIZE, ["a_002", "b_002", "a_001", "b_001"]),
        (Order.MIXED, ["a_002", "b_002", "a_001", "b_001"]),
        (Order.SIZE_DESC, ["b_001", "a_001", "a_002", "b_002"]),
        (Order.LESSON, ["a_001", "a_002", "b_001", "b_002"]),
    ],
)
def test_the_work_stands_in_the_order_that_was_asked_for(order: Order, expected: list[str]) -> None:
    assert [one.lesson_id for one in _plan(order).work] == expected


def test_a_limit_counts_after_the_order() -> None:
    plan = _plan(Order.SIZE_DESC, limit=1)
    assert [one.lesson_id for one in plan.work] == ["b_001"]
    assert plan.counts == {Decision.UPLOAD: 1, Decision.LATER: 3}


def test_small_first_is_what_nobody_has_to_ask_for() -> None:
    assert Selection().order is Order.SIZE


def _queues(waiting: deque[_T], jobs: int, order: Order) -> list[Callable[[], _T | None]]:
    queues = []
    for position in range(jobs):
        take = work_queue(waiting, order, position)
        queues.append(take)
    return queues


@pytest.mark.parametrize("order", [Order.SIZE, Order.LESSON, Order.SIZE_DESC])
def test_every_worker_takes_the_next_one(order: Order) -> None:
    first, second = _queues(deque("abc"), 2, order)
    assert [first(), second(), first(), second()] == ["a", "b", "c", None]


def test_mixed_takes_from_both_ends_until_they_meet() -> None:
    small, large, other = _queues(deque("abcdefg"), 3, Order.MIXED)
    assert [large(), small(), other(), large(), small(), large(), small(), large(), small(), other()] == [
        *["g", "a", "f", "e", "b", "d", "c"],
        *[None] * 3,
    ]


def test_one_worker_alone_takes_the_small_ones_first_even_when_mixed() -> None:
    (only,) = _queues(deque("abc"), 1, Order.MIXED)
    assert [only(), only(), only(), only()] == ["a", "b", "c", None]


@given(st.integers(0, 50), st.integers(1, 32), st.sampled_from(Order))
def test_everything_is_taken_once(size: int, jobs: int, order: Order) -> None:
    workers = _queues(deque(range(1, size + 1)), jobs, order)
    taken = [one for take in workers * (size + 1) if (one := take())]
    assert sorted(taken) == list(range(1, size + 1))


def test_threads_that_take_at_the_same_time_take_different_ones() -> None:
    workers = _queues(deque(range(1, 20_001)), 4, Order.MIXED)
    taken: list[list[int]] = [[] for _ in workers]

    def work(number: int) -> None:
        while one := workers[number]():
            taken[number].append(one)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one for part in taken for one in part) == list(range(1, 20_001))


@pytest.mark.parametrize("order", Order)
def test_an_upload_that_kinescope_will_forget_comes_first(order: Order) -> None:
    soon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    begun = Record(
        lesson_id="b_001",
        course="b",
        path="b/b_001.mp4",
        size=30,
        modified_ns=0,
        parent_id="f",
        title="t",
        dialect=Dialect.TUS,
        video_id="v",
        stage=Stage.CREATED,
        attempted_at=soon,
        upload_url="https://u",
        offset=3,
        expires_at=soon,
    )
    plan = _plan(order, records={"b_001": begun})
    assert plan.work[0].lesson_id == "b_001"
    assert plan.work[0].reason == "3 of 30 B uploaded, until 2026-11-24 12:00 UTC"


@pytest.mark.parametrize(("order", "expected"), [(Order.SIZE, 2 + 9), (Order.SIZE_DESC, 9), (Order.MIXED, 9)], ids=str)
def test_the_busiest_worker_is_what_a_batch_waits_for(order: Order, expected: int) -> None:
    sizes = [1, 2, 3, 9]
    assert busiest(sizes[::-1] if order is Order.SIZE_DESC else sizes, order, 2) == expected


def test_a_batch_without_work_waits_for_nobody() -> None:
    assert busiest([], Order.MIXED, 4) == 0

"""Calls that are made at once, as one that can be tried again."""

from __future__ import annotations

import threading

import pytest

from kinescope_upload.side_by_side import SideBySide


def test_the_calls_wait_for_nobody_and_the_results_keep_their_order() -> None:
    all_there = threading.Barrier(3, timeout=10)

    def meet(number: int) -> int:
        all_there.wait()  # one after the other, nobody would ever come
        return number

    calls = SideBySide([lambda number=number: meet(number) for number in range(3)])  # type: ignore[misc]
    assert calls.results() == [0, 1, 2]


def test_the_first_error_in_the_order_of_the_calls_counts_whichever_came_first() -> None:
    later_has_failed = threading.Event()

    def first() -> None:
        later_has_failed.wait(10)
        raise ValueError("first")

    def later() -> None:
        try:
            raise ValueError("later")
        finally:
            later_has_failed.set()

    with pytest.raises(ValueError, match="first"):
        SideBySide([first, later]).results()


def test_a_second_try_makes_only_the_calls_that_failed() -> None:
    made: list[str] = []

    def good() -> None:
        made.append("good")

    def bad() -> None:
        made.append("bad")
        if made.count("bad") == 1:
            raise ValueError

    calls = SideBySide([good, bad])
    with pytest.raises(ValueError, match=r"^$"):
        calls.results()
    calls.results()
    assert sorted(made) == ["bad", "bad", "good"]

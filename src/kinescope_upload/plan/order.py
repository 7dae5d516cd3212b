"""Which lessons a run takes, and in which order. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from heapq import heapreplace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_T = TypeVar("_T")


class Order(StrEnum):
    """How the work is ordered.

    Small first shows soonest that everything works, and large first leaves nothing large for the end. `mixed` is both:
    the work is ordered by size, one worker takes it from the small end, the others from the large one.
    """

    SIZE = "size"
    LESSON = "lesson"
    SIZE_DESC = "size-desc"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which part of the library a run is about.

    Attributes:
        courses: The courses; empty means all.
        limit: The most lessons to work on, counted after the order; None means no limit.
        order: In which order they are taken.
    """

    courses: frozenset[str] = frozenset()
    limit: int | None = None
    order: Order = Order.SIZE

    def has(self, course: str) -> bool:
        """Whether the course is meant."""
        return not self.courses or course in self.courses


def sort_in_order(work: list[_T], order: Order, *, lesson_id: Callable[[_T], str], size: Callable[[_T], int]) -> None:
    """Sorts the work in place; lessons of one size by their ids.

    Args:
        work: What is to be done.
        order: In which order.
        lesson_id: Gives a piece's lesson id.
        size: Gives its size in bytes.
    """
    work.sort(key=lesson_id)  # sorting is stable; a key of both would be a tuple for each of a hundred thousand
    if order is not Order.LESSON:
        work.sort(key=size, reverse=order is Order.SIZE_DESC)


def takes_largest(order: Order, position: int) -> bool:
    """Whether the worker in this place, from 0, takes its work from the end: so the last pieces are small ones."""
    return order is Order.MIXED and position > 0


def work_queue(waiting: deque[_T], order: Order, position: int) -> Callable[[], _T | None]:
    """What gives a worker its next piece of the work, and None when nothing is left; in any thread.

    Args:
        waiting: What is to be done, in that order; what is taken leaves it.
        order: The order.
        position: The worker's place, from 0.
    """
    return partial(_take, waiting.pop if takes_largest(order, position) else waiting.popleft)


def busiest(sizes: Sequence[int], order: Order, workers: int) -> int:
    """How many bytes the worker that ends last takes time for, where all are equally fast.

    Args:
        sizes: The bytes of each piece, in the order of the work.
        order: The order.
        workers: How many there are.
    """
    waiting = deque(sizes)
    ends = [(0, place) for place in range(workers)]
    while waiting:
        end, place = ends[0]
        heapreplace(ends, (end + (waiting.pop if takes_largest(order, place) else waiting.popleft)(), place))
    return max(end for end, _ in ends)


def _take(pop: Callable[[], _T]) -> _T | None:
    try:
        return pop()
    except IndexError:
        return None

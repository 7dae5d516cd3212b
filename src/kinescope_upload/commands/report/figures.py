"""Holds what a report is made of, and what follows from it. Pure.

Sizes are bytes, times seconds, moments UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from kinescope_upload.monitor.past_run import Outage, PastRun

_WAITS: Final = {
    "network": "no connection",
    "throttled": "slowed down by Kinescope",
    "database": "no database",
    "library": "no library",
    "paused": "paused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A lesson that has its video.

    Attributes:
        course: Its course.
        size_bytes: The size of its file; 0 where it is not known.
        at: When its row was written; None where that is not known.
        verified_at: When it was verified: Kinescope had said `done` by then. None until it was.
    """

    course: str
    size_bytes: int
    at: datetime | None
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFigures:
    """How far a course is.

    Attributes:
        course: The course.
        lessons: Its lessons, as far as they are known.
        done: Those that have their video.
        done_bytes: The size of those.
        all_bytes: The size of all.
        failed: Those that are not done because the last attempt failed.
    """

    course: str
    lessons: int
    done: int
    done_bytes: int
    all_bytes: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLesson:
    """A lesson whose last attempt failed, and why."""

    lesson_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report is made of.

    Attributes:
        subject: What it is about, in a few words.
        made: When it was made.
        courses: The courses.
        finished: The lessons that have their video, those with a known time in its order.
        failures: The lessons that failed.
        runs: The runs that are remembered, the earliest first.
        notes: What is to be known about the figures, in sentences.
    """

    subject: str
    made: datetime
    courses: tuple[CourseFigures, ...] = ()
    finished: tuple[Finished, ...] = ()
    failures: tuple[FailedLesson, ...] = ()
    runs: tuple[PastRun, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lessons(self) -> int:
        """All lessons."""
        return sum(one.lessons for one in self.courses)

    @property
    def done(self) -> int:
        """Lessons that have their video."""
        return sum(one.done for one in self.courses)

    @property
    def done_bytes(self) -> int:
        """Their size."""
        return sum(one.done_bytes for one in self.courses)

    @property
    def left_bytes(self) -> int:
        """The size of those that have none."""
        return sum(max(0, one.all_bytes - one.done_bytes) for one in self.courses)

    @property
    def outages(self) -> tuple[Outage, ...]:
        """What whole runs waited for, the earliest first."""
        return tuple(sorted((wait for run in self.runs for wait in run.outages), key=lambda wait: wait.since))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitSum:
    """How often and how long runs waited for one thing; `longest` is the longest wait."""

    name: str
    times: int
    seconds: float
    longest: Outage


Point = tuple[float, float]
"""Seconds since the epoch, and a value."""


def span(report: Report) -> tuple[datetime, datetime] | None:
    """From the first to the last moment that the report knows of; None where it knows of none."""
    moments = [one.at for one in report.finished if one.at]
    moments += [moment for run in report.runs for moment in (run.started, run.ended or run.seen)]
    return (min(moments), max(moments)) if moments else None


def work_seconds(runs: Iterable[PastRun]) -> float:
    """The time of all runs together."""
    return sum(run.seconds for run in runs)


def mean_rate(report: Report) -> float | None:
    """Bytes a second while runs were at work, their waits included; None where nothing is known of that."""
    seconds = work_seconds(report.runs)
    sent = sum(run.handed_bytes for run in report.runs)
    return sent / seconds if seconds and sent else None


def wait_sums(outages: Iterable[Outage]) -> tuple[WaitSum, ...]:
    """What was waited for, the longest in all first."""
    kinds: dict[str, list[Outage]] = {}
    for outage in outages:
        kinds.setdefault(outage.kind, []).append(outage)
    sums = (
        WaitSum(
            name=_WAITS.get(kind, kind),
            times=len(waits),
            seconds=sum(wait.seconds for wait in waits),
            longest=max(waits, key=lambda wait: wait.seconds),
        )
        for kind, waits in kinds.items()
    )
    return tuple(sorted(sums, key=lambda one: -one.seconds))


def wait_name(kind: str) -> str:
    """A kind of wait in words."""
    return _WAITS.get(kind, kind)


def processing_seconds(finished: Iterable[Finished]) -> tuple[float, ...]:
    """For each verified lesson the time from its row to the proof: Kinescope needed no longer. In rising order."""
    return tuple(sorted((one.verified_at - one.at).total_seconds() for one in finished if one.at and one.verified_at))


def middle(seconds: Sequence[float]) -> float:
    """The time that half of them do not exceed."""
    return median(seconds)


def growth(finished: Iterable[Finished]) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """How bytes and lessons added up over time; lessons of an unknown time count as there from the beginning."""
    finished = tuple(finished)
    dated = [one for one in finished if one.at]
    undated = [one for one in finished if not one.at]
    size, number = sum(one.size_bytes for one in undated), len(undated)
    sizes: list[Point] = []
    numbers: list[Point] = []
    for one in dated:
        moment = one.at.timestamp() if one.at else 0.0
        if not sizes:
            sizes.append((moment, float(size)))
            numbers.append((moment, float(number)))
        size, number = size + one.size_bytes, number + 1
        sizes.append((moment, float(size)))
        numbers.append((moment, float(number)))
    return tuple(sizes), tuple(numbers)


def rates(report: Report, buckets: int) -> tuple[Point, ...]:
    """Bytes a second over time: of the runs' samples, else of the lessons that were finished.

    Args:
        report: What is known.
        buckets: How many points at most; each is the mean of its share of the time.
    """
    moved = list(_moved(report.runs)) or list(_finished_between(report.finished))
    if not moved:
        return ()
    begin, end = moved[0][0], max(until for _, until, _ in moved)
    step = (end - begin) / buckets
    if step <= 0:
        return ()
    sums = [0.0] * buckets
    for since, until, size in moved:
        _spread(sums, ((since - begin) / step, (until - begin) / step), size)
    return tuple((begin + (place + 0.5) * step, size / step) for place, size in enumerate(sums))


def _spread(sums: list[float], between: tuple[float, float], size: float) -> None:
    """Gives each bucket its share of the bytes that moved evenly between two places, in buckets."""
    first, last = between
    if last <= first:
        sums[min(int(first), len(sums) - 1)] += size
        return
    for place in range(int(first), min(len(sums), int(last) + 1)):
        share = min(last, place + 1) - max(first, place)
        sums[place] += size * share / (last - first)


def _moved(runs: Iterable[PastRun]) -> Iterator[tuple[float, float, float]]:
    """Since when, until when, how many bytes were sent."""
    for run in runs:
        began = run.started.timestamp()
        for one, other in pairwise(run.samples):
            yield began + one.seconds, began + other.seconds, max(0, other.sent_bytes - one.sent_bytes)


def _finished_between(finished: Iterable[Finished]) -> Iterator[tuple[float, float, float]]:
    dated = [(one.at.timestamp(), one.size_bytes) for one in finished if one.at]
    for (since, _), (until, size) in pairwise(dated):
        yield since, until, size


def filled(points: Sequence[Point], begin: float, end: float, *, holds: bool) -> tuple[Point, ...]:
    """The points with what was true before and after them, so that plots of one time begin and end together.

    Args:
        points: One at least, by time.
        begin: Where they are to begin, at the latest with the first of them.
        end: Where they are to end.
        holds: Whether the last value holds on; else it was 0 before and after.
    """
    first, last = points[0][1] if holds else 0.0, points[-1][1] if holds else 0.0
    before = ((begin, first),) if begin < points[0][0] else ()
    after = ((end, last),) if points[-1][0] < end else ()
    return (*before, *points, *after)


def thinned(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most this many of the points at even distances, the first and the last among them."""
    if len(points) <= most:
        return tuple(points)
    last = len(points) - 1
    return tuple(points[round(place * last / (most - 1))] for place in range(most))

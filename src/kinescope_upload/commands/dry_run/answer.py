"""Holds the answer of a dry run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kinescope_upload.kinescope.course_folders import doubts_about
from kinescope_upload.plan import Decision
from kinescope_upload.plan.changes import FileChange, change_of
from kinescope_upload.plan.order import Order, busiest
from kinescope_upload.policy.jobs import FIRST
from kinescope_upload.policy.pacing import UNLIMITED, Timetable
from kinescope_upload.progress import RememberedLooks

if TYPE_CHECKING:
    from kinescope_upload.kinescope.course_folders import CourseFolder
    from kinescope_upload.plan import Plan, PlannedLesson
    from kinescope_upload.progress.last_rate import KnownRate

_WORTH_A_WORD: Final = 60.0
_PART: Final = 0.02
"""Of the whole time; fewer seconds are not worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAnswer:
    """What a run would do.

    Attributes:
        plan: The plan, without the courses that have not exactly one folder.
        unseen: How many of the files that it would send were not looked into.
        unread: How many files a run reads for their MD5s first, which the dry run had no time to read.
        looks: What is in the files.
        folders: The folders of the courses that bytes are sent for; empty where Kinescope was not asked.
        may_create: Whether the run makes missing folders.
        not_asked: Why Kinescope was not asked; empty where it was.
        rate: How fast the last run sent; None where none has measured it.
        limit: The speed limit of the run.
        minute: The minute of the week at which it would start.
        order: In which order the run takes its lessons.
        jobs: How many it uploads at a time.
    """

    plan: Plan
    unseen: int = 0
    unread: int = 0
    looks: RememberedLooks = field(default_factory=RememberedLooks)
    folders: tuple[CourseFolder, ...] = ()
    may_create: bool = False
    not_asked: str = ""
    rate: KnownRate | None = None
    limit: Timetable = UNLIMITED
    minute: int = 0
    order: Order = Order.SIZE
    jobs: int = FIRST

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The linked lessons that were shot again since their upload."""
        return tuple(change_of(lesson, self.looks.of(lesson.file)) for lesson in self.plan.changed)

    @property
    def without_folder(self) -> dict[str, CourseFolder]:
        """The courses whose lessons are in doubt because they have not exactly one folder."""
        folders = {one.course: one for one in self.folders}
        return {course: folders[course] for course in doubts_about(self.folders, may_create=self.may_create)}

    @property
    def waiting(self) -> tuple[PlannedLesson, ...]:
        """The lessons that are in doubt for their course's folder alone."""
        problems = {course: folder.problem for course, folder in self.without_folder.items()}
        if not problems:
            return ()
        return tuple(one for one in self.plan.in_doubt if problems.get(one.course) == one.reason)

    @property
    def seconds(self) -> float | None:
        """How long the bytes take at the last known rate, within the limit; None while that is unknown, or no bytes."""
        size = self.plan.bytes_to_send
        return self.limit.seconds_for(size, self.minute, self.rate.rate) if self.rate and size else None

    @property
    def least_seconds(self) -> float:
        """How long the bytes take at least by the limit alone."""
        return self.limit.seconds_for(self.plan.bytes_to_send, self.minute, None)

    @property
    def is_limited(self) -> bool:
        """Whether the limit makes the run longer than the line does."""
        size = self.plan.bytes_to_send
        return self.rate is not None and (self.seconds or 0.0) > self.rate.seconds_for(size)

    @property
    def mixed_saves(self) -> float | None:
        """How many seconds sooner the run may end with `--order mixed`; None where that is not known, or little.

        It is so where each connection has a rate of its own; elsewhere the last one gets all of the line, or of the
        limit.
        """
        if self.rate is None or self.seconds is None or self.is_limited or self.order is Order.MIXED:
            return None
        sizes = [lesson.bytes_to_send for lesson in self.plan.work]
        saved = busiest(sizes, self.order, self.jobs) - busiest(sorted(sizes), Order.MIXED, self.jobs)
        seconds = self.rate.seconds_for(saved * self.jobs)
        return seconds if seconds >= max(_WORTH_A_WORD, self.seconds * _PART) else None

    @property
    def kinescope_bytes(self) -> tuple[int, int]:
        """What the videos will take on Kinescope, at least and at most (docs/kinescope.md)."""
        originals = sum(lesson.file.size for lesson in self.plan.work if lesson.decision is not Decision.LINK)
        return originals * 9 // 5, originals * 2

"""Holds what a run does now: the content of its state file (docs/json.md, "run"). Pure.

Sizes are bytes, times seconds, moments UTC. No secret and no upload URL is among it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - `facts_json` reads the types
from enum import StrEnum
from typing import Final

FORMAT: Final = 1
"""Grows when a field changes its meaning or goes away; fields may be added at any time."""


class Phase(StrEnum):
    """How far a run is as a whole: it checks rights and finds folders, then it is at work, then it has ended."""

    STARTING = "starting"
    AT_WORK = "at work"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """A file in hand.

    Attributes:
        lesson_id: Its lesson.
        course: The lesson's course.
        path: The file, relative to the library, parts joined by "/".
        size_bytes: Its size.
        position_bytes: How much of it was sent, that which is on its way included.
        accepted_bytes: How much of it the server acknowledged.
        rate_bytes_per_second: How fast its bytes move; None while unknown.
    """

    lesson_id: str
    course: str
    path: str
    size_bytes: int
    position_bytes: int
    accepted_bytes: int
    rate_bytes_per_second: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseState:
    """One course of the run: lessons that it does, and bytes that it sends for them, as in `RunState`."""

    course: str
    lessons: int
    done: int
    failed: int
    needed_bytes: int
    accepted_bytes: int
    found_bytes: int = 0
    position_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitState:
    """What the whole batch waits for.

    Attributes:
        kind: A `WaitKind`, or what later versions wait for.
        since: When the wait began.
        until: When it ends at the latest.
        reason: Why.
        instead: Who answers instead of Kinescope; empty where nobody does.
    """

    kind: str
    since: datetime
    until: datetime
    reason: str
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureState:
    """A lesson that failed, or that only a person can decide about."""

    lesson_id: str
    reason: str
    hint: str = ""
    is_in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtState:
    """What a run cannot do before a person decides, known when its work began.

    Attributes:
        course: The course it concerns; empty where that cannot be told.
        subject: The lesson, file or section; the first one where the reason is that of several.
        count: How many it is the reason of.
        reason: Why.
        hint: What to do about it.
    """

    course: str
    subject: str
    count: int
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndState:
    """How the run ended.

    Attributes:
        at: When.
        exit_code: The exit code; None where an error ended the run before it was at work.
        reason: Why it ended early; empty when it ran to its end.
        hint: What to do about that.
    """

    at: datetime
    exit_code: int | None = None
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """What one run does.

    Attributes:
        format: `FORMAT` of the version that wrote it.
        run: The run's own name, in its log and in the history, too.
        process_id: Its process.
        host: The machine that it runs on.
        started: When it began.
        written: When this was written.
        phase: How far it is as a whole.
        library: The library root.
        held_courses: The courses that it holds, as its locks name them.
        jobs: Lessons that are worked on at a time, as chosen.
        jobs_auto: Whether that number follows the line.
        bwlimit_bytes_per_second: The most bytes a second, as chosen for now; None without a limit.
        bwlimit_until: When another limit holds; None where the same one holds all week.
        lessons: Lessons that it sets out to do.
        done: Those that are as far as it can bring them.
        failed: Those that failed or turned out to be in doubt.
        needed_bytes: Bytes to send, without those that the server has from earlier runs.
        found_bytes: Bytes that the server turned out to have, of those that were to be sent when the run began.
        position_bytes: Bytes of those that were sent, those on their way included.
        accepted_bytes: Bytes of those that the server acknowledged.
        sent_bytes: Bytes that reached Kinescope, lost ones included.
        rate_bytes_per_second: How fast bytes move; None while unknown, and while nothing can move.
        ends_at: When the last byte is sent at this rate; None while unknown.
        breaks: Transfers that broke off after bytes had been sent.
        retries: Requests that were tried again.
        courses: Each course that it has work in.
        files: The files in hand, in the order of their start.
        waits: What the whole batch waits for.
        failures: The first lessons that failed; `failed` counts all.
        page_port: Where its page listens on its machine; None without one.
        doubts: What it could do nothing about when its work began, each reason once, the first ones.
        in_doubt: How many lessons, files and sections that were; `failed` does not count them.
        wish: The number of the last wish that it did (`monitor.wishes`).
        ended: How it ended; None while it is at work.
    """

    format: int = FORMAT
    run: str
    process_id: int
    host: str
    started: datetime
    written: datetime
    phase: Phase
    library: str
    held_courses: tuple[str, ...]
    jobs: int
    jobs_auto: bool = False
    bwlimit_bytes_per_second: int | None = None
    bwlimit_until: datetime | None = None
    lessons: int = 0
    done: int = 0
    failed: int = 0
    needed_bytes: int = 0
    found_bytes: int = 0
    position_bytes: int = 0
    accepted_bytes: int = 0
    sent_bytes: int = 0
    rate_bytes_per_second: int | None = None
    ends_at: datetime | None = None
    breaks: int = 0
    retries: int = 0
    courses: tuple[CourseState, ...] = ()
    files: tuple[FileState, ...] = ()
    waits: tuple[WaitState, ...] = ()
    failures: tuple[FailureState, ...] = ()
    page_port: int | None = None
    doubts: tuple[DoubtState, ...] = ()
    in_doubt: int = 0
    wish: int = 0
    ended: EndState | None = None

    @property
    def left(self) -> int:
        """Lessons that are neither done nor failed."""
        return max(0, self.lessons - self.done - self.failed)

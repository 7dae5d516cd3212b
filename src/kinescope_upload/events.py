"""The events of a run, which the display shows as bars, lines or JSON. Pure.

A run emits one `RunStarted` and one `RunEnded`, and between them for each lesson one `LessonSkipped`, or one
`LessonStarted` and either `LessonDone` or `LessonFailed`, or, where its course's folder went away, `LessonFailed`
alone. Workers emit at the same time, from their own threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kinescope_upload.errors import InDoubtError

if TYPE_CHECKING:
    from kinescope_upload.errors import LessonFailedError
    from kinescope_upload.plan import Plan, PlannedLesson
    from kinescope_upload.policy.pacing import Timetable
    from kinescope_upload.upload import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The work begins, `jobs` lessons at a time; `is_auto` tells that the number follows the line."""

    plan: Plan
    jobs: int
    is_auto: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsChanged:
    """From now on `jobs` lessons are worked on at a time.

    Attributes:
        jobs: How many.
        is_auto: Whether the number follows the line.
        is_wished: Whether somebody asked for it (`kupload jobs`), as far as `is_auto` leaves that open.
    """

    jobs: int
    is_auto: bool = True
    is_wished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChanged:
    """From now on all lessons together are sent no faster than the timetable says."""

    timetable: Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class WishTaken:
    """What a command asked of the run is done: the wish of this number, and all before it."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonStarted:
    """A worker takes a lesson."""

    lesson: PlannedLesson


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReached:
    """The lesson's record was saved with a new stage; `video_id` is None until the server names it."""

    lesson_id: str
    stage: Stage
    video_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesSent:
    """The network took `count` more bytes of the file; the server may not have them yet.

    A negative count takes back those of a chunk that was refused.
    """

    lesson_id: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesAccepted:
    """The server acknowledged `offset` bytes of the file in all.

    `is_resumed` marks the first acknowledgement of an earlier upload. Its bytes were not sent in this request, and no
    rate counts them.
    """

    lesson_id: str
    offset: int
    is_resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryScheduled:
    """A request failed and is retried after `wait` seconds: retry `number` of `limit` without progress."""

    lesson_id: str
    reason: str
    wait: float
    number: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonWaits:
    """A lesson waits so many seconds, after which Kinescope is asked again: one answer proves no upload gone."""

    lesson_id: str
    wait: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanRemoved:
    """An unfinished video of ours that no lesson would use was deleted from Kinescope."""

    lesson_id: str
    video_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVideoDeleted:
    """A video that was the lesson's before was deleted from Kinescope: it was replaced, or its lesson unlinked."""

    lesson_id: str
    video_id: str
    reason: str


class WaitKind(StrEnum):
    """What the whole batch may wait for."""

    NETWORK = "network"
    LIBRARY = "library"
    THROTTLED = "throttled"
    DATABASE = "database"
    PACE = "pace"
    SETTLE = "settle"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStarted:
    """The batch waits, for at most `longest` seconds.

    Attributes:
        kind: What is waited for.
        reason: Why.
        longest: Seconds after which the batch ends.
        instead: Who answers instead of Kinescope, in words; empty where nobody does.
    """

    kind: WaitKind
    reason: str
    longest: float
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEnded:
    """The batch continues after `seconds`."""

    kind: WaitKind
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonDone:
    """The lesson is finished: linked, or uploaded in a run without a database."""

    lesson_id: str
    stage: Stage
    video_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSkipped:
    """The lesson needs nothing any more: somebody else wrote its row. With `is_left` it is left to other machines."""

    lesson_id: str
    reason: str
    is_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonFailed:
    """The lesson is not done; its state is saved, and the next run continues from there.

    `is_told` marks one of several for which one sentence was said.
    """

    lesson_id: str
    reason: str
    hint: str = ""
    is_in_doubt: bool = False
    is_told: bool = False

    @classmethod
    def of(cls, lesson_id: str, error: LessonFailedError, *, is_told: bool = False) -> LessonFailed:
        """The event of a lesson that ended with this error."""
        is_in_doubt = isinstance(error, InDoubtError)
        return cls(lesson_id=lesson_id, reason=error.reason, hint=error.hint, is_in_doubt=is_in_doubt, is_told=is_told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A warning that stops nothing."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """The run is over.

    Attributes:
        exit_code: The exit code of the process (0, 1, 3 or 130).
        seconds: The duration.
        reason: Why the batch was stopped; None when it ran to its end.
        hint: What to do about that.
    """

    exit_code: int
    seconds: float
    reason: str | None = None
    hint: str = ""


RunEvent = (
    RunStarted
    | JobsChanged
    | LimitChanged
    | WishTaken
    | LessonStarted
    | StageReached
    | BytesSent
    | BytesAccepted
    | RetryScheduled
    | LessonWaits
    | OrphanRemoved
    | OldVideoDeleted
    | WaitStarted
    | WaitEnded
    | LessonDone
    | LessonFailed
    | LessonSkipped
    | Warned
    | RunEnded
)

Emit = Callable[[RunEvent], None]
"""Receives events; may be called from any thread."""


@contextmanager
def waiting(emit: Emit, wait: WaitStarted, clock: Callable[[], float]) -> Iterator[None]:
    """Tells that the batch waits, and, unless the block raises, for how many seconds of the clock it did."""
    began = clock()
    emit(wait)
    yield
    emit(WaitEnded(kind=wait.kind, seconds=clock() - began))

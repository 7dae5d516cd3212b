"""The lessons in one process's hands: taken, renewed, confirmed, given back. Its threads share them."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.doubts import WrittenFile
from kinescope_upload.cluster.hold import Hold, Lease
from kinescope_upload.cluster.records import lost_error, record_of
from kinescope_upload.errors import DatabaseDownError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kinescope_upload.cluster.hold import Moment
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.upload import Record

_T = TypeVar("_T")
_SOON: Final = 0.5
"""Seconds between two tries to write what must be written."""
_GLANCE: Final = 0.2
"""Seconds between two looks whether a hold is sure again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A lesson that this machine has taken.

    Attributes:
        lesson_id: The lesson.
        course: Its course.
        library: The library that has its file.
        path: The file's path in there.
        size: Its size in bytes, when it was enqueued.
        modified_ns: Its time of change then, in nanoseconds since the epoch.
        title: The lesson's title.
        pair_is_written: Whether a map file or manifest said that the file is the lesson's.
        record: What was achieved; None where nothing was begun.
        folder_id: The course's folder on Kinescope; None where nobody has found it.
        wanted: Whether the lesson is to be uploaded.
        written_by: The machine that wrote down what the file is; empty where anybody may.
        row_title: What its row was called when it was enqueued; None where nobody asked.
    """

    lesson_id: str
    course: str
    library: str
    path: str
    size: int
    modified_ns: int
    title: str
    pair_is_written: bool
    record: Record | None
    folder_id: str | None
    wanted: bool
    written_by: str
    row_title: str | None

    @property
    def written(self) -> WrittenFile:
        """The file that was written down."""
        return WrittenFile(self.size, self.modified_ns, self.written_by)

    def is_written_by(self, machine: str) -> bool:
        """Whether this machine says what the file is."""
        return self.written_by in {"", machine}


_COUNTS_SLEEP: Final = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""The clock that goes on while the machine sleeps: on Linux, on macOS; on Windows the usual one does."""


def _usual_clocks() -> Moment:
    """The first counts no sleep on some systems, the second is set by people."""
    counting = time.monotonic() if _COUNTS_SLEEP is None else time.clock_gettime(_COUNTS_SLEEP)
    return time.monotonic(), time.time(), counting


@dataclass(slots=True, kw_only=True)
class Holds:
    """The lessons in this process's hands.

    Attributes:
        line: Asks the database.
        lease: How long a hold is good.
        pause: Waits that many seconds; raises when the work ends.
        clocks: What this machine's clocks show now.
        machine: What this machine is called.
        me: This process.
        of: The holds, by lesson id.
    """

    line: Line
    lease: Lease
    pause: Callable[[float], None] = time.sleep
    clocks: Callable[[], Moment] = _usual_clocks
    machine: str = ""
    me: uuid.UUID = field(default_factory=uuid.uuid4)
    of: dict[str, Hold] = field(default_factory=dict)

    def take(self, lesson_id: str) -> Taken | None:
        """Takes a lesson that nobody else holds; None where somebody does, or there is none.

        Raises:
            DatabaseDownError: The database does not answer.
        """
        asked_at = self.clocks()
        rows = self.line.ask(statements.TAKE, lesson_id=lesson_id, me=self.me, lease=self.lease.seconds)
        if not rows:
            return None
        (
            fence,
            course,
            library,
            path,
            size,
            modified_ns,
            title,
            is_written,
            text,
            folder_id,
            wanted,
            machine,
            row_title,
        ) = rows[0]
        self.of[lesson_id] = Hold(fence, asked_at, self.lease)
        return Taken(
            lesson_id=lesson_id,
            course=course,
            library=library,
            path=path,
            size=size,
            modified_ns=modified_ns,
            title=title,
            pair_is_written=is_written,
            record=record_of(lesson_id, course, text) if text else None,
            folder_id=folder_id,
            wanted=wanted,
            written_by=machine,
            row_title=row_title,
        )

    def give(self, lesson_id: str, *, wanted: bool = True) -> None:
        """Gives a lesson back.

        Args:
            lesson_id: The lesson.
            wanted: Whether it is still to be uploaded, without anybody's asking anew.

        Raises:
            DatabaseDownError: The database does not answer; the hold ends by itself.
        """
        hold = self.of.pop(lesson_id, None)
        if hold is not None and not hold.is_lost:
            self.line.ask(statements.GIVE, lesson_id=lesson_id, fence=hold.fence, me=self.me, wanted=wanted)

    def renew(self, lesson_ids: Collection[str] | None = None) -> None:
        """Asks once whether these lessons, or all, are still ours, and renews those that are.

        Raises:
            DatabaseDownError: The database does not answer.
        """
        held = {
            lesson_id: hold
            for lesson_id, hold in list(self.of.items())
            if not hold.is_lost and (lesson_ids is None or lesson_id in lesson_ids)
        }
        if not held:
            return
        asked_at = self.clocks()
        fences = [hold.fence for hold in held.values()]
        rows = self.line.ask(statements.BEAT, ids=list(held), fences=fences, me=self.me, lease=self.lease.seconds)
        ours = {lesson_id for (lesson_id,) in rows}
        for lesson_id, hold in held.items():
            if lesson_id in ours:
                hold.renew(asked_at)
            else:
                hold.lose()

    def sure(self, lesson_id: str) -> None:
        """Returns when nobody else can have the lesson now; waits where the database has not said so for long.

        Raises:
            LessonLostError: Somebody else has it.
        """
        hold = self.of.get(lesson_id)
        while hold is not None and not hold.is_lost and not hold.is_sure(self.clocks()):
            self.pause(_GLANCE)
        if hold is None or hold.is_lost:
            raise lost_error(lesson_id)

    def confirm(self, lesson_id: str) -> None:
        """Asks the database now whether the lesson is still ours; waits where it does not answer.

        Raises:
            LessonLostError: It is not.
        """
        self.patiently(lambda: self.renew((lesson_id,)))
        hold = self.of.get(lesson_id)
        if hold is None or hold.is_lost:
            raise lost_error(lesson_id)

    def patiently(self, ask: Callable[[], _T]) -> _T:
        """What the question returns once the database answers."""
        while True:
            try:
                return ask()
            except DatabaseDownError:
                self.pause(_SOON)

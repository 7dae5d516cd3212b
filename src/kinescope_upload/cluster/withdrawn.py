"""Takes off the queue what a library's newest plan does not send: its row is gone, or its file is another lesson's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from psycopg.sql import SQL

from kinescope_upload.cluster.queue import Queue
from kinescope_upload.plan import Decision
from kinescope_upload.plan.plan import WORK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from kinescope_upload.cluster.holds import Holds
    from kinescope_upload.model import LessonRow, VideoFile
    from kinescope_upload.plan import PlannedLesson

_WAITING: Final = SQL(
    "SELECT lesson_id, course, path, size, modified_ns, written_by FROM {s}.lesson WHERE library = %(library)s"
    " AND (wanted OR stage = 'planned') AND stage NOT IN ('linked', 'verified')"
    " AND (held_until IS NULL OR held_until < now())"
)
_WITHDRAW: Final = SQL(
    "UPDATE {s}.lesson AS l SET wanted = false"
    " FROM unnest(%(ids)s::text[], %(paths)s::text[]) AS seen (lesson_id, path)"
    " WHERE l.lesson_id = seen.lesson_id AND l.path = seen.path AND wanted AND stage NOT IN ('linked', 'verified')"
    " AND (held_until IS NULL OR held_until < now()) RETURNING l.lesson_id"
)
"""Takes lessons off the queue, unless somebody has them in hand, or has written them down otherwise since."""
_DROP: Final = SQL(
    "DELETE FROM {s}.lesson WHERE lesson_id = ANY(%(ids)s::text[]) AND NOT wanted AND stage = 'planned'"
    " AND (held_until IS NULL OR held_until < now())"
    " AND (record IS NULL OR NOT record ?| ARRAY['lost_marks', 'old_videos'])"
)
_SENT: Final = WORK | {Decision.LATER}


class Waiting(NamedTuple):
    """A lesson that may wait for its turn, and its file as it was written down: time in ns, UTC."""

    lesson_id: str
    course: str
    path: str
    size: int
    modified_ns: int
    written_by: str

    def is_file(self, file: VideoFile, machine: str) -> bool:
        """Whether a file at its path is what was written down, or whatever this machine says that it is."""
        same = file.may_be(self.path, size=self.size, modified_ns=self.modified_ns)
        return same or self.written_by in {"", machine}


class Seen(NamedTuple):
    """What a machine sees of a library.

    Attributes:
        machine: The machine.
        planned: The lessons that a file was found for, by their ids.
        unknown: The lessons that it can say nothing about: others have them in hand, or changed them meanwhile.
        rows: The database's lessons; None where it is not asked.
        files: The files, by path.
        broken: Tells what is broken of a file; None where broken files are sent.
        has: Whether a course is selected.
    """

    machine: str
    planned: Mapping[str, PlannedLesson]
    unknown: Collection[str]
    rows: Mapping[str, LessonRow] | None
    files: Mapping[str, VideoFile]
    broken: Callable[[VideoFile], object] | None
    has: Callable[[str], bool]

    def is_over(self, one: Waiting) -> bool:
        """Whether the database has no such lesson any more, or shows a video that is not of its record."""
        if self.rows is not None and one.lesson_id not in self.rows:
            return True
        planned = self.planned.get(one.lesson_id)
        if planned is None or planned.decision is not Decision.SKIP:
            return False
        return planned.record is None or not planned.record.stage.has_all_bytes

    def is_outdated(self, one: Waiting) -> bool:
        """Whether the lesson is not to be sent as it was written down, as far as this machine can tell.

        What is in doubt here, another machine may know: only the one that wrote the lesson down tells for all.
        """
        if one.lesson_id in self.unknown or not self.has(one.course):
            return False
        if self.is_over(one):
            return True
        planned, file = self.planned.get(one.lesson_id), self.files.get(one.path)
        if file is None or (planned is not None and planned.decision in _SENT):
            return False
        if self.broken is not None and self.broken(file):
            return False  # whoever has a whole one sends it
        return one.written_by in {"", self.machine}


def waiting_in(holds: Holds, library: str) -> list[Waiting]:
    """The lessons of the library that wait for their turn, or that nothing is achieved of; nobody has them in hand."""
    return [Waiting(*row) for row in holds.line.ask(_WAITING, library=library, patience=60)]


def withdraw(holds: Holds, waiting: Iterable[Waiting], seen: Seen) -> list[str]:
    """Takes lessons off the queue that are not to be sent as they were written down; returns which.

    A lesson that the database has no more, or shows a video of, is forgotten where nothing was begun.

    Args:
        holds: This process.
        waiting: What waited before this machine looked.
        seen: What it saw.
    """
    outdated = [one for one in waiting if seen.is_outdated(one)]
    taken = _withdraw(holds, [(one.lesson_id, one.path) for one in outdated])
    if over := [one.lesson_id for one in outdated if seen.is_over(one)]:
        holds.line.ask(_DROP, ids=over, patience=60)
    return taken


def withdraw_others_of(holds: Holds, library: str, work: Iterable[PlannedLesson]) -> list[str]:
    """Takes other lessons off the queue that wait for the very files of these; returns which."""
    sent = {one.file.path: one for one in work}
    waiting = waiting_in(holds, library) if sent else []
    others = [
        (one.lesson_id, one.path)
        for one in waiting
        if (lesson := sent.get(one.path)) is not None
        and lesson.lesson_id != one.lesson_id
        and one.is_file(lesson.file, holds.machine)
    ]
    return _withdraw(holds, others)


def _withdraw(holds: Holds, lessons: Collection[tuple[str, str]]) -> list[str]:
    if not lessons:
        return []
    ids, paths = (list(column) for column in zip(*lessons, strict=True))
    taken = [lesson_id for (lesson_id,) in holds.line.ask(_WITHDRAW, ids=ids, paths=paths, patience=60)]
    Queue(holds.line).cancel(taken)
    return taken

"""Asks anew what is to be done with one lesson: since it was enqueued, its row or its file may have changed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from psycopg.sql import SQL

from kinescope_upload.batch.own_place import why_moved
from kinescope_upload.cluster import statements
from kinescope_upload.cluster.doubts import doubt_moved_file, doubt_other_file, doubt_other_title
from kinescope_upload.cluster.records import record_of
from kinescope_upload.cluster.refusals import glance
from kinescope_upload.library.scan import stat_file
from kinescope_upload.library_paths import folder_of
from kinescope_upload.model import Assignment, MappingSource, VideoFile
from kinescope_upload.plan.decision import SENT, Decision
from kinescope_upload.plan.order import Selection
from kinescope_upload.plan.plan import make_plan
from kinescope_upload.policy.settle import look_again, seconds_to_wait

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.holds import Holds, Taken
    from kinescope_upload.cluster.refusals import Glance
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.upload import Record

_FILES_IN: Final = SQL(
    "SELECT path, size, modified_ns FROM {s}.lesson WHERE library = %(library)s AND starts_with(path, %(folder)s)"
)
"""Selects the files that were written down of a folder and of those below it."""
_PINNED: Final = SQL(
    "SELECT lesson_id, course, record::text FROM {s}.lesson WHERE library = %(library)s"
    " AND record->>'path' = %(path)s"
    " AND stage <> 'planned' AND lesson_id <> %(lesson_id)s LIMIT 1"
)
"""Selects another lesson that the same file was uploaded for."""
_WRITES_ROW: Final = SENT | {Decision.LINK}
"""The decisions after which the lesson's row is written."""


def placed(run: Run, taken: Taken) -> Taken:
    """The lesson with the path at which its file is: where it was enqueued last, else where it was sent from."""
    sent = taken.record.path if taken.record and taken.record.names_file else None
    paths = [path for path in (taken.path, sent) if path]
    there = (path for path in paths if stat_file(run.backends.library, path, run.backends.disk))
    return replace(taken, path=next(there, sent or taken.path))


def plan_again(run: Run, holds: Holds, taken: Taken) -> PlannedLesson:
    """What a run would do with the lesson now.

    A file that is not the one that another machine wrote down is in doubt, and so is a row that is called otherwise.

    Args:
        run: The batch, with the lesson's library.
        holds: This process, which holds the lesson.
        taken: The lesson, with the path at which its file is here.

    Raises:
        DatabaseDownError: One of the databases does not answer.
    """
    record = taken.record
    path, written = taken.path, taken.written
    there = stat_file(run.backends.library, path, run.backends.disk)
    file = there or VideoFile(path=path, size=taken.size, modified_ns=taken.modified_ns)
    is_ours = taken.is_written_by(holds.machine)
    if record and record.stage.has_all_bytes and not (is_ours or written.is_this(file)):
        file = replace(file, size=taken.size, modified_ns=taken.modified_ns)  # nothing of it is sent any more
    source = MappingSource.MAP_FILE if taken.pair_is_written else MappingSource.RECORD
    assignment = Assignment(lesson_id=taken.lesson_id, course=taken.course, file=file, source=source, title=taken.title)
    rows = None
    if run.backends.database is not None:
        found = run.backends.database.rows(lessons=[taken.lesson_id])
        rows = {row.lesson_id: row for row in found}
    records = {} if record is None else {taken.lesson_id: record}
    pinned = holds.line.ask(_PINNED, library=taken.library, path=path, lesson_id=taken.lesson_id)
    for lesson_id, course, text in pinned:
        records[lesson_id] = record_of(lesson_id, course, text)
    broken = None if run.options.sends_broken else run.backends.looks.broken
    [lesson] = make_plan([assignment], rows=rows, records=records, selection=Selection(), broken=broken).lessons
    if lesson.decision in _WRITES_ROW and _is_called_otherwise(lesson, taken):
        return replace(lesson, planned=doubt_other_title(lesson.row_title or "", taken.row_title or ""))
    if lesson.decision not in SENT or written.may_be(file, lesson.record):
        return lesson
    if is_ours:
        if (reason := _why_moved(run, holds, taken, file)) is not None:
            return replace(lesson, planned=doubt_moved_file(reason))
        facts = {"size": file.size, "modified_ns": file.modified_ns}
        holds.line.ask(statements.WRITE_ANEW, lesson_id=taken.lesson_id, me=holds.me, **facts)
        return lesson
    return replace(lesson, planned=doubt_other_file(file, taken.course, written))


def _why_moved(run: Run, holds: Holds, taken: Taken, file: VideoFile) -> str | None:
    """Why the file at the lesson's path may be another lesson's than was written down; None where nothing says so."""
    folder = folder_of(file.path)
    rows = holds.line.ask(_FILES_IN, library=taken.library, folder=f"{folder}/")
    known = [VideoFile(path=path, size=size, modified_ns=time_ns) for path, size, time_ns in rows]
    written = replace(file, size=taken.size, modified_ns=taken.modified_ns)
    return why_moved(run, written, file, (one for one in known if folder_of(one.path) == folder))


def _is_called_otherwise(lesson: PlannedLesson, taken: Taken) -> bool:
    """Whether the row has another title than when the lesson was enqueued: it may be another lesson's by now."""
    return None not in {lesson.row_title, taken.row_title} and lesson.row_title != taken.row_title


def what_lacks(run: Run, machine: str, taken: Taken, record: Record | None) -> Glance | None:
    """What is at the lesson's place here where other machines may have the right file; else None.

    That is no file, none that can be read or shown, or another than was written down.

    Args:
        run: The batch, with the lesson's library.
        machine: This machine.
        taken: The lesson.
        record: What is achieved by now.
    """
    seen = glance(run, taken.path, taken.written)
    if record is not None and record.stage.has_all_bytes:
        return None
    if seen.file is None or not seen.can_be_read:
        return seen
    if not run.options.sends_broken and run.backends.looks.broken(seen.file):
        return seen
    return None if taken.is_written_by(machine) or taken.written.may_be(seen.file, record) else seen


def quiet_in(run: Run, file: VideoFile) -> float:
    """Seconds for which the file must stay as it is before it counts as written; 0 when it does."""
    now = time.time()
    return seconds_to_wait(look_again(None, file, now), now, run.options.settle)

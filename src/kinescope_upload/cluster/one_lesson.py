"""Asks anew what is to be done with one lesson: since it was enqueued, its row or its file may have changed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.records import record_of
from kinescope_upload.library.scan import stat_file
from kinescope_upload.model import Assignment, MappingSource, VideoFile
from kinescope_upload.plan.order import Selection
from kinescope_upload.plan.plan import make_plan
from kinescope_upload.policy.settle import look_again, seconds_to_wait

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.holds import Taken
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.plan import PlannedLesson


def plan_again(run: Run, line: Line, taken: Taken) -> PlannedLesson:
    """What a run would do with the lesson now.

    Args:
        run: The batch, with the lesson's library.
        line: Asks the cluster's database.
        taken: The lesson.

    Raises:
        DatabaseDownError: One of the databases does not answer.
    """
    record = taken.record
    path = (record.path if record and record.names_file else None) or taken.path
    there = stat_file(run.backends.library, path, run.backends.disk)
    file = there or VideoFile(path=path, size=taken.size, modified_ns=taken.modified_ns)
    source = MappingSource.MAP_FILE if taken.pair_is_written else MappingSource.RECORD
    assignment = Assignment(lesson_id=taken.lesson_id, course=taken.course, file=file, source=source, title=taken.title)
    rows = None
    if run.backends.database is not None:
        found = run.backends.database.rows(lessons=[taken.lesson_id])
        rows = {row.lesson_id: row for row in found}
    records = {} if record is None else {taken.lesson_id: record}
    pinned = line.ask(statements.PINNED, library=taken.library, path=path, lesson_id=taken.lesson_id)
    for lesson_id, course, text in pinned:
        records[lesson_id] = record_of(lesson_id, course, text)
    broken = None if run.options.sends_broken else run.backends.looks.broken
    [lesson] = make_plan([assignment], rows=rows, records=records, selection=Selection(), broken=broken).lessons
    return lesson


def quiet_in(run: Run, file: VideoFile) -> float:
    """Seconds for which the file must stay as it is before it counts as written; 0 when it does."""
    now = time.time()
    return seconds_to_wait(look_again(None, file, now), now, run.options.settle)

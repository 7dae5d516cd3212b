"""Writes the rows of uploaded videos, and notes what became of each."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.failures import fail, note_failure
from kinescope_upload.batch.file_changes import check_unchanged
from kinescope_upload.database import Fill, LinkOutcome
from kinescope_upload.errors import BatchStoppedError, InDoubtError, LessonFailedError
from kinescope_upload.events import StageReached
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.plan import Decision
from kinescope_upload.text.hints import Hint, both
from kinescope_upload.upload.events import Linked
from kinescope_upload.upload.table import advance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kinescope_upload.batch.other_runs import OtherRuns
    from kinescope_upload.batch.run import Run
    from kinescope_upload.database import LinkResult
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.plan import Plan
    from kinescope_upload.upload import Record

_TRIED: Final = 20
"""The most rows that are tried where one is refused before any was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRows:
    """What a plan says of the rows.

    Attributes:
        titles: What they were called when the plan was made, by lesson id.
        ready: The videos that an earlier run uploaded, and whose rows are only to be written.
    """

    titles: Mapping[str, str | None]
    ready: Sequence[Record]

    @classmethod
    def of(cls, plan: Plan) -> PlannedRows:
        """Collects them."""
        ready = (one.record for one in plan.lessons if one.decision is Decision.LINK and not one.may_be_outdated)
        return cls(
            titles={one.lesson_id: one.row_title for one in plan.lessons},
            ready=[record for record in ready if record and record.video_id and not record.serving],
        )


class RowWriter:
    """Writes rows; one thread uses it.

    Args:
        run: The batch.
        database: The lessons' table.
        others: Hears of rows that somebody else has written.
        done: Is told of each lesson that is linked.
        planned: What the plan says of the rows.
    """

    def __init__(
        self,
        run: Run,
        database: LessonsDatabase,
        others: OtherRuns,
        *,
        done: Callable[[Record], None],
        planned: PlannedRows,
    ) -> None:
        self._run = run
        self._database = database
        self._others = others
        self._done = done
        self._titles = planned.titles
        self._ready = planned.ready
        self._has_written = False

    def write_together(self, records: Sequence[Record]) -> frozenset[str]:
        """Writes the empty ones of several rows by one statement; returns the lessons that are linked, or failed.

        Raises:
            DatabaseDownError: No row was written.
        """
        changed: list[tuple[Record, LessonFailedError]] = []
        unchanged: dict[str, Record] = {}
        for record in records:
            if record.serving is None:
                try:
                    unchanged[record.lesson_id] = check_unchanged(self._run, record)
                except LessonFailedError as failure:
                    changed.append((record, failure))
        fills = [self._fill_of(record) for record in unchanged.values()]
        linked = self._database.fill_together(fills) if fills else frozenset()
        self._note_linked([unchanged[lesson_id] for lesson_id in linked])
        for record, error in changed:
            fail(self._run, record, error)
        return linked | {record.lesson_id for record, _ in changed}

    def write(self, record: Record) -> None:
        """Writes one row; afterwards its lesson is linked, or failed.

        Raises:
            DatabaseDownError: It was not written.
            BatchStoppedError: The database refuses for good.
        """
        try:
            record = check_unchanged(self._run, record)
            self._put(record)
        except LessonFailedError as error:
            fail(self._run, record, error)
        else:
            self._note_linked([record])

    def _put(self, record: Record) -> None:
        try:
            result = self._database.fill(self._fill_of(record))
        except LessonFailedError as error:
            raise self._refused(record, error) from error
        if result.outcome is LinkOutcome.ROW_TAKEN:
            self._others.note(record.lesson_id)
        if result.outcome is not LinkOutcome.LINKED:
            raise _not_linked(record, result, self._titles.get(record.lesson_id))

    def _fill_of(self, record: Record) -> Fill:
        """What is written into the row: an empty one, or the one of the video that this one replaces."""
        assert record.video_id  # noqa: S101 - it is uploaded
        return Fill(
            lesson_id=record.lesson_id,
            video_id=record.video_id,
            video_url=record.video_url or embed_url(record.video_id),
            duration=record.duration,
            old_id=record.serving.video_id if record.serving else None,
            title=self._titles.get(record.lesson_id),
        )

    def _note_linked(self, records: Sequence[Record]) -> None:
        linked = [advance(record, Linked(at=datetime.now(UTC))) for record in records]
        self._run.backends.progress.save_all(linked)
        self._has_written = self._has_written or bool(linked)
        for one in linked:
            self._run.emit(StageReached(lesson_id=one.lesson_id, stage=one.stage, video_id=one.video_id))
            self._done(one)

    def _refused(self, record: Record, error: LessonFailedError) -> LessonFailedError | BatchStoppedError:
        """What a refused row means: that the table takes none, as long as it has taken none in this run.

        A row costs its lesson alone where an earlier run was refused it in the same words, so that it is in nobody's
        way, and where it cannot even be written as it is while others can.
        """
        was_refused_before = record.failure is not None and record.failure.reason == str(error)
        if self._has_written or was_refused_before or self._is_refused_alone(record.lesson_id):
            return error
        if self._takes_another(record.lesson_id):
            self._has_written = True
            return error
        note_failure(self._run, record, error)
        return BatchStoppedError(f"{error.what} No other row was written in this run.", error.hint)

    def _takes_another(self, lesson_id: str) -> bool:
        """Whether the table takes the video of another lesson that only waits for its row."""
        for record in [one for one in self._ready if one.lesson_id != lesson_id][:_TRIED]:
            with suppress(LessonFailedError):
                if self._database.fill(self._fill_of(record)).outcome is LinkOutcome.LINKED:
                    return True
        return False

    def _is_refused_alone(self, lesson_id: str) -> bool:
        is_refused = self._database.probe([lesson_id]).problem is not None
        return is_refused and self._database.probe().problem is None


def _not_linked(record: Record, result: LinkResult, title: str | None) -> InDoubtError:
    if result.outcome is LinkOutcome.ROW_RENAMED:
        return InDoubtError(
            f'Its row is called "{result.found}" now and was "{title}" when the run began; video {record.video_id} is '
            "kept, nothing was written.",
            Hint("If only the title has changed, ", (), " writes the row; if lessons were renumbered, it says so."),
        )
    if result.outcome is LinkOutcome.ROW_MISSING:
        return InDoubtError(
            f"Its row has vanished from the database; video {record.video_id} is kept.",
            "Put the row back, then run again.",
        )
    if record.serving:
        holds = f"points at video {result.found} now" if result.found else "is empty now"
        unlink = Hint(("unlink", record.lesson_id), " empties the row and lets the lesson start over.")
        repair = Hint(("repair",), " keeps the row's video and deletes ours where both are the file's. Else:")
        return InDoubtError(
            f"Its row named video {record.serving.video_id} when its replacement began, and {holds}; new video "
            f"{record.video_id} is kept, nothing was overwritten.",
            both(repair, unlink) if result.found else unlink,
        )
    return InDoubtError(
        f"Its row points at video {result.found} now; video {record.video_id} is kept, nothing was overwritten.",
        Hint(("repair",), " deletes ours where the row's video is certainly the file's; else it says how to keep one."),
    )

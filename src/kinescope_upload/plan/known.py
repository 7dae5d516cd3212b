"""What is known of all lessons when one is decided: whose each file is, and what somebody said. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from kinescope_upload.model import MappingSource
from kinescope_upload.plan.begun import call_off, doubt_contradicted, find_called_off
from kinescope_upload.plan.decision import PlanDecision, decide
from kinescope_upload.upload import Record, Stage
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from kinescope_upload.model import Assignment, LessonRow, VideoFile


class FileMd5s(NamedTuple):
    """Gives MD5s of files: `known` of one that was read as it is now, else None; `read` of any that can be read."""

    known: Callable[[VideoFile], str | None]
    read: Callable[[VideoFile], str | None]


class Known(NamedTuple):
    """What is known of all lessons when one is decided.

    `given` is what somebody wrote down, by the file's path, and `owners` which lesson's own video a file made; both are
    empty where no replacement is begun.
    """

    records: Mapping[str, Record]
    rows: Mapping[str, LessonRow] | None
    pins: Mapping[str, Record]
    called_off: frozenset[str]
    given: Mapping[str, Assignment] = MappingProxyType({})
    owners: Mapping[str, str] = MappingProxyType({})
    md5s: FileMd5s | None = None

    def with_words(self, assignments: Iterable[Assignment]) -> Known:
        """The same with what speaks for or against begun replacements."""
        if not any(record.old_videos and record.serving for record in self.records.values()):
            return self
        given = {one.file.path: one for one in assignments if one.source.is_written}
        own = ((record.serving or record, record) for record in self.records.values())
        owners = {
            video.path: record.lesson_id
            for video, record in own
            if video.path and (record.stage.is_linked or record.serving)
        }
        return self._replace(given=given, owners=owners)

    def md5_of(self, record: Record, file: VideoFile) -> str | None:
        """The MD5 of the file of a linked lesson, where somebody read it as it is now; else None."""
        is_compared = self.md5s is not None and record.md5 and record.stage.is_linked
        return self.md5s.known(file) if self.md5s and is_compared else None

    def decide(self, assignment: Assignment, record: Record | None, row: LessonRow | None) -> PlanDecision:
        """Decides about one lesson."""
        if record and record.old_videos and (serving := record.serving):
            if record.lesson_id in self.called_off:
                return call_off(serving)
            is_shown = row is None or is_same_video(row.video_id, serving.video_id)
            if is_shown and assignment.source is not MappingSource.NAMED:
                contradicted = doubt_contradicted(assignment, record, self.given, self.owners)
                if contradicted:
                    return contradicted
        pinned = self.pins.get(assignment.file.path)
        return decide(assignment, record, row, pinned=pinned, has_rows=self.rows is not None)


def known_of(
    assignments: Sequence[Assignment],
    records: Mapping[str, Record],
    rows: Mapping[str, LessonRow] | None,
    md5s: FileMd5s | None,
) -> Known:
    """Gathers what is known.

    Args:
        assignments: Which file belongs to which lesson.
        records: What earlier runs achieved, by lesson id, told apart from files that only look like theirs.
        rows: The rows by lesson id; None when the database is not asked.
        md5s: Gives MD5s of files; None knows and reads none.
    """
    read = md5s.read if md5s else None
    called_off = find_called_off(assignments, records, rows or {}, read) if records else frozenset()
    known = Known(
        records=records, rows=rows, pins=_pins(records, assignments, called_off), called_off=called_off, md5s=md5s
    )
    return known.with_words(assignments)


def _pins(
    records: Mapping[str, Record], assignments: Iterable[Assignment], called_off: Collection[str]
) -> dict[str, Record]:
    """Which lesson each file was uploaded for; a file that was only renamed is pinned by its new name.

    What a person says goes before: a lesson that is given another file leaves its own, and a file that is given to a
    lesson is left by one whose upload from it was begun and holds no complete video.
    """
    if not records:
        return {}
    left, given = set(called_off), set()
    for one in assignments:
        if one.source.is_written:
            given.add(one.file.path)
        record = records.get(one.lesson_id)
        if record and record.path != one.file.path and (one.source.is_written or record.is_for(one.file)):
            left.add(one.lesson_id)
    return {
        one.path: one
        for one in records.values()
        if one.path and one.stage is not Stage.PLANNED and one.lesson_id not in left
        if one.stage.has_all_bytes or one.path not in given
    }

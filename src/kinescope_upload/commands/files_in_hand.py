"""Counts of the files that runs send now what the runs say, where the records are a moment behind. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.commands.course_status import CourseStatus
    from kinescope_upload.monitor.state import FileState
    from kinescope_upload.upload import Record


def with_files_in_hand(
    statuses: Iterable[CourseStatus], records: Mapping[str, Record], files: Iterable[FileState]
) -> tuple[CourseStatus, ...]:
    """Counts of files in hand what their runs say of them, not the records: all figures of a screen are of one moment.

    Args:
        statuses: How far each course is, by the records.
        records: Those, by lesson id.
        files: The files that runs send now.
    """
    known = {one.lesson_id: one for one in in_progress(records.values())}
    hands: dict[str, list[tuple[Record, FileState]]] = {}
    for file in files:
        if record := known.get(file.lesson_id):
            hands.setdefault(file.course, []).append((record, file))
    return tuple(_with_hands(one, hands.get(one.course, ())) for one in statuses)


def _with_hands(status: CourseStatus, hands: Sequence[tuple[Record, FileState]]) -> CourseStatus:
    recorded = sum(acknowledged(record) for record, _ in hands)
    return replace(
        status,
        acknowledged_bytes=status.acknowledged_bytes - recorded + sum(file.accepted_bytes for _, file in hands),
        position_bytes=status.position_bytes - recorded + sum(file.position_bytes for _, file in hands),
    )


def in_progress(records: Iterable[Record]) -> list[Record]:
    """The records of uploads that have begun and not all bytes."""
    return [one for one in records if one.is_begun and not one.stage.has_all_bytes and not one.serving]


def acknowledged(record: Record) -> int:
    """The bytes that the service acknowledged, by the record."""
    return record.offset if record.stage is Stage.CREATED else 0

"""Finds changed files of a status that may be other lessons': `kupload replace` is to be told which they are. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.plan.lookalikes import AlikeFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kinescope_upload.commands.course_status import CourseStatus
    from kinescope_upload.model import Assignment, VideoFile
    from kinescope_upload.upload import Record


def with_mixed_up(
    courses: Sequence[CourseStatus],
    records: Mapping[str, Record],
    assignments: Iterable[Assignment],
    files: Iterable[VideoFile],
    md5_of: Callable[[VideoFile], str | None],
) -> tuple[CourseStatus, ...]:
    """The courses, where each names the changed lessons whose file may be another's, or whose own stands elsewhere.

    What a person said of a file as it is now counts as meant.

    Args:
        courses: How far each course is.
        records: What earlier runs achieved, by lesson id.
        assignments: Which file belongs to which lesson.
        files: The library.
        md5_of: Gives the MD5 of a file, as far as somebody read it as it is now.
    """
    if not any(one.changed for one in courses):
        return tuple(courses)
    assigned = {one.lesson_id: one for one in assignments if not one.is_meant}
    alike = AlikeFiles.of(records, files)

    def is_mixed_up(lesson_id: str) -> bool:
        one = assigned.get(lesson_id)
        return one is not None and alike.are_mixed_up(records[lesson_id], one, md5_of(one.file))

    return tuple(replace(one, mixed_up=tuple(filter(is_mixed_up, one.changed))) for one in courses)

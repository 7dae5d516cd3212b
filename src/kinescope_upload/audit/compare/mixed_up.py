"""Finds linked lessons whose changed file may be another lesson's: `kupload replace` must be told which it is. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.model import Assignment, MappingSource
from kinescope_upload.plan.lookalikes import AlikeFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.audit.compare.facts import Lesson
    from kinescope_upload.audit.compare.lessons import LocalSides


def with_mixed_up(lessons: Mapping[str, Lesson], sides: LocalSides) -> dict[str, Lesson]:
    """The lessons, by id, where each knows whether its file may be another lesson's, or its own stand elsewhere.

    What a person said of a file as it is now counts as meant.

    Args:
        lessons: As files, rows and progress make them.
        sides: Everything but the videos.
    """
    meant = {one.lesson_id for one in sides.mapped.assignments if one.is_meant}
    changed = {key: one for key, one in lessons.items() if key not in meant and _is_changed(one)}
    if not changed:
        return dict(lessons)
    assigned = {one.lesson_id: one for one in sides.mapped.assignments if one.lesson_id in changed}
    alike = AlikeFiles.of(sides.summaries, sides.files.values())
    mixed_up = {
        key: replace(one, is_mixed_up=True)
        for key, one in changed.items()
        if _is_mixed_up(one, assigned.get(key), alike)
    }
    return {**lessons, **mixed_up}


def _is_changed(lesson: Lesson) -> bool:
    summary, file = lesson.summary, lesson.file
    if summary is None or file is None or not (summary.names_file and summary.stage.is_linked):
        return False
    return lesson.file_md5 not in {None, summary.md5} or not summary.is_for(file)


def _is_mixed_up(lesson: Lesson, assigned: Assignment | None, alike: AlikeFiles) -> bool:
    summary, file = lesson.summary, lesson.file
    if summary is None or file is None:
        return False
    source = assigned.source if assigned else MappingSource.RECORD
    one = Assignment(lesson_id=lesson.lesson_id, course=lesson.course, file=file, source=source)
    return alike.are_mixed_up(summary, one, lesson.file_md5)

"""Doubts lessons whose file has become one that looks like what was uploaded for another lesson. Pure.

Files that were swapped, renumbered or copied to the wrong name look so. At its own path such a file is the lesson's,
and nothing but a person can tell whether it is meant to be.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.plan.decision import SENT, Decision, PlanDecision

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kinescope_upload.plan.plan import PlannedLesson
    from kinescope_upload.upload import Record

_HINT: Final = "Restore the library's order or name the right file in a map file (--map)."


def doubt_lookalikes(
    lessons: Sequence[PlannedLesson], records: Mapping[str, Record], said: Collection[str]
) -> list[PlannedLesson]:
    """The lessons, where a file is sent for none that looks like what was uploaded for another.

    Args:
        lessons: As they are decided.
        records: What earlier runs achieved, by lesson id.
        said: The lessons whose files somebody wrote down.
    """
    changed = {one.lesson_id for one in lessons if one.lesson_id not in said and _is_changed(one)}
    if not changed:
        return list(lessons)
    by_size: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records.values():
        if record.names_file:
            by_size[record.size].append(record)
    return [_doubted(one, by_size[one.file.size]) if one.lesson_id in changed else one for one in lessons]


def _is_changed(lesson: PlannedLesson) -> bool:
    record = lesson.record
    return record is not None and record.names_file and (lesson.is_other or not record.is_for(lesson.file))


def _doubted(lesson: PlannedLesson, others: Sequence[Record]) -> PlannedLesson:
    found = (one.lesson_id for one in others if one.lesson_id != lesson.lesson_id and _is_alike(one, lesson))
    other = next(found, None)
    if other is None:
        return lesson
    lesson = replace(lesson, looks_like=other)
    if lesson.decision not in SENT:
        return lesson
    reason = f'its file "{lesson.file.path}" has the size and time of what was uploaded for lesson {other}'
    return replace(lesson, planned=PlanDecision(Decision.IN_DOUBT, reason, _HINT))


def _is_alike(record: Record, lesson: PlannedLesson) -> bool:
    file = lesson.file
    is_other = lesson.file_md5 is not None and record.md5 not in {None, lesson.file_md5}
    return record.size == file.size and record.modified_ns == file.modified_ns and not is_other

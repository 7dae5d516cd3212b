"""Doubts lessons whose file has become one that looks like what was uploaded for another lesson. Pure.

Files that were swapped, renumbered or copied to the wrong name look so. At its own path such a file is the lesson's,
and nothing but a person can tell whether it is meant to be.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.library_paths import first_folder
from kinescope_upload.plan.decision import SENT, Decision, PlanDecision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kinescope_upload.model import VideoFile
    from kinescope_upload.plan.plan import PlannedLesson
    from kinescope_upload.upload import Record

_HINT: Final = "Restore the library's order or name the right file in a map file (--map)."
_SizeAndTime = tuple[int, int | None]


def doubt_lookalikes(
    lessons: Sequence[PlannedLesson], records: Mapping[str, Record], said: Collection[str], files: Iterable[VideoFile]
) -> list[PlannedLesson]:
    """The lessons, where none gets a file that looks like another's, or in whose place its own stands elsewhere.

    Args:
        lessons: As they are decided.
        records: What earlier runs achieved, by lesson id.
        said: The lessons whose files somebody wrote down.
        files: The library, as far as it is known.
    """
    changed = {one.lesson_id for one in lessons if one.lesson_id not in said and _is_changed(one)}
    if not changed:
        return list(lessons)
    sent: defaultdict[_SizeAndTime, list[Record]] = defaultdict(list)
    for record in records.values():
        if record.names_file:
            sent[record.size, record.modified_ns].append(record)
    there: defaultdict[_SizeAndTime, list[str]] = defaultdict(list)
    for file in files:
        there[file.size, file.modified_ns].append(file.path)
    return [_doubted(one, sent, there) if one.lesson_id in changed else one for one in lessons]


def _is_changed(lesson: PlannedLesson) -> bool:
    record = lesson.record
    return record is not None and record.names_file and (lesson.is_other or not record.is_for(lesson.file))


def _doubted(
    lesson: PlannedLesson,
    sent: Mapping[_SizeAndTime, Sequence[Record]],
    there: Mapping[_SizeAndTime, Sequence[str]],
) -> PlannedLesson:
    path = lesson.file.path
    alike = sent.get((lesson.file.size, lesson.file.modified_ns), ())
    other = next((one.lesson_id for one in alike if one.lesson_id != lesson.lesson_id and _may_be(one, lesson)), None)
    if other is not None:
        reason = f'its file "{path}" has the size and time of what was uploaded for lesson {other}'
    elif lesson.is_changed and (place := _elsewhere(lesson, there)):
        reason = f'its file "{path}" has changed, and one of the size and time of what was sent stands at "{place}"'
    else:
        return lesson
    if other is not None and lesson.decision in SENT:
        return replace(lesson, planned=PlanDecision(Decision.IN_DOUBT, reason, _HINT), mixed_up=reason)
    return replace(lesson, mixed_up=reason)


def _elsewhere(lesson: PlannedLesson, there: Mapping[_SizeAndTime, Sequence[str]]) -> str | None:
    """Where in its course a file stands that may be the one that was sent for the lesson; None where there is none."""
    record = lesson.record
    alike = there.get((record.size, record.modified_ns), ()) if record else ()
    course = first_folder(lesson.file.path)
    return next((path for path in alike if path != lesson.file.path and first_folder(path) == course), None)


def _may_be(record: Record, lesson: PlannedLesson) -> bool:
    return lesson.file_md5 is None or record.md5 in {None, lesson.file_md5}

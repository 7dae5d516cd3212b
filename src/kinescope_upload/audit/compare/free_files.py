"""Finds the files that belong to no lesson, and says what may become of each. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.facts import Finding
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.library_paths import is_named_for
from kinescope_upload.mapping import section_of
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kinescope_upload.audit.compare.facts import Lesson
    from kinescope_upload.audit.compare.lessons import LocalSides
    from kinescope_upload.model import VideoFile


def files_without_lesson(
    sides: LocalSides, lessons: Mapping[str, Lesson], courses: Collection[str], covered: AbstractSet[str]
) -> Iterator[Finding]:
    """Yields a finding for each file of the courses that is no lesson's. One that may be a new cut is offered as that.

    Args:
        sides: The sides.
        lessons: The lessons.
        courses: The courses in question.
        covered: The files and sections that other findings are about.
    """
    used = {lesson.file.path for lesson in lessons.values() if lesson.file}
    used.update(ignored.path for ignored in sides.mapped.ignored)
    lost = _lost(lessons)
    waiting = {lesson.course for lesson in lessons.values() if lesson.row and not lesson.row_id and not lesson.file}
    free = [one for one in sides.scanned if one.file.path not in used and one.course in courses]
    free = [one for one in free if covered.isdisjoint({one.file.path, section_of(one.file.path)})]
    number = Counter(section_of(one.file.path) for one in free)
    for scanned in free:
        path, section = scanned.file.path, section_of(scanned.file.path)
        candidates = lost.get(section, []) if number[section] == 1 else []
        is_wanted = section in lost or scanned.course in waiting
        yield Finding(
            kind=Kind.FILE_WITHOUT_LESSON,
            course=scanned.course,
            reason=f'"{path}" belongs to no lesson',
            hint=_hint_for(scanned.file, [lessons[key] for key in candidates], is_wanted=is_wanted),
            path=path,
        )


def _lost(lessons: Mapping[str, Lesson]) -> dict[str, list[str]]:
    """The linked lessons whose file is gone, by its section."""
    found: dict[str, list[str]] = {}
    for lesson in lessons.values():
        summary = lesson.summary
        if lesson.file is None and lesson.row_id and summary and summary.path and summary.stage.is_linked:
            found.setdefault(section_of(summary.path), []).append(lesson.lesson_id)
    return found


def _hint_for(file: VideoFile, lost: Sequence[Lesson], *, is_wanted: bool) -> str:
    """What to do about a file without a lesson.

    Args:
        file: The file.
        lost: The linked lessons whose new cut it may be.
        is_wanted: Whether a lesson may want it.
    """
    if len(lost) == 1 and lost[0].title and is_named_for(file.stem, lost[0].title):
        key = lost[0].lesson_id
        return Hint(f"Is it a new cut of {key}? ", ("replace", key, file.path), " publishes it.")
    if not (lost or is_wanted):
        return "Take it out of the library, or add its lesson to the database."
    return Hint("Take it out of the library, or say whose it is: ", ("map", "--confirm"), ".")

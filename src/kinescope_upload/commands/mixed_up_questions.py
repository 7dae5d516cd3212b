"""Finds linked lessons whose changed file may be another lesson's: a person is asked whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.library_paths import first_folder
from kinescope_upload.mapping import section_of
from kinescope_upload.mapping.sections import lesson_order
from kinescope_upload.model import Proposal
from kinescope_upload.plan.known import FileMd5s
from kinescope_upload.plan.lookalikes import AlikeFiles
from kinescope_upload.plan.renumbered import NOT_RENUMBERED
from kinescope_upload.progress import read_md5s

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kinescope_upload.config import Settings
    from kinescope_upload.model import LessonRow, MappedLibrary, VideoFile
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.survey import Survey
    from kinescope_upload.upload import Record


_IN_SECTION: Final = 0
_IN_COURSE: Final = 1
_ELSEWHERE: Final = 2


def mixed_up_questions(
    settings: Settings, survey: Survey, mapped: MappedLibrary, records: Mapping[str, Record]
) -> Iterator[tuple[str, Proposal, Sequence[LessonRow]]]:
    """The questions: what each is about, the file, and the lessons to choose from, the likeliest first.

    One is proposed where it alone may have lost the file to this place, in its section or else its course. Where rows
    or files tell whose what is recorded is, `repair` moves it, and nobody is asked.

    Args:
        settings: Where the MD5s are remembered of files that were read.
        survey: The library, and the rows.
        mapped: Which file belongs to which lesson.
        records: What earlier runs achieved, by lesson id.
    """
    md5s = FileMd5s(known=read_md5s(settings.progress), read=lambda _: None)
    plan = survey.plan(records, mapped, md5s=md5s)
    rows, lessons = survey.rows or {}, [one for one in plan.lessons if one.mixed_up is not None]
    alike = AlikeFiles.of(records, survey.files) if lessons else AlikeFiles({}, {})
    placed = {one.lesson_id for one in plan.lessons} if lessons else set()
    found = survey.find_renumbered(records, survey.unsteady(records)) if lessons else NOT_RENUMBERED
    moving = found.told.union(found.moved[one] for one in found.told)
    there = {file.path: file for file in survey.files} if lessons else {}
    for lesson in lessons:
        key, file = lesson.lesson_id, lesson.file
        if key not in rows or key in moving:
            continue
        others = [other for other in alike.others_like(lesson.assignment, lesson.file_md5) if other in rows]
        tiers = {other: _tier(lesson, records[other], there) for other in others}
        likely = [rows[other] for other in sorted(others, key=tiers.__getitem__)]
        free = [row for row in rows.values() if row.course == lesson.course and row.lesson_id not in placed]
        choices = [*likely, rows[key], *sorted(free, key=lesson_order)]
        choices = list({row.lesson_id: row for row in choices}.values())
        first = choices[0]
        tier = tiers.get(first.lesson_id, _ELSEWHERE)
        is_sure = not likely or (tier != _ELSEWHERE and [*tiers.values()].count(tier) == 1)
        proposal = Proposal(
            file=file,
            course=first.course,
            section=section_of(file.path),
            lesson_id=first.lesson_id if is_sure else None,
            title=first.title if is_sure else "",
        )
        yield f"{key}: {lesson.mixed_up}", proposal, choices


def _tier(lesson: PlannedLesson, sent: Record, there: Mapping[str, VideoFile]) -> int:
    """How likely a file is what was sent for another lesson: one whose own file is in its place has not lost it."""
    path = sent.path or ""
    if (own := there.get(path)) and sent.is_for(own):
        return _ELSEWHERE
    if section_of(path) == section_of(lesson.file.path):
        return _IN_SECTION
    return _IN_COURSE if first_folder(path) == first_folder(lesson.file.path) else _ELSEWHERE

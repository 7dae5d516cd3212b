"""Finds the linked lessons that are called otherwise in the database now than when they were sent. Pure.

A title that was corrected is an everyday matter: the video is renamed. A title that another lesson of the section had
when it was sent says that the titles moved on and the videos did not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.plan.decision import Decision
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan.plan import PlannedLesson
    from kinescope_upload.upload import Record

_SHOWN: Final = 5
"""Lessons that are named; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retitled:
    """A linked lesson that is called otherwise now.

    Attributes:
        lesson_id: The lesson.
        sent: Its title when it was sent.
        title: Its title now.
        has_moved_on: Whether another lesson of the section has the one by now, or had the other when it was sent.
    """

    lesson_id: str
    sent: str
    title: str
    has_moved_on: bool = False


def find_retitled(
    lessons: Iterable[PlannedLesson], records: Mapping[str, Record], rows: Mapping[str, LessonRow] | None
) -> tuple[Retitled, ...]:
    """Compares the titles of linked lessons with those that they were sent with.

    Args:
        lessons: What is planned of all lessons.
        records: What earlier runs achieved, by lesson id.
        rows: The database's lessons by id; None where nobody knows them.
    """
    others = [one for one in lessons if _is_called_otherwise(one)] if rows else []
    if not others or not rows:
        return ()
    sections = {begin_of_id(one.lesson_id) for one in others}
    here = [row for row in rows.values() if begin_of_id(row.lesson_id) in sections]
    astray = [row for row in here if _sent_title(records.get(row.lesson_id)) != title_key(row.title)]
    now = {(begin_of_id(row.lesson_id), title_key(row.title)) for row in astray}
    sent = {(begin_of_id(row.lesson_id), _sent_title(records.get(row.lesson_id))) for row in astray}
    return tuple(
        Retitled(
            lesson_id=one.lesson_id,
            sent=one.record.title,
            title=one.title,
            has_moved_on=(begin_of_id(one.lesson_id), title_key(one.title)) in sent
            or (begin_of_id(one.lesson_id), title_key(one.record.title)) in now,
        )
        for one in others
        if one.record
    )


def retitled_sentences(lessons: Sequence[Retitled]) -> Iterator[str]:
    """Says how many linked lessons are called otherwise now, and what a person can do about it.

    Args:
        lessons: These lessons.
    """
    if corrected := [one for one in lessons if not one.has_moved_on]:
        have = count(len(corrected), "linked lesson has", "linked lessons have")
        told = f"{have} another title in the database than when sent: {_named(corrected)}. "
        renames = " renames its video." if len(corrected) == 1 else " renames their videos."
        yield Hint(told, ("repair",), renames)
    if moved := [one for one in lessons if one.has_moved_on]:
        have = count(len(moved), "linked lesson has a title", "linked lessons have titles")
        told = f"{have} in the database that moved on from lesson to lesson, and the videos did not: {_named(moved)}. "
        yield Hint(told, ("verify",), " tells of each.")


def _named(lessons: Sequence[Retitled]) -> str:
    return first_few([f'{one.lesson_id} ("{one.sent}" → "{one.title}")' for one in lessons], most=_SHOWN)


def _is_called_otherwise(lesson: PlannedLesson) -> bool:
    record, title = lesson.record, lesson.row_title
    if record is None or title is None or record.title == title:  # most of a hundred thousand
        return False
    is_linked = lesson.decision is Decision.SKIP and record.stage.is_linked
    return is_linked and title_key(record.title) not in {"", title_key(lesson.title)}


def _sent_title(record: Record | None) -> str:
    return title_key(record.title) if record and record.is_begun else ""

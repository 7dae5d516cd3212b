"""Doubts lessons that may be other ones by now, and those whose place among them says nothing any more. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.plan.candidates import section_among
from kinescope_upload.plan.decision import Decision
from kinescope_upload.plan.exchanged import find_exchanged
from kinescope_upload.plan.renumbered import (
    CONFIRM,
    files_to_read,
    find_renumbered,
    in_question,
)
from kinescope_upload.plan.strayed import with_strayed
from kinescope_upload.text.hints import Hint, both

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan.known import FileMd5s
    from kinescope_upload.plan.places import Places
    from kinescope_upload.plan.plan import PlannedLesson
    from kinescope_upload.plan.renumbered import Renumbered
    from kinescope_upload.upload import Record

_ASK: Final = Hint(CONFIRM, " asks whose the file is.")


def doubt_moved(  # noqa: PLR0913 - all that is known
    lessons: Sequence[PlannedLesson],
    known: tuple[Mapping[str, Record], Mapping[str, Record]],
    rows: Mapping[str, LessonRow] | None,
    places: Places,
    unsteady: Collection[str],
    *,
    md5s: FileMd5s | None,
) -> list[PlannedLesson]:
    """The lessons, where nothing is done with any that may be another one now.

    Args:
        lessons: As they are decided.
        known: What earlier runs achieved, by lesson id: of the run's courses, and of those that it does not hold.
        rows: The database's lessons by id; None without it.
        places: The library, the place of each file, and what somebody wrote down.
        unsteady: The sections in which files and lessons are not one for one.
        md5s: Gives a file's MD5 where several have the size and time of what was sent; None leaves that open.
    """
    places = places.beside({**known[1], **known[0]})
    records = with_strayed(*known, places)
    if not in_question(records, rows, places):  # most of a hundred thousand
        return doubt_exchanged(lessons, records, rows or {}, places.said)
    if md5s and (unread := files_to_read(records, rows, places)):
        read = ((file, md5s.known(file) or md5s.read(file)) for file in unread)
        places = places.reading({file: md5 for file, md5 in read if md5})
    found = find_renumbered(records, rows, places, unsteady)
    return doubt_exchanged(doubt_renumbered(lessons, found, places.said), records, rows or {}, places.said)


def doubt_renumbered(lessons: Sequence[PlannedLesson], found: Renumbered, said: Collection[str]) -> list[PlannedLesson]:
    """The lessons, where nothing is done with any that may be another one now.

    Args:
        lessons: As they are decided.
        found: What is known to be renumbered.
        said: The lessons whose files somebody wrote down.
    """
    if not found.titles:
        return list(lessons)
    comers = {new: old for old, new in found.moved.items()}
    return [_doubted(one, found, said, comers) for one in lessons]


def doubt_exchanged(
    lessons: Sequence[PlannedLesson],
    records: Mapping[str, Record],
    rows: Mapping[str, LessonRow],
    said: Collection[str],
) -> list[PlannedLesson]:
    """The lessons, where nothing is sent or written for one whose title is another's by now, though it has its video.

    Args:
        lessons: As they are decided.
        records: What earlier runs achieved, by lesson id.
        rows: The database's lessons by id.
        said: The lessons whose files somebody wrote down.
    """
    if not any(_is_work(one) and one.lesson_id not in said for one in lessons):
        return list(lessons)
    found = find_exchanged(records, rows, said)
    sections = {begin_of_id(key) for key in found}
    return [_not_exchanged(one, found, sections, said) for one in lessons] if found else list(lessons)


def _is_work(lesson: PlannedLesson) -> bool:
    return lesson.decision not in {Decision.SKIP, Decision.IN_DOUBT} or lesson.calls_off


def _not_exchanged(
    lesson: PlannedLesson, found: Mapping[str, LessonRow], sections: Collection[str], said: Collection[str]
) -> PlannedLesson:
    key, record = lesson.lesson_id, lesson.record
    if key in said or not _is_work(lesson):
        return lesson
    if (other := found.get(key)) and record:
        return as_exchanged(lesson, record.title, other)
    if section_among(sections, key) and not (record and record.is_begun):
        return _in_doubt(lesson, "lessons of its section were renumbered, so its file's position proves nothing", _ASK)
    return lesson


def as_exchanged(lesson: PlannedLesson, title: str, other: LessonRow) -> PlannedLesson:
    """The lesson, with which nothing is done: it was called so, and another one is now."""
    reason = f'was called "{title}" when its upload began, as {other.lesson_id} is now'
    if lesson.record and lesson.record.serving:
        off = Hint(("replace", lesson.lesson_id, "--drop"), " calls its replacement off.")
        return _in_doubt(lesson, reason, both(_ASK, off))
    return _in_doubt(lesson, reason, _ASK)


def _in_doubt(lesson: PlannedLesson, reason: str, hint: str) -> PlannedLesson:
    doubted = lesson.planned._replace(
        decision=Decision.IN_DOUBT, reason=reason, hint=hint, is_outdated=False, calls_off=False
    )
    return replace(lesson, planned=doubted)


def _doubted(
    lesson: PlannedLesson, found: Renumbered, said: Collection[str], comers: Mapping[str, str]
) -> PlannedLesson:
    key = lesson.lesson_id
    if key in found.titles:
        reason, hint = found.reason(key), found.hint(key)
    elif key in comers and lesson.decision not in {Decision.SKIP, Decision.IN_DOUBT}:
        reason = f"what was uploaded for lesson {comers[key]} is its own now"
        hint = Hint(("repair",), " moves what is recorded to it.")
    elif key in said or not section_among(found.sections, key) or lesson.decision in {Decision.SKIP, Decision.IN_DOUBT}:
        return lesson
    elif lesson.record and lesson.record.is_begun:
        return lesson  # its title is the recorded one
    else:
        reason = "lessons of its section were renumbered, so its file's position proves nothing"
        asked = found.unclear - found.lost or found.unclear
        moves = Hint(("repair",), " moves what is recorded to the right lessons.")
        hint = moves if found.moved else found.hint(min(asked))
    return _in_doubt(lesson, reason, hint)

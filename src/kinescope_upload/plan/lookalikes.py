"""Doubts lessons whose file has become one that looks like what was uploaded for another lesson. Pure.

Files that were swapped, renumbered or copied to the wrong name look so. At its own path such a file is the lesson's,
and nothing but a person can tell whether it is meant to be. What a person wrote down of a path counts as long as
no file has moved there since.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from kinescope_upload.library_paths import first_folder, is_named_for
from kinescope_upload.plan.decision import SENT, Decision, PlanDecision
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.model import Assignment, VideoFile
    from kinescope_upload.plan.plan import PlannedLesson
    from kinescope_upload.upload import Record

_HINT: Final = Hint("Restore the library's order; or ", ("map", "--confirm"), " asks whose the file is.")
_IN_STEP: Final = "Where lessons moved on, bring the database and the files in step."
_SizeAndTime = tuple[int, int | None]


class Sent(Protocol):
    """What is recorded of a file that was sent."""

    @property
    def path(self) -> str | None:
        """Its path then; None where it is not known."""

    @property
    def size(self) -> int:
        """Its size in bytes then."""

    @property
    def modified_ns(self) -> int:
        """Its time of change then, in nanoseconds since the epoch."""

    @property
    def md5(self) -> str | None:
        """Of all that was sent; None where it is not known."""

    @property
    def names_file(self) -> bool:
        """Whether the path is known, and a video of that file may exist or is to replace the lesson's."""


@dataclass(frozen=True, slots=True)
class AlikeFiles:
    """What was sent, and what is there, by size and time.

    Attributes:
        sent: What was sent, each with its lesson.
        there: The paths of the library's files.
    """

    sent: Mapping[_SizeAndTime, Sequence[tuple[str, Sent]]]
    there: Mapping[_SizeAndTime, Sequence[str]]

    @classmethod
    def of(cls, records: Mapping[str, Sent], files: Iterable[VideoFile]) -> AlikeFiles:
        """Sorts records and files.

        Args:
            records: What earlier runs achieved, by lesson id.
            files: The library, as far as it is known.
        """
        sent: defaultdict[_SizeAndTime, list[tuple[str, Sent]]] = defaultdict(list)
        for key, record in records.items():
            if record.names_file:
                sent[record.size, record.modified_ns].append((key, record))
        there: defaultdict[_SizeAndTime, list[str]] = defaultdict(list)
        for file in files:
            there[file.size, file.modified_ns].append(file.path)
        return cls(sent, there)

    def like_another(self, one: Assignment, md5: str | None) -> str | None:
        """Why a lesson's changed file may be another lesson's; None where nothing says so.

        Args:
            one: The lesson and its file as it is now.
            md5: The file's MD5; None where it is not known.
        """
        other = next(self.others_like(one, md5), None)
        if other is None:
            return None
        return f'its file "{one.file.path}" has the size and time of what was uploaded for lesson {other}'

    def others_like(self, one: Assignment, md5: str | None) -> Iterator[str]:
        """The other lessons that the file may have been uploaded for.

        Where a person named its path, only what was sent from another one counts: the file has moved since.

        Args:
            one: The lesson and its file as it is now.
            md5: The file's MD5; None where it is not known.
        """
        file = one.file
        for key, sent in self.sent.get((file.size, file.modified_ns), ()):
            has_moved = sent.path is not None and not file.is_at(sent.path)
            if key != one.lesson_id and (md5 is None or sent.md5 in {None, md5}) and (has_moved or not _is_said(one)):
                yield key

    def own_elsewhere(self, record: Sent, one: Assignment) -> str | None:
        """Why the file that was sent for a linked lesson may stand elsewhere in its course; None where none does.

        Args:
            record: What is recorded of the lesson.
            one: The lesson and its file as it is now: another than the one that was sent.
        """
        file = one.file
        if _is_said(one) and not (record.path and file.is_at(record.path)):
            return None  # a person named another path since
        alike, course = self.there.get((record.size, record.modified_ns), ()), first_folder(file.path)
        place = next((path for path in alike if path != file.path and first_folder(path) == course), None)
        if place is None:
            return None
        return f'its file "{file.path}" has changed, and one of the size and time of what was sent stands at "{place}"'

    def are_mixed_up(self, record: Sent, one: Assignment, md5: str | None) -> bool:
        """Whether a lesson's changed file may be another lesson's, or its own stand elsewhere.

        Args:
            record: What is recorded of the lesson.
            one: The lesson and its file as it is now: another than the one that was sent.
            md5: The file's MD5; None where it is not known.
        """
        return (self.like_another(one, md5) or self.own_elsewhere(record, one)) is not None


def _is_said(one: Assignment) -> bool:
    return one.source.is_written


def whose_is_it(lesson_id: str, file: VideoFile, title: str | None) -> Hint:
    """What a person can do about a lesson whose file may be another lesson's: one that has its title may be published.

    Args:
        lesson_id: The lesson.
        file: Its file as it is now.
        title: The lesson's title; None where nobody knows it.
    """
    if title and is_named_for(file.stem, title):
        named = ("replace", lesson_id, file.path)
        return Hint(f"{_IN_STEP} If it is to be this lesson's video, name it: ", named, ".")
    return Hint(f"{_IN_STEP} ", ("map", "--confirm"), " asks whose the file is.")


def doubt_lookalikes(
    lessons: Sequence[PlannedLesson], records: Mapping[str, Record], files: Iterable[VideoFile]
) -> list[PlannedLesson]:
    """The lessons, where none gets a file that looks like another's, or in whose place its own stands elsewhere.

    Args:
        lessons: As they are decided.
        records: What earlier runs achieved, by lesson id.
        files: The library, as far as it is known.
    """
    changed = {one.lesson_id for one in lessons if not one.assignment.is_meant and _is_changed(one)}
    if not changed:
        return list(lessons)
    alike = AlikeFiles.of(records, files)
    return [_doubted(one, alike) if one.lesson_id in changed else one for one in lessons]


def _is_changed(lesson: PlannedLesson) -> bool:
    record = lesson.record
    return record is not None and record.names_file and (lesson.is_other or not record.is_for(lesson.file))


def _doubted(lesson: PlannedLesson, alike: AlikeFiles) -> PlannedLesson:
    reason = other = alike.like_another(lesson.assignment, lesson.file_md5)
    if other is None and lesson.is_changed and lesson.record:
        reason = alike.own_elsewhere(lesson.record, lesson.assignment)
    if other is not None and lesson.decision in SENT:
        return replace(lesson, planned=PlanDecision(Decision.IN_DOUBT, other, _HINT), mixed_up=other)
    return replace(lesson, mixed_up=reason) if reason else lesson

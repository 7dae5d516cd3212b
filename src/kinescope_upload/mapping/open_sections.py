"""A section in which something is left: files without a lesson, or lessons without a file. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.library_paths import first_folder, nfc
from kinescope_upload.mapping.evidence import names_file
from kinescope_upload.mapping.proposals import (
    Guesses,
    Titles,
    alone_of_their_size,
    are_numbered,
    by_own_number,
    by_title,
    propose,
    sent_as,
)
from kinescope_upload.mapping.rows import undone_by_course
from kinescope_upload.mapping.scan_rule import assign_by_scan_rule, section_with
from kinescope_upload.mapping.trust import WHEN_LISTED, Trust
from kinescope_upload.mapping.twins import composed_twins
from kinescope_upload.model import Doubt, VideoFile
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.mapping.evidence import Evidence
    from kinescope_upload.mapping.sections import Counted, Held, Section
    from kinescope_upload.mapping.trust import Verdict
    from kinescope_upload.model import Assignment, IgnoredFile, LessonRow, Proposal

_ASKED: Final = 2
_CONFIRM: Final = ("map", "--confirm")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSection:
    """A section whose files do not all belong to lessons yet.

    Attributes:
        section: The section.
        counted: Its files and lessons that take part in counting.
        verdict: How far its positions can be believed.
        files: Its files that belong to no lesson.
        lessons: Its lessons that no file belongs to, by number.
        bound: Those of them that were uploaded from a file which is not found any more.
        is_numbered: Whether each of its files has a number of its own, and no lesson has a file of another number.
        ignored: What of it is left alone and may be a lesson's file.
        sent: Its lessons by the path of the file that alone may be what was sent for them, under another name.
    """

    section: Section
    counted: Counted
    verdict: Verdict
    files: Sequence[Assignment]
    lessons: Sequence[LessonRow]
    bound: frozenset[str]
    is_numbered: bool
    ignored: Sequence[IgnoredFile] = ()
    sent: Mapping[str, LessonRow] = field(default_factory=dict)

    @classmethod
    def of(cls, section: Section, counted: Counted, verdict: Verdict, held: Held, evidence: Evidence) -> OpenSection:
        """Collects what is left in the section."""
        lessons = section.free_lessons(held)
        records = [(row.lesson_id, evidence.records.get(row.lesson_id)) for row in lessons] if evidence.records else []
        files = section.free_files(held)
        return cls(
            section=section,
            counted=counted,
            verdict=verdict,
            files=files,
            lessons=lessons,
            bound=frozenset(key for key, record in records if names_file(record)),
            is_numbered=are_numbered(section.files, held.lessons),
            sent=sent_as(files, section, evidence.records) if files and evidence.records else {},
        )

    @property
    def undone(self) -> list[LessonRow]:
        """The lessons that need a file: they have no video."""
        return [row for row in self.lessons if row.video_id is None]

    @property
    def comparable(self) -> list[LessonRow]:
        """The lessons that have a video of which only its original tells the file."""
        return [row for row in self.lessons if row.video_id is not None and row.lesson_id not in self.bound]

    @property
    def may_hold_others(self) -> bool:
        """Whether a file of another section's lesson may be among its own."""
        trust = self.verdict.trust
        return trust in {Trust.UNREAD, Trust.NOT_IN_STEP} or (trust is Trust.NOT_COMPARED and not self.comparable)

    @property
    def lessons_without_place(self) -> Sequence[LessonRow]:
        """The lessons whose file may be elsewhere: none as long as files and lessons are one for one."""
        return () if self.verdict.is_unopposed else self.lessons

    def without(self, matched: Mapping[str, VideoFile]) -> OpenSection:
        """What is left when these lessons and their files are taken out."""
        if not matched:
            return self
        paths = {file.path for file in matched.values()}
        return replace(
            self,
            files=[one for one in self.files if one.file.path not in paths],
            lessons=[row for row in self.lessons if row.lesson_id not in matched],
        )

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The files left, each with a lesson that it may be of; no pair can name one of two that look alike."""
        titles = Titles.of(self.section.files, self.section.lessons.values())
        guesses = Guesses(sent=self.sent, by_place=self._guesses)
        proposed = propose(self.section.name, self.files, self._candidates, guesses, titles)
        alike = {file.path for same in composed_twins(one.file for one in self.section.files) for file in same}
        return tuple(one for one in proposed if one.file.path not in alike) if alike else proposed

    @property
    def named(self) -> dict[str, str]:
        """The lessons of its files by path, as far as titles or numbers say; their order alone says nothing."""
        candidates = self._candidates
        rows = {**self._guesses, **by_title(self.files, candidates)}
        return {path: row.lesson_id for path, row in rows.items()}

    @property
    def _candidates(self) -> Sequence[LessonRow]:
        undone = self.undone
        return undone if len(self.files) <= len(undone) else self.lessons

    @property
    def _guesses(self) -> dict[str, LessonRow]:
        """What the files' own numbers say, else their places with the files that are left alone in theirs."""
        if self.verdict.trust not in {Trust.NOT_IN_STEP, Trust.SPOILED}:
            return {}
        candidates = self._candidates
        if self.is_numbered and (numbered := by_own_number(self.files, candidates)):
            return numbered
        left_alone = {one.path for one in self.ignored if not one.is_unread_folder}
        if not left_alone or len(self.section.files) + len(left_alone) != len(self.section.lessons):
            return {}
        files = [one.file for one in self.section.files]
        placed = assign_by_scan_rule([*files, *(VideoFile(path=path, size=0, modified_ns=0) for path in left_alone)])
        free = {nfc(row.lesson_id): row for row in candidates}
        return {one.file.path: free[one.lesson_id] for one in placed if one.lesson_id in free} if placed else {}

    @property
    def doubt(self) -> Doubt | None:
        """Why nothing is done with what is left; None where nothing is."""
        undone = self.undone
        if not self.files and not undone:
            return None
        is_told = self.verdict.trust in {Trust.CONTRADICTED, Trust.UNREAD}
        is_complete = not undone and is_told and len(self.files) <= len(self.lessons)
        return Doubt(
            course=self.section.course,
            subject=self.section.name,
            reason=self._reason(undone),
            hint=self._hint(),
            lesson_ids=tuple(sorted(row.lesson_id for row in (self.lessons if is_complete else undone))),
            blocking=not is_complete,
        )

    def _hint(self) -> str:
        if self.verdict.hint:
            return self.verdict.hint
        if not self.files:
            return "Put whole files in their places." if self.ignored else "Add the files."
        proposals = self.proposals
        questions = [one.question for one in proposals if one.lesson_id is not None]
        if not questions and any(one.is_open for one in proposals):
            return Hint(_CONFIRM, " asks for each.")
        if not questions:
            return "Add a lesson for each, or take the files out of the library."
        stop = "." if len(questions) > _ASKED else ""
        return Hint(f"Perhaps {first_few(questions, most=_ASKED)}{stop} Say so: ", _CONFIRM, " asks for each.")

    def _reason(self, undone: Sequence[LessonRow]) -> str:
        if not self.files and self.verdict.trust is not Trust.UNREAD:
            return " and ".join((*self._left_alone(), _have(undone, "has no file", "have no file")))
        if not self.lessons:
            named = first_few([f'"{one.file.path}"' for one in self.files])
            return f"{count(len(self.files), 'file has', 'files have')} no lesson ({named})"
        disagreements = " and ".join(self._disagreements(undone)) or "its files' places and its lessons' numbers differ"
        reason = self.verdict.reason or disagreements
        return f"{reason}, so no position in it can be trusted"

    def _left_alone(self) -> Iterator[str]:
        if self.ignored:
            reasons = [f'"{one.path}" {one.reason}' for one in self.ignored]
            yield first_few(reasons)

    def _disagreements(self, undone: Sequence[LessonRow]) -> Iterator[str]:
        """What is one too many on either side; by position only as long as nothing else is known of the section."""
        yield from self._left_alone()
        if self._guesses:
            proposed = {one.lesson_id for one in self.proposals}
            if alone := [row for row in undone if row.lesson_id not in proposed]:
                yield _have(alone, "has no file", "have no file")
            return
        is_untouched = len(self.lessons) == len(self.section.lessons) and len(self.files) == len(self.section.files)
        lessons = self.counted.lessons_alone if is_untouched else undone
        files = self.counted.files_alone if is_untouched else self.files
        if lessons:
            yield _have(lessons, "has no file", "have no file")
        if files:
            would_be = [f'"{one.file.path}" would be {one.lesson_id}' for one in files]
            named = would_be if is_untouched else [f'"{one.file.path}"' for one in files]
            yield f"{count(len(files), 'file has', 'files have')} no lesson ({first_few(named)})"


def _have(lessons: Sequence[LessonRow], singular: str, plural: str) -> str:
    named = first_few([row.lesson_id for row in lessons])
    return f"{count(len(lessons), f'lesson {singular}', f'lessons {plural}')} ({named})"


def match_originals(
    left: Iterable[OpenSection], apart: Iterable[LessonRow], evidence: Evidence
) -> dict[str, VideoFile]:
    """The files of linked lessons, found anywhere in their course by the originals of their videos.

    Args:
        left: The sections in which something is left.
        apart: Lessons of other sections that no file belongs to.
        evidence: The originals.
    """
    if not evidence.originals:
        return {}
    files: defaultdict[str, list[VideoFile]] = defaultdict(list)
    lessons: defaultdict[str, list[LessonRow]] = defaultdict(list)
    for one in left:
        files[one.section.course] += (file.file for file in one.files)
        lessons[one.section.course] += one.comparable
    for row in _unrecorded(apart, evidence):
        lessons[nfc(row.course)].append(row)
    return {
        lesson_id: file
        for course, rows in lessons.items()
        for lesson_id, file in alone_of_their_size(files[course], rows, evidence.originals).items()
    }


def to_compare(
    left: Iterable[OpenSection], apart: Iterable[LessonRow], evidence: Evidence, *, is_sending: bool
) -> tuple[str, ...]:
    """The videos whose originals would tell more: those of linked lessons without a record, where files are left.

    Args:
        left: The sections in which something is left.
        apart: Lessons of other sections that no file belongs to.
        evidence: What is known, the originals that Kinescope was asked for already among it.
        is_sending: Whether something is sent by its position: no file that is missing elsewhere may stand there.
    """
    searched = {one.section.course for one in left if one.files and one.may_hold_others}
    rows = [row for one in left if is_sending or one.files or one.section.course in searched for row in one.comparable]
    rows += [row for row in _unrecorded(apart, evidence) if is_sending or nfc(row.course) in searched]
    keys = dict.fromkeys(key for row in rows if (key := video_key(row.video_id)))
    return tuple(key for key in keys if key not in (evidence.originals or {}))


def _unrecorded(rows: Iterable[LessonRow], evidence: Evidence) -> Iterator[LessonRow]:
    for row in rows:
        record = evidence.records.get(row.lesson_id)
        if row.video_id is not None and not names_file(record):
            yield row


def doubts_of_unread_folders(ignored: Iterable[IgnoredFile], doubts: Iterable[Doubt]) -> Iterator[Doubt]:
    """A doubt for each folder that cannot be listed and whose section is in no doubt so far."""
    told = {doubt.subject for doubt in doubts}
    for one in ignored:
        if one.is_unread_folder and section_with(one) not in told:
            yield Doubt(
                course=first_folder(f"{one.path}/"),
                subject=one.path,
                reason=f"{one.reason}, so it is not known which lessons' files it holds",
                hint=WHEN_LISTED,
            )


def doubts_of_lessons_alone(rows: Iterable[LessonRow]) -> Iterator[Doubt]:
    """A doubt for each course that has lessons to be done whose section is not on disk."""
    for course, lesson_ids in undone_by_course(rows):
        number = count(len(lesson_ids), "lesson has", "lessons have")
        yield Doubt(
            course=course,
            subject=course,
            reason=f"{number} no file, nor a section on disk ({first_few(lesson_ids)})",
            hint="Add the files, or name them in a map file (docs/library.md).",
            lesson_ids=lesson_ids,
        )

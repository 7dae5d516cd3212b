"""What `kupload map --confirm` asks about: files that wait, and lessons that may be others by now. Pure.

Enter takes a lesson by its title, or by its number or the order where no title speaks against that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.mapping import is_named_like, named_like_others, section_of
from kinescope_upload.mapping.proposals import Titles
from kinescope_upload.mapping.sections import lesson_order
from kinescope_upload.model import Proposal
from kinescope_upload.plan.exchanged import find_exchanged
from kinescope_upload.survey.repair_first import sections_to_repair, waits_for_repair
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.model import LessonRow, MappedLibrary, VideoFile
    from kinescope_upload.plan.renumbered import Renumbered
    from kinescope_upload.survey import Survey
    from kinescope_upload.upload import Record

REPAIR_FIRST: Final = Hint(
    ("repair",), " moves what is recorded to the lessons of these titles. It goes first; what is left is asked here."
)


@dataclass(slots=True, kw_only=True)
class Lessons:
    """The lessons that are left to choose from.

    Attributes:
        rows: Those that have no file, by number; the numbers that are typed count through them.
        taken: Those that were given a file.
        titles: What the names of the section's files say of its lessons; None where no order counts.
    """

    rows: Sequence[LessonRow]
    taken: set[str] = field(default_factory=set)
    titles: Titles | None = None

    @property
    def is_any_left(self) -> bool:
        """Whether one of them was given no file so far."""
        return any(row.lesson_id not in self.taken for row in self.rows)

    def proposed(self, proposal: Proposal) -> LessonRow | None:
        """The proposed lesson, if it is left; else the first that is, where no title speaks against it."""
        left = [row for row in self.rows if row.lesson_id not in self.taken]
        row = next((row for row in left if row.lesson_id == proposal.lesson_id), None)
        if row or proposal.lesson_id is None or self.titles is None or not left:
            return row
        return None if self.titles.speak_against(proposal.file, left[0]) else left[0]

    def numbered(self, typed: str) -> LessonRow | None:
        """The lesson of this number, if it is left."""
        number = int(typed) if typed.isascii() and typed.isdigit() else 0
        row = self.rows[number - 1] if 0 < number <= len(self.rows) else None
        return row if row and row.lesson_id not in self.taken else None

    def label(self, row: LessonRow) -> str:
        """How the lesson stands in a question."""
        return f'{self.rows.index(row) + 1} "{row.title}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Questions that belong together.

    Attributes:
        title: What they are about.
        proposals: The files, each with the lesson that Enter takes, if any.
        lessons: The lessons to choose from.
        waits_for_repair: Whether `repair` moves what is recorded in this section.
    """

    title: str
    proposals: Sequence[Proposal]
    lessons: Lessons
    waits_for_repair: bool = False


def questions(mapped: MappedLibrary, survey: Survey, records: Mapping[str, Record]) -> list[Topic]:
    """What is asked, in its order.

    Args:
        mapped: The mapping of the selected courses, as far as it is known.
        survey: The library and its rows.
        records: What is recorded, by lesson id.
    """
    found = survey.find_renumbered(records, survey.unsteady(records))
    topics = [*_waiting(mapped, survey, found, records), *_named_like_others(mapped, survey, found)]
    asked_about = {proposal.file.path for topic in topics for proposal in topic.proposals}
    topics += _of_before(mapped, survey, asked_about)
    renumbered = _renumbered(mapped, survey, records, found)
    return [*topics, *(one for one in renumbered if one.proposals[0].file.path not in asked_about)]


def mixed_up(found: Iterable[tuple[str, Proposal, Sequence[LessonRow]]], besides: Iterable[Topic]) -> Iterator[Topic]:
    """The linked lessons whose changed file may be another's: Enter takes the one proposed, or that of the file's name.

    Args:
        found: What each is about, the file with the likeliest lesson, and the lessons to choose from.
        besides: What is asked already.
    """
    asked_about = {proposal.file.path for topic in besides for proposal in topic.proposals}
    for title, one, rows in found:
        if one.file.path not in asked_about:
            named = _named(one.file, rows)
            proposal = replace(one, lesson_id=named.lesson_id, title=named.title) if named else one
            yield Topic(title=title, proposals=[proposal], lessons=Lessons(rows=rows))


def _waiting(
    mapped: MappedLibrary, survey: Survey, found: Renumbered, records: Mapping[str, Record]
) -> Iterator[Topic]:
    """The files that wait, section by section."""
    rows = survey.rows or {}
    reasons = {doubt.subject: doubt.reason for doubt in mapped.doubts}
    moving = sections_to_repair(found, records)
    kept = {one.lesson_id for one in mapped.assignments if one.lesson_id not in found.titles}
    for section, of_section in groupby(mapped.proposals, key=lambda one: one.section):
        proposals = list(of_section)
        yield Topic(
            title=f"{section}: {reasons[section]}" if section in reasons else section,
            proposals=[_not_kept(one, kept) for one in proposals],
            lessons=Lessons(rows=_choices(proposals, mapped, rows, found), titles=_titles(section, survey)),
            waits_for_repair=waits_for_repair(section, moving),
        )


def _not_kept(one: Proposal, kept: Collection[str]) -> Proposal:
    """The proposal without a lesson that keeps its file, unless this one was sent for it."""
    return replace(one, lesson_id=None) if one.lesson_id in kept and not one.was_sent else one


def _titles(section: str, survey: Survey) -> Titles:
    """What the names of the files of a section say of its lessons."""
    files = [one for one in survey.unchecked.assignments if section_of(one.file.path) == section]
    return Titles.of(files, _of_section(section, survey.rows or {}))


def _choices(
    proposals: Sequence[Proposal], mapped: MappedLibrary, rows: Mapping[str, LessonRow], found: Renumbered
) -> Sequence[LessonRow]:
    """The lessons that a file of the section may be of: the proposed ones, then those of its course without a file.

    One whose file is to move to another lesson, or may be another's, counts as one without.
    """
    named = {one.lesson_id for one in proposals}
    freed = found.moved.keys() - set(found.moved.values())
    placed = {one.lesson_id for one in mapped.assignments} - freed - found.unclear
    course = proposals[0].course
    open_rows = [
        row
        for row in rows.values()
        if row.lesson_id in named
        or (row.course == course and row.lesson_id not in placed and (row.video_id is None or row.lesson_id in freed))
    ]
    return sorted(open_rows, key=lambda row: (row.lesson_id not in named, lesson_order(row)))


def _named_like_others(mapped: MappedLibrary, survey: Survey, found: Renumbered) -> Iterator[Topic]:
    """The linked files that are named like another lesson; a person has to say which it is."""
    rows = survey.rows or {}
    linked = {
        one.lesson_id: one
        for one in mapped.assignments
        if one.lesson_id not in survey.meant
        and one.lesson_id not in found.titles
        and (row := rows.get(one.lesson_id))
        and row.video_id
    }
    for lesson_id, other in named_like_others({key: one.file.stem for key, one in linked.items()}, rows.values()):
        file, row = linked[lesson_id].file, rows[lesson_id]
        title = f"{section_of(file.path)}: a linked lesson's file is named like another lesson"
        yield _topic(title, file, [row, other], None)


def _renumbered(
    mapped: MappedLibrary, survey: Survey, records: Mapping[str, Record], found: Renumbered
) -> Iterator[Topic]:
    """The lessons whose title says that they may be others by now: whether their files are theirs all the same."""
    rows, said = survey.rows or {}, survey.said
    reasons = {key: found.reason(key) for key in found.titles if key not in found.told}
    exchanged = find_exchanged(records, rows, said)
    for key, other in exchanged.items():
        reasons[key] = f'was called "{records[key].title}" when it was uploaded, as {other.lesson_id} is now'
    kept = {one.lesson_id for one in mapped.assignments if one.lesson_id not in reasons}
    for one in mapped.assignments:
        key = one.lesson_id
        its_own = [rows[key]] if key in rows else []
        others = [rows[other] for other in found.called.get(key, ())]
        if not others and key in exchanged and exchanged[key].video_id is None:
            others.append(exchanged[key])
        choices = [*its_own, *others]
        if (reason := reasons.get(key)) and choices:
            called_so = None if its_own or len(others) > 1 else others[0]
            section = _of_section(section_of(one.file.path), rows)
            named = _named(one.file, [*choices, *(row for row in section if row not in choices)])
            choices += [named] if named and named not in choices else []
            is_kept = named is not None and named.lesson_id in kept - {key}
            yield _topic(f"{key} {reason}", one.file, choices, None if is_kept else named or called_so)


def _of_section(section: str, rows: Mapping[str, LessonRow]) -> list[LessonRow]:
    """The lessons of a section, of which the folders are given."""
    begin = f"{section.replace('/', '_')}_"
    return [row for key, row in rows.items() if key.startswith(begin)]


def _of_before(mapped: MappedLibrary, survey: Survey, asked_about: Collection[str]) -> Iterator[Topic]:
    """The pairs that are of before lessons were renumbered: whose their files are now.

    Those that titles tell come first. Where no lesson is called as the pair says, the lessons of its section that have
    neither video nor file are left to choose from, and Enter takes one of them only by the file's name.
    """
    rows, told = survey.rows or {}, {doubt.subject for doubt in mapped.doubts}
    outdated = {**survey.outdated_by_hand, **survey.outdated}
    waiting = {key: one for key, one in outdated.items() if key in told and one.pair.file.path not in asked_about}
    placed = {one.lesson_id for one in mapped.assignments}
    likely = {other for one in waiting.values() for other in one.called}
    for key, one in sorted(waiting.items(), key=lambda each: not each[1].called):
        file, choices = one.pair.file, [rows[other] for other in dict.fromkeys((*one.called, key)) if other in rows]
        if not one.called:
            of_section = sorted(_of_section(begin_of_id(key), rows), key=lesson_order)
            choices = [row for row in of_section if row.video_id is None and row.lesson_id not in placed | likely]
        if choices:
            called_so = choices[0] if len(one.called) == 1 else None
            title = f'{key}: its pair with "{file.path}" is of before: {one.why}'
            yield _topic(title, file, choices, _named(file, choices) or called_so)


def _named(file: VideoFile, choices: Iterable[LessonRow]) -> LessonRow | None:
    """The lesson that the file is named like, if that is one alone."""
    like = [row for row in choices if is_named_like(file.stem, row.title)]
    return like[0] if len(like) == 1 else None


def _topic(title: str, file: VideoFile, choices: Sequence[LessonRow], default: LessonRow | None) -> Topic:
    """The question about one file."""
    proposal = Proposal(
        file=file,
        course=choices[0].course,
        section=section_of(file.path),
        lesson_id=default.lesson_id if default else None,
        title=default.title if default else "",
    )
    return Topic(title=title, proposals=[proposal], lessons=Lessons(rows=choices))

"""`kupload map --confirm`: asks a person whose each file is that nothing proves, and writes the answers down."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.mixed_up_questions import mixed_up_questions
from kinescope_upload.connect import database_of
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library.scan import read_json_file
from kinescope_upload.mapping import named_like_others, pairs_about, section_of
from kinescope_upload.mapping.sections import lesson_order
from kinescope_upload.model import Proposal
from kinescope_upload.plan.renumbered import find_exchanged
from kinescope_upload.progress import ProgressFolder, records_of
from kinescope_upload.survey import map_library, survey_library
from kinescope_upload.survey.pairs import write_pair
from kinescope_upload.text import count, format_bytes
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.model import LessonRow, MappedLibrary
    from kinescope_upload.progress import AllProgress
    from kinescope_upload.survey import Survey
    from kinescope_upload.upload import Record

_PROMPT: Final = "Enter: yes, a number: another lesson, s: skip, q: end"


class _Wish(Enum):
    """What a person may want instead of naming a lesson."""

    SKIP = auto()
    END = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """How a person is asked.

    Attributes:
        ask: Shows a question and gives the line that was typed.
        tell: Shows a line.
    """

    ask: Callable[[str], str]
    tell: Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class _Lessons:
    """The lessons that are left to choose from.

    Attributes:
        rows: Those that have no file, by number; the numbers that are typed count through them.
        taken: Those that were given a file.
    """

    rows: Sequence[LessonRow]
    taken: set[str] = field(default_factory=set)

    def proposed(self, proposal: Proposal) -> LessonRow | None:
        """The proposed lesson, if it is left; else the first that is."""
        left = [row for row in self.rows if row.lesson_id not in self.taken]
        return next((row for row in left if row.lesson_id == proposal.lesson_id), left[0] if left else None)

    def numbered(self, typed: str) -> LessonRow | None:
        """The lesson of this number, if it is left."""
        number = int(typed) if typed.isascii() and typed.isdigit() else 0
        row = self.rows[number - 1] if 0 < number <= len(self.rows) else None
        return row if row and row.lesson_id not in self.taken else None

    def label(self, row: LessonRow) -> str:
        """How the lesson stands in a question."""
        return f'{self.rows.index(row) + 1} "{row.title}"'


def confirm_map(settings: Settings, dialogue: Dialogue, progress: AllProgress | None = None) -> int:
    """Asks for every file that waits; each answer is written down at once.

    Args:
        settings: Where library, progress and map file are; the database is needed.
        dialogue: How a person is asked.
        progress: What is recorded; None is the progress folder.

    Returns:
        0 when no file waits any more, else 1.

    Raises:
        UsageError: The library or the map file cannot be read or written, or `--map` or `--no-db` is given.
        BatchStoppedError: The database does not answer or refuses.
    """
    if settings.map_file is not None:
        raise UsageError("With --map the map file says everything.", "Leave --map out, or correct that file by hand.")
    settings.check_set("library", "database_url")
    before = _read(settings.map_of_pairs())
    progress = progress or ProgressFolder(settings.progress)
    survey = survey_library(settings, database_of(settings)).beside(progress)
    if survey.rows is None:
        raise UsageError("Without the database nobody knows which lessons there are.", "Leave --no-db out.")
    records = records_of(progress, survey.elsewhere)
    resolved = map_library(settings, survey, records)
    mapped, path = survey.selected(resolved), settings.map_of_pairs()
    answered = _Answers(path=path, dialogue=dialogue, before=before)
    topics = list(_topics(mapped, survey.rows))
    asked_about = {proposal.file.path for topic in topics for proposal in topic.proposals}
    topics += _of_before(mapped, survey, asked_about)
    topics += [one for one in _renumbered(mapped, survey, records) if one.proposals[0].file.path not in asked_about]
    asked_about |= {proposal.file.path for topic in topics for proposal in topic.proposals}
    topics += [
        _Topic(title=title, proposals=[one], lessons=_Lessons(rows=rows))
        for title, one, rows in mixed_up_questions(settings, survey, resolved, records)
        if one.file.path not in asked_about
    ]
    for topic in topics:
        if topic.lessons.rows and not _ask_about(topic, answered):
            break
    asked = sum(len(topic.proposals) for topic in topics)
    dialogue.tell(_result(answered, asked))
    return ExitCode.DONE if answered.number + answered.by_others == asked else ExitCode.NOT_DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Topic:
    """Questions that belong together: what they are about, the files, and the lessons to choose from."""

    title: str
    proposals: Sequence[Proposal]
    lessons: _Lessons


def _topics(mapped: MappedLibrary, rows: Mapping[str, LessonRow]) -> Iterator[_Topic]:
    """The files that wait, section by section; then the linked ones that are named like another lesson."""
    reasons = {doubt.subject: doubt.reason for doubt in mapped.doubts}
    for section, of_section in groupby(mapped.proposals, key=lambda one: one.section):
        proposals = list(of_section)
        title = f"{section}: {reasons[section]}" if section in reasons else section
        yield _Topic(title=title, proposals=proposals, lessons=_Lessons(rows=_choices(proposals, mapped, rows)))
    linked = {
        one.lesson_id: one
        for one in mapped.assignments
        if not one.source.is_written and (row := rows.get(one.lesson_id)) and row.video_id
    }
    for lesson_id, other in named_like_others({key: one.file.stem for key, one in linked.items()}, rows.values()):
        one, row = linked[lesson_id], rows[lesson_id]
        section = section_of(one.file.path)
        proposal = Proposal(file=one.file, course=row.course, section=section, lesson_id=lesson_id, title=row.title)
        title = f"{section}: a linked lesson's file is named like another lesson"
        yield _Topic(title=title, proposals=[proposal], lessons=_Lessons(rows=[row, other]))


def _renumbered(mapped: MappedLibrary, survey: Survey, records: Mapping[str, Record]) -> Iterator[_Topic]:
    """The lessons whose title says that they may be others by now: whether their files are theirs all the same."""
    rows, said = survey.rows or {}, survey.said
    found = survey.find_renumbered(records, survey.unsteady(records))
    reasons = {key: found.reason(key) for key in found.titles if key not in found.told}
    exchanged = find_exchanged(records, rows, said)
    for key, other in exchanged.items():
        reasons[key] = f'was called "{records[key].title}" when it was uploaded, as {other.lesson_id} is now'
    for one in mapped.assignments:
        key = one.lesson_id
        its_own = [rows[key]] if key in rows else []
        others = [rows[other] for other in found.called.get(key, ())]
        if not others and key in exchanged and exchanged[key].video_id is None:
            others.append(exchanged[key])
        choices = [*its_own, *others]
        if (reason := reasons.get(key)) and choices:
            row = choices[0]
            proposal = Proposal(
                file=one.file,
                course=row.course,
                section=section_of(one.file.path),
                lesson_id=row.lesson_id,
                title=row.title,
            )
            yield _Topic(title=f"{key} {reason}", proposals=[proposal], lessons=_Lessons(rows=choices))


def _of_before(mapped: MappedLibrary, survey: Survey, asked_about: Collection[str]) -> Iterator[_Topic]:
    """The pairs that are of before lessons were renumbered: whose their files are now."""
    rows, told = survey.rows or {}, {doubt.subject for doubt in mapped.doubts}
    for key, one in survey.outdated.items():
        file, choices = one.pair.file, [rows[other] for other in dict.fromkeys((*one.called, key)) if other in rows]
        if key in told and file.path not in asked_about:
            row, section = choices[0], section_of(file.path)
            proposal = Proposal(file=file, course=row.course, section=section, lesson_id=row.lesson_id, title=row.title)
            yield _Topic(
                title=f'{key}: its pair with "{file.path}" is of before: {one.why}',
                proposals=[proposal],
                lessons=_Lessons(rows=choices),
            )


@dataclass(slots=True, kw_only=True)
class _Answers:
    """Writes pairs into the map file; what stands there already stays, also what somebody wrote meanwhile.

    `before` is the map file as it was then, parsed.
    """

    path: Path
    dialogue: Dialogue
    before: object
    number: int = 0
    by_others: int = 0

    def accept(self, proposal: Proposal, row: LessonRow) -> bool:
        """Writes the pair down; returns whether a map file can hold it.

        Raises:
            UsageError: The map file cannot be read or written.
        """
        before, now = (pairs_about(data, proposal.file, row) for data in (self.before, _read(self.path)))
        if new := [pair for pair in now if pair not in before]:
            path, lesson_id = new[0]
            self.dialogue.tell(f'  Answered since: "{path}" is written down as the file of {lesson_id}. That stays.')
            self.by_others += 1
            return False
        if not write_pair(self.path, proposal.file, row):
            self.dialogue.tell("  Its name holds what no map file can hold: rename the file.")
            return False
        self.number += 1
        return True


def _read(path: Path) -> object:
    """The map file as it is now, parsed; None where there is none.

    Raises:
        UsageError: It cannot be read.
    """
    return read_json_file(path, "map file") if path.exists() else None


def _choices(
    proposals: Iterable[Proposal], mapped: MappedLibrary, rows: Mapping[str, LessonRow]
) -> Sequence[LessonRow]:
    """The lessons that a file of the section may be of: those of its course without a file, the proposed ones first."""
    several = list(proposals)
    placed = {one.lesson_id for one in mapped.assignments}
    named = {one.lesson_id for one in several}
    course = several[0].course
    of_course = [row for row in rows.values() if row.course == course and row.lesson_id not in placed]
    open_rows = [row for row in of_course if row.video_id is None or row.lesson_id in named]
    return sorted(open_rows, key=lambda row: (row.lesson_id not in named, lesson_order(row)))


def _ask_about(topic: _Topic, answers: _Answers) -> bool:
    """Asks for each file; returns False as soon as the person wants to end."""
    tell, lessons = answers.dialogue.tell, topic.lessons
    tell(f"\n{topic.title}")
    for number, row in enumerate(lessons.rows, start=1):
        tell(f'  {number:>3}  {row.lesson_id}  "{row.title}"')
    tell(_PROMPT)
    for proposal in topic.proposals:
        answer = _answer(proposal, lessons, answers.dialogue)
        if answer is _Wish.END:
            return False
        if answer is not _Wish.SKIP and answers.accept(proposal, answer):
            lessons.taken.add(answer.lesson_id)
    return True


def _answer(proposal: Proposal, lessons: _Lessons, dialogue: Dialogue) -> LessonRow | _Wish:
    """The lesson that the person names, or what is wanted instead."""
    proposed = lessons.proposed(proposal)
    what = f"{proposal.file.name} ({format_bytes(proposal.file.size)})"
    question = f"{what} → {lessons.label(proposed)}? " if proposed else f"{what} → no lesson is left; s or q? "
    while True:
        typed = dialogue.ask(question).strip().lower()
        match typed:
            case "":
                return proposed or _Wish.SKIP
            case "s":
                return _Wish.SKIP
            case "q":
                return _Wish.END
            case _ if (row := lessons.numbered(typed)) is not None:
                return row
            case _:
                dialogue.tell(f'  "{typed}" is no lesson that is left. {_PROMPT}')


def _result(answers: _Answers, asked: int) -> str:
    if not asked:
        return "Nothing waits: every file that has a lesson is known to be its own."
    left = asked - answers.number - answers.by_others
    written = f'{count(answers.number, "pair", "pairs")} written to "{answers.path}".' if answers.number else ""
    waits = f"{count(left, 'file waits', 'files wait')} still." if left else "No file waits any more."
    then = Hint("Then look: ", ("--dry-run",), ".")
    return f"\n{written} {waits} {shown(then)}".replace("\n ", "\n")

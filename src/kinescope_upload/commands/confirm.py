"""`kupload map --confirm`: asks a person whose each file is that nothing proves, and writes the answers down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.confirm_topics import REPAIR_FIRST, mixed_up, questions
from kinescope_upload.commands.mixed_up_questions import mixed_up_questions
from kinescope_upload.connect import database_of
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library.scan import read_json_file
from kinescope_upload.mapping import pairs_about
from kinescope_upload.progress import ProgressFolder, records_of
from kinescope_upload.survey import map_library, survey_library
from kinescope_upload.survey.pairs import write_pair
from kinescope_upload.text import count, first_few, format_bytes
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.commands.confirm_topics import Lessons, Topic
    from kinescope_upload.config import Settings
    from kinescope_upload.model import LessonRow, Proposal
    from kinescope_upload.progress import AllProgress

_PROMPT: Final = "Enter: yes, a number: another lesson, s: skip, q: end"
_PROMPT_OF_NUMBERS: Final = "A number: that lesson, s: skip, q: end"


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
    survey = survey.knowing(records)
    resolved = map_library(settings, survey, records)
    mapped, path = survey.selected(resolved), settings.map_of_pairs()
    answered = _Answers(path=path, dialogue=dialogue, before=before)
    topics = questions(mapped, survey, records)
    topics += mixed_up(mixed_up_questions(settings, survey, resolved, records), besides=topics)
    if any(topic.waits_for_repair for topic in topics):
        dialogue.tell(shown(REPAIR_FIRST))
    for topic in topics:
        if not topic.lessons.rows:
            names = first_few([proposal.file.name for proposal in topic.proposals])
            dialogue.tell(
                f"\n{topic.title}\nNo lesson is left for {names}. Add it to the database, or take the file out."
            )
        elif not _ask_about(topic, answered):
            break
    asked = sum(len(topic.proposals) for topic in topics)
    dialogue.tell(_result(answered, asked))
    return ExitCode.DONE if answered.number + answered.by_others == asked else ExitCode.NOT_DONE


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


def _ask_about(topic: Topic, answers: _Answers) -> bool:
    """Asks for each file; returns False as soon as the person wants to end."""
    tell, lessons = answers.dialogue.tell, topic.lessons
    tell(f"\n{topic.title}")
    for number, row in enumerate(lessons.rows, start=1):
        tell(f'  {number:>3}  {row.lesson_id}  "{row.title}"')
    tell(_PROMPT if any(proposal.lesson_id for proposal in topic.proposals) else _PROMPT_OF_NUMBERS)
    for proposal in topic.proposals:
        answer = _answer(proposal, lessons, answers.dialogue)
        if answer is _Wish.END:
            return False
        if answer is not _Wish.SKIP and answers.accept(proposal, answer):
            lessons.taken.add(answer.lesson_id)
    return True


def _answer(proposal: Proposal, lessons: Lessons, dialogue: Dialogue) -> LessonRow | _Wish:
    """The lesson that the person names, or what is wanted instead; Enter takes none against which titles speak."""
    proposed = lessons.proposed(proposal)
    what = f"{proposal.file.name} ({format_bytes(proposal.file.size)})"
    asked = f"{lessons.label(proposed)}?" if proposed else "which lesson?"
    question = f"{what} → {asked if lessons.is_any_left else 'no lesson is left; s or q?'} "
    prompt = _PROMPT if proposed else _PROMPT_OF_NUMBERS
    while True:
        typed = dialogue.ask(question).strip().lower()
        match typed:
            case "" if proposed or not lessons.is_any_left:
                return proposed or _Wish.SKIP
            case "":
                dialogue.tell(f"  {prompt}")
            case "s":
                return _Wish.SKIP
            case "q":
                return _Wish.END
            case _ if (row := lessons.numbered(typed)) is not None:
                return row
            case _:
                dialogue.tell(f'  "{typed}" is no lesson that is left. {prompt}')


def _result(answers: _Answers, asked: int) -> str:
    if not asked:
        return "Nothing waits: every file that has a lesson is known to be its own."
    left = asked - answers.number - answers.by_others
    written = f'{count(answers.number, "pair", "pairs")} written to "{answers.path}".' if answers.number else ""
    waits = f"{count(left, 'file waits', 'files wait')} still." if left else "No file waits any more."
    then = Hint("Then look: ", ("--dry-run",), ".")
    return f"\n{written} {waits} {shown(then)}".replace("\n ", "\n")

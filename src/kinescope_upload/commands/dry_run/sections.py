"""Words a plan in parts: the files of each course and their lessons, then why the rest is not done."""

from __future__ import annotations

from collections import Counter
from itertools import starmap
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.cut_titles import lessons_with_cut_titles
from kinescope_upload.commands.dry_run.courses import course_sections
from kinescope_upload.display.summary import by_reason
from kinescope_upload.kinescope.course_folders import FolderState
from kinescope_upload.output.sections import Section
from kinescope_upload.plan import Decision
from kinescope_upload.text import first_few, joined
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.titles import LONGEST_TITLE, fit_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kinescope_upload.commands.dry_run.answer import PlanAnswer
    from kinescope_upload.model import Proposal
    from kinescope_upload.output.terminal_output import Surface
    from kinescope_upload.plan import PlannedLesson

_DOUBTED: Final = ("What", "Why, and what to do")
_MAKE_FOLDERS: Final[str] = Hint(
    "Kinescope's project has no folders of these names. ",
    ("folders", "--create"),
    " makes them; or pin others, whose ids it lists (--pin COURSE=ID).",
)
_SHOWN: Final = 20
"""Rows of a part, unless everything is wished."""


def plan_sections(answer: PlanAnswer, surface: Surface, *, width: int | None, verbose: bool) -> list[Section]:
    """The parts of the plan that are not empty: each course, what is skipped, in doubt, ignored.

    Args:
        answer: The plan, and what else is known.
        surface: What the stream can show.
        width: Cells of a line that names are cut to; None leaves them whole.
        verbose: Whether every file is named; else the first ones, and the rest is counted.
    """
    sections = [
        *course_sections(answer, surface, width=width, verbose=verbose),
        *(part if verbose else first_rows(part) for part in _rest(answer, verbose=verbose)),
    ]
    return [section for section in sections if section.rows]


def _rest(answer: PlanAnswer, *, verbose: bool) -> list[Section]:
    plan, waiting = answer.plan, {lesson.lesson_id for lesson in answer.waiting}
    return [
        Section(
            title=f"Titles over {LONGEST_TITLE} characters, which Kinescope may refuse or cut: these are sent",
            columns=("Lesson", "Title of its video"),
            rows=tuple((one.lesson_id, fit_title(one.title)) for one in lessons_with_cut_titles(plan)),
        ),
        _counted_or_named("Skipped", [one for one in plan.lessons if one.decision is Decision.SKIP], verbose=verbose),
        _counted_or_named("Later", [one for one in plan.lessons if one.decision is Decision.LATER], verbose=verbose),
        _without_folder(answer),
        _doubts_of_lessons([one for one in plan.in_doubt if one.lesson_id not in waiting], verbose=verbose),
        Section(
            title="Belongs to no lesson, or to no file",
            columns=_DOUBTED,
            rows=tuple((one.subject, joined(one.reason, one.hint)) for one in plan.doubts),
        ),
        proposals_section(plan.proposals),
        Section(
            title="Ignored files",
            columns=("File", "Why"),
            rows=tuple((one.path, one.reason) for one in plan.ignored),
        ),
    ]


def first_rows(section: Section, most: int = _SHOWN) -> Section:
    """The first rows of a part; the others are counted."""
    rest = len(section.rows) - most
    if rest <= 0:
        return section
    more = (f"and {rest:,} more", *[""] * (len(section.columns) - 2), "--verbose names all")
    return Section(title=section.title, columns=section.columns, rows=(*section.rows[:most], more))


def proposals_section(proposals: Iterable[Proposal]) -> Section:
    """The files that wait for a person to say whose they are."""
    return Section(
        title=Hint("Whose are they? ", ("map", "--confirm"), " asks"),
        columns=("File", "Perhaps the lesson", "Title"),
        rows=tuple((one.file.path, one.lesson_id or "–", one.title) for one in proposals),
    )


def _without_folder(answer: PlanAnswer) -> Section:
    """The courses whose lessons wait for a folder; what helps all of them is said once."""
    folders = answer.without_folder.values()
    missing = [one.course for one in folders if one.state is FolderState.MISSING]
    rows = [(first_few(missing), _MAKE_FOLDERS)] if len(missing) > 1 else []
    others = [one for one in folders if len(missing) == 1 or one.state is not FolderState.MISSING]
    rows += [(one.course, joined(one.problem, one.hint)) for one in others]
    return Section(title="In doubt: courses without their folder", columns=_DOUBTED, rows=tuple(rows))


def _doubts_of_lessons(lessons: Sequence[PlannedLesson], *, verbose: bool) -> Section:
    """The lessons in doubt; those with one reason stand together."""
    causes = [(one.lesson_id, one.reason, one.hint) for one in lessons]
    rows = [(name, joined(reason, hint)) for name, reason, hint in causes] if verbose else by_reason(causes)
    return Section(title="In doubt", columns=_DOUBTED, rows=tuple(rows))


def _counted_or_named(title: str, lessons: Iterable[PlannedLesson], *, verbose: bool) -> Section:
    if verbose:
        rows = tuple((one.lesson_id, one.reason) for one in lessons)
        return Section(title=title, columns=("Lesson", "Why"), rows=rows)
    counts = Counter(_kind_of_reason(one.reason) for one in lessons)
    return Section(title=title, columns=("Lessons", "Why"), rows=tuple(starmap(_counted, counts.most_common())))


def _counted(reason: str, number: int) -> tuple[str, str]:
    return f"{number:,}", reason


def _kind_of_reason(reason: str) -> str:
    """The reason without the id in brackets at its end."""
    return reason.partition(" (")[0]

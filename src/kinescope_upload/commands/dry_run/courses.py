"""Words what a run does for each course: its folder, its files with their lessons, and what there is to send. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from kinescope_upload.kinescope.course_folders import FolderState
from kinescope_upload.output.sections import Section
from kinescope_upload.plan import Decision
from kinescope_upload.plan.decision import SENT
from kinescope_upload.text import (
    cell_width,
    count,
    format_bytes,
    format_bytes_of,
    printable,
    shorten_middle,
    shorten_path,
)
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kinescope_upload.commands.dry_run.answer import PlanAnswer
    from kinescope_upload.kinescope.course_folders import CourseFolder
    from kinescope_upload.output.terminal_output import Surface
    from kinescope_upload.plan import PlannedLesson

_LINES: Final = 100
"""Files that are named over all courses."""
_LEAST: Final = 3
"""Files of each course that are named in any case."""
_MOST_COURSES: Final = 50
_COLUMNS: Final = ("File", "Lesson", "To send", "Why")
_GAPS: Final = 4
"""Cells between the columns of a table."""
_NARROWEST_PATH: Final = 12
_NARROWEST_TITLE: Final = 6


def course_sections(answer: PlanAnswer, surface: Surface, *, width: int | None, verbose: bool) -> Iterator[Section]:
    """A part for each course of which something is done, or waits for its folder, by name; files in the run's order.

    Args:
        answer: The plan, and the folders.
        surface: What the stream can show.
        width: Cells of a line that names are cut to; None leaves them whole.
        verbose: Whether every file is named, and why it is sent.
    """
    work: dict[str, list[PlannedLesson]] = {}
    for lesson in (*answer.plan.work, *answer.waiting):
        work.setdefault(lesson.course, []).append(lesson)
    others = _others(answer.plan.lessons)
    folders = {one.course: one for one in answer.folders}
    most = max(_LEAST, _LINES // max(1, len(work)))
    for number, course in enumerate(sorted(work)):
        if number == _MOST_COURSES and not verbose:
            yield _more_courses(len(work) - number)
            return
        lessons = work[course]
        facts = [_folder_words(folders.get(course), may_create=answer.may_create), *_figures(lessons), *others[course]]
        shown = lessons if verbose else lessons[:most]
        rows = _rows(shown, surface, width=width, verbose=verbose)
        yield Section(
            title=f"{course}: {', '.join(filter(None, facts))}",
            columns=_COLUMNS[: len(rows[0])],
            rows=(*rows, *_more(lessons[len(shown) :])),
        )


def _others(lessons: Sequence[PlannedLesson]) -> dict[str, list[str]]:
    """What is to be said of each course's other lessons."""
    words = {Decision.SKIP: "to skip", Decision.IN_DOUBT: "in doubt", Decision.LATER: "later"}
    counts = Counter((one.course, one.decision) for one in lessons)
    return {
        course: [f"{counts[course, one]:,} {told}" for one, told in words.items() if counts[course, one]]
        for course in {one.course for one in lessons}
    }


def _figures(lessons: Sequence[PlannedLesson]) -> Iterator[str]:
    sent = [one for one in lessons if one.decision in SENT]
    if sent:
        yield f"{count(len(sent), 'video', 'videos')}, {format_bytes(sum(one.bytes_to_send for one in sent))} to send"
    if links := sum(one.decision is Decision.LINK for one in lessons):
        yield count(links, "row to write", "rows to write")


def _folder_words(folder: CourseFolder | None, *, may_create: bool) -> str:
    match folder.state if folder else None:
        case FolderState.THERE:
            return "folder is there"
        case FolderState.PINNED if folder and folder.name != folder.course:
            return f'into the folder "{folder.name}"'
        case FolderState.PINNED:
            return "folder is there (pinned)"
        case FolderState.MISSING:
            return "new folder (--create-folders)" if may_create else "no folder, so nothing is sent"
        case FolderState.AMBIGUOUS:
            return "two folders, so nothing is sent"
        case FolderState.PIN_ASTRAY:
            return "pinned to what is no folder, so nothing is sent"
        case _:
            return ""


def _rows(
    lessons: Sequence[PlannedLesson], surface: Surface, *, width: int | None, verbose: bool
) -> list[tuple[str, ...]]:
    arrow = "→" if surface.carries("→") else "->"
    paths = [printable(_below_course(one)) for one in lessons]
    ids = [f"{arrow} {printable(one.lesson_id)}" for one in lessons]
    titles = [printable(fit_title(one.title)) for one in lessons]
    sizes = [_to_send(one) for one in lessons]
    named = [f'{key} "{title}"' for key, title in zip(ids, titles, strict=True)]
    if width is not None and not verbose:
        room = width - _GAPS - max(map(cell_width, (_COLUMNS[2], *sizes)))
        of_paths, of_named = (max(map(cell_width, texts)) for texts in (paths, named))
        if of_paths + of_named > room:
            for_paths = max(_NARROWEST_PATH, min(of_paths, max(room // 3, room - of_named)))
            paths = [shorten_path(one, for_paths) for one in paths]
            named = [_fitted(*one, room - for_paths, surface) for one in zip(ids, titles, strict=True)]
    rows = zip(paths, named, sizes, [one.reason for one in lessons], strict=True)
    return [row if verbose else row[:3] for row in rows]


def _fitted(lesson_id: str, title: str, width: int, surface: Surface) -> str:
    """The lesson with as much of its title as fits; the id is cut last."""
    room = width - cell_width(lesson_id) - 3
    if room < _NARROWEST_TITLE:
        room = _NARROWEST_TITLE
        lesson_id = shorten_middle(lesson_id, width - room - 3, surface.ellipsis)
    return f'{lesson_id} "{shorten_middle(title, room, surface.ellipsis)}"'


def _below_course(lesson: PlannedLesson) -> str:
    """The file's path below its course's folder, where it lies there."""
    return lesson.file.path.removeprefix(f"{lesson.course}/")


def _to_send(lesson: PlannedLesson) -> str:
    size, left = lesson.file.size, lesson.bytes_to_send
    match lesson.decision:
        case Decision.LINK:
            return "its row alone"
        case Decision.RESUME if left != size:
            return format_bytes_of(left, size)
        case _:
            return format_bytes(size)


def _more(rest: Sequence[PlannedLesson]) -> Iterator[tuple[str, ...]]:
    if rest:
        yield f"and {len(rest):,} more", "--verbose names all", format_bytes(sum(one.file.size for one in rest))


def _more_courses(number: int) -> Section:
    rows = ((f"and {count(number, 'course', 'courses')} more", "--verbose names all"),)
    return Section(title="Other courses", columns=("Course", ""), rows=rows)

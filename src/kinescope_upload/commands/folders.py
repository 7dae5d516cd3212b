"""`kupload folders`: the project's folders beside the library's courses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.connect import database_of, open_kinescope
from kinescope_upload.display.json_events import doubted
from kinescope_upload.display.printers import waits_on_stderr
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.kinescope.course_folders import CourseFolder, FolderState, match_folders
from kinescope_upload.mapping import known_courses
from kinescope_upload.output.json_text import object_of
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.progress import courses_in
from kinescope_upload.survey import read_rows, survey_library
from kinescope_upload.survey.idle import doubts_of_absent_courses
from kinescope_upload.text import count, joined

if TYPE_CHECKING:
    from kinescope_upload.commands.pins import Pins
    from kinescope_upload.config import Settings
    from kinescope_upload.events import Emit
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Folder
    from kinescope_upload.model import Doubt
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderAnswer:
    """What there is on Kinescope.

    Attributes:
        courses: What there is for each course.
        others: The project's folders that are no course's.
        made: The courses whose folder was made just now.
        doubts: Why there is nothing to look for of courses that were named, or of all.
    """

    courses: tuple[CourseFolder, ...]
    others: tuple[Folder, ...] = ()
    made: frozenset[str] = frozenset()
    doubts: tuple[Doubt, ...] = ()


def show_folders(
    settings: Settings, options: DisplayOptions, stdout: TextIO, *, create: bool, pins: Pins | None = None
) -> int:
    """Shows what there is for each course, after it pinned folders and made what is missing where that is wished.

    Without a library the courses are those that were named, else the database's, else the pinned ones.

    Returns:
        0 when every course has its folder, else 1; also where nothing can be done about a course that was named.

    Raises:
        KuploadError: Kinescope, the database or the library refuses.
    """
    settings.check_set("api_key", "project_id")
    project_id = settings.needed_project_id()
    sides = _sides(settings, waits_on_stderr(options), is_for_creation=create)
    with open_kinescope(settings) as kinescope:
        folders = kinescope.api.folders(project_id)
        if pins:
            settings = replace(
                settings, folders={**settings.folders, **pins.write(folders, project_id, known=sides.known)}
            )
        found = _match(settings, sides, folders)
        made = _make_missing(kinescope.api, project_id, found) if create else ()
    found = _match(settings, sides, (*folders, *made))
    taken = {folder_id for one in found for folder_id in one.folder_ids}
    answer = FolderAnswer(
        courses=found,
        others=tuple(folder for folder in folders if folder.id not in taken),
        made=frozenset(folder.name for folder in made),
        doubts=sides.doubts,
    )
    print_folders(answer, options, stdout)
    return ExitCode.DONE if _is_good(answer) else ExitCode.NOT_DONE


def _is_good(answer: FolderAnswer) -> bool:
    return not answer.doubts and all(one.is_good for one in answer.courses)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The courses that folders are looked for, and all that library, progress and database know.

    `doubts` says why there are none, or which of those that were named are missing.
    """

    courses: tuple[str, ...]
    known: frozenset[str]
    doubts: tuple[Doubt, ...] = ()


def _sides(settings: Settings, emit: Emit, *, is_for_creation: bool) -> _Sides:
    database = None if settings.database_url is None else database_of(settings)
    of_progress = courses_in(settings.progress)
    if settings.library is not None:
        survey = survey_library(settings, database, emit)
        if is_for_creation:
            _check_courses(survey)
        known = known_courses(survey.unchecked, survey.rows)
        return _Sides(
            courses=survey.known_courses,
            known=frozenset((*known, *of_progress)),
            doubts=tuple(doubts_of_absent_courses(survey)),
        )
    rows = read_rows(settings, partial(database.rows, settings.courses), emit) if database else {}
    of_rows = {row.course for row in rows.values()}
    return _Sides(
        courses=tuple(sorted(of_rows or settings.courses or settings.folders)),
        known=frozenset((*of_rows, *of_progress)),
    )


def _match(settings: Settings, sides: _Sides, folders: tuple[Folder, ...]) -> tuple[CourseFolder, ...]:
    return match_folders(
        sides.courses, pinned=settings.folders, folders=folders, project_id=settings.needed_project_id()
    )


def _make_missing(api: KinescopeApi, project_id: str, found: tuple[CourseFolder, ...]) -> tuple[Folder, ...]:
    missing = [one.course for one in found if one.state is FolderState.MISSING]
    return tuple(api.create_folder(project_id, course) for course in missing)


def _check_courses(survey: Survey) -> None:
    """Returns when it is sure which of the library's folders are courses: nothing is made for the others."""
    if survey.is_proven or survey.selection.courses:
        return
    raise UsageError(
        "Without the database nothing proves which folders of the library are courses, so none is made.",
        "Name them (--course NAME, repeatable), or set DATABASE_URL.",
    )


def _text(answer: FolderAnswer, _options: DisplayOptions, stream: TextIO) -> None:
    show_sections(_sections(answer), _totals(answer), stream)


def _sections(answer: FolderAnswer) -> list[Section]:
    rows = tuple(
        (one.course, "made" if one.course in answer.made else one.state, ", ".join(one.folder_ids) or "–", _note(one))
        for one in answer.courses
    )
    ways: dict[str, list[str]] = {}
    for one in answer.courses:
        ways.setdefault(one.hint, []).append(one.course)
    to_do = tuple((", ".join(courses), hint) for hint, courses in ways.items() if hint)
    absent = tuple((one.subject, joined(one.reason, one.hint)) for one in answer.doubts)
    return [
        Section(title="Courses", columns=("Course", "Folder", "Id", "Note"), rows=rows),
        Section(title="No course to look for", columns=("What", "Why, and what to do"), rows=absent),
        Section(title="What to do", columns=("Course", "How"), rows=to_do),
        Section(
            title="Other folders of the project",
            columns=("Name", "Id"),
            rows=tuple((folder.name, folder.id) for folder in answer.others),
        ),
    ]


def _note(one: CourseFolder) -> str:
    match one.state:
        case FolderState.PINNED if one.name != one.course:
            return f"is named {one.name}"
        case FolderState.PIN_ASTRAY:
            return "the project has no such folder"
        case FolderState.MISSING if one.near:
            return f"there is {', '.join(one.near)}"
        case _:
            return ""


def _totals(answer: FolderAnswer) -> list[str]:
    courses, made = answer.courses, answer.made
    if not courses:
        nothing = "Neither the library nor the database has any course."
        return ["No folder was looked for." if answer.doubts else nothing]
    good = sum(one.is_good for one in courses)
    totals = [f"{good:,} of {count(len(courses), 'course has its folder', 'courses have their folders')}."]
    if made:
        totals.append(f"{count(len(made), 'folder', 'folders')} made now.")
    return totals


def folders_object(answer: FolderAnswer) -> JsonFields:
    """The folders as the fields of the JSON output."""
    return {
        "courses": [
            {
                **object_of(one),
                "state": one.state.replace(" ", "_"),
                "hint": one.hint,
                "is_good": one.is_good,
                "is_made": one.course in answer.made,
            }
            for one in answer.courses
        ],
        "others": [{"name": folder.name, "folder_id": folder.id} for folder in answer.others],
        "doubts": [doubted(one) for one in answer.doubts],
        "is_good": _is_good(answer),
    }


print_folders: Final = partial(show, View(event="folders", fields=folders_object, text=_text))

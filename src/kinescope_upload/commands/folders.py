"""`kupload folders`: the project's folders beside the library's courses."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kinescope_upload.commands.folders_view import FolderAnswer, print_folders
from kinescope_upload.commands.look import Look, look_at_library
from kinescope_upload.connect import database_of, open_kinescope
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.kinescope.course_folders import CourseFolder, FolderState, match_folders

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Folder
    from kinescope_upload.output.options import DisplayOptions

__all__ = ["show_folders"]


def show_folders(settings: Settings, options: DisplayOptions, stdout: TextIO, *, create: bool) -> int:
    """Shows what there is for each course, and makes what is missing where that is wished.

    Returns:
        0 when every course has its folder, else 1.

    Raises:
        KuploadError: Kinescope, the database or the library refuses.
    """
    project_id = settings.needed_project_id()
    settings.needed_api_key()
    database = None if settings.database_url is None else database_of(settings)
    look = look_at_library(settings, database)
    if create:
        _check_courses(look)
    with open_kinescope(settings) as kinescope:
        folders = kinescope.api.folders(project_id)
        found = _match(settings, look, folders)
        made = _make_missing(kinescope.api, project_id, found) if create else ()
    found = _match(settings, look, (*folders, *made))
    taken = {folder_id for one in found for folder_id in one.folder_ids}
    answer = FolderAnswer(
        courses=found,
        others=tuple(folder for folder in folders if folder.id not in taken),
        made=frozenset(folder.name for folder in made),
    )
    print_folders(answer, options, stdout)
    return ExitCode.DONE if all(one.is_good for one in found) else ExitCode.NOT_DONE


def _match(settings: Settings, look: Look, folders: tuple[Folder, ...]) -> tuple[CourseFolder, ...]:
    return match_folders(
        look.courses, pinned=settings.folders, folders=folders, project_id=settings.needed_project_id()
    )


def _make_missing(api: KinescopeApi, project_id: str, found: tuple[CourseFolder, ...]) -> tuple[Folder, ...]:
    missing = [one.course for one in found if one.state is FolderState.MISSING]
    return tuple(api.create_folder(project_id, course) for course in missing)


def _check_courses(look: Look) -> None:
    """Returns when it is sure which of the library's folders are courses: nothing is made for the others."""
    if look.is_proven or look.survey.selection.courses:
        return
    raise UsageError(
        "Without the database nothing proves which folders of the library are courses, so none is made.",
        "Name them (--course NAME, repeatable), or set DATABASE_URL.",
    )

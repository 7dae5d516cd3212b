"""Finds each course's folder on Kinescope, by its pinned id or by its name, or makes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.course_folders import find_folders
from kinescope_upload.plan import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.plan import Plan
    from kinescope_upload.retries.retrier import Retrier


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderOptions:
    """How the courses' folders are found.

    Attributes:
        project_id: The project on Kinescope.
        pinned: Folder ids by course.
        may_create: Whether missing folders are made.
    """

    project_id: str
    pinned: Mapping[str, str]
    may_create: bool


def parents_of(
    plan: Plan, options: FolderOptions, kinescope: KinescopeApi, retrier: Retrier, is_new: Callable[[str], None]
) -> dict[str, str]:
    """The folder's id for each course that bytes are sent for; made where the options allow it.

    Args:
        plan: What the run does.
        options: How folders are found.
        kinescope: The management API.
        retrier: Repeats its requests.
        is_new: Is told the id of each folder that is made.

    Raises:
        UsageError: Folders are missing or ambiguous, or a pin names no folder of the project.
        KuploadError: Kinescope refused, or the batch ends.
    """
    courses = {lesson.course for lesson in plan.work if lesson.decision is not Decision.LINK}
    folders = retrier.call(lambda: kinescope.folders(options.project_id)) if courses else ()
    found, missing = find_folders(courses, pinned=options.pinned, folders=folders, project_id=options.project_id)
    if missing and not options.may_create:
        raise _no_folders(missing)
    for course in missing:
        found[course] = retrier.call(partial(_made, kinescope, options.project_id, course))
        is_new(found[course])
    return found


def _made(kinescope: KinescopeApi, project_id: str, course: str) -> str:
    """The new folder's id; an earlier request whose answer was lost may have made it already, so it looks first."""
    there, _ = find_folders([course], pinned={}, folders=kinescope.folders(project_id), project_id=project_id)
    return there.get(course) or kinescope.create_folder(project_id, course).id


def _no_folders(names: Iterable[str]) -> UsageError:
    listed = ", ".join(f'"{name}"' for name in names)
    return UsageError(
        f"Kinescope's project has no folder named {listed}.",
        "Make it with --create-folders, or pin another in kupload.toml ([folders]).",
    )

"""Each course's folder on Kinescope: pinned by its id, or found by its name; never the project's root."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.course_folders import find_folders
from kinescope_upload.plan import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kinescope_upload.batch.retrier import Retrier
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Folder
    from kinescope_upload.plan import Plan

__all__ = ["FolderOptions", "parents_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderOptions:
    """What the user says of the folders.

    Attributes:
        project_id: The project on Kinescope.
        pinned: Folder ids by course.
        may_create: Whether missing folders are made.
    """

    project_id: str
    pinned: Mapping[str, str]
    may_create: bool


def parents_of(plan: Plan, wishes: FolderOptions, kinescope: KinescopeApi, persistence: Retrier) -> dict[str, str]:
    """The folder's id for each course that bytes are sent for; made where that is wished.

    Raises:
        UsageError: Folders are missing or ambiguous.
        KuploadError: Kinescope refused, or the batch ends.
    """
    courses = {lesson.course for lesson in plan.work if lesson.decision is not Decision.LINK}
    folders: tuple[Folder, ...] = ()
    if courses - wishes.pinned.keys():
        folders = persistence.make(lambda: kinescope.folders(wishes.project_id))
    found, missing = find_folders(courses, pinned=wishes.pinned, folders=folders, project_id=wishes.project_id)
    if missing and not wishes.may_create:
        raise _no_folders(missing)
    for course in missing:
        found[course] = persistence.make(partial(_made, kinescope, wishes.project_id, course))
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

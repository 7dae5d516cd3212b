"""Finds each course's folder on Kinescope, by its pinned id or by its name, or makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.kinescope.course_folders import doubts_about, match_folders
from kinescope_upload.plan import doubt_courses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Folder
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parents:
    """Where the videos go.

    Attributes:
        ids: The folder's id for each course that bytes are sent for.
        plan: The plan without the courses that have not exactly one folder.
        made: The ids of the folders that were made.
    """

    ids: Mapping[str, str]
    plan: Plan
    made: tuple[str, ...] = ()


def folders_for(plan: Plan, options: FolderOptions, kinescope: KinescopeApi) -> tuple[Folder, ...]:
    """Lists the project's folders where the plan sends bytes.

    Raises:
        UsageError: Kinescope knows no such project.
        KuploadError: Kinescope refused, or does not answer.
    """
    return kinescope.folders(options.project_id) if plan.courses_to_send_without_limit else ()


def parents_of(
    plan: Plan, options: FolderOptions, listed: tuple[Folder, ...], kinescope: KinescopeApi, retrier: Retrier
) -> Parents:
    """Finds the folder of each course that bytes are sent for, and makes it where the options allow it.

    A course that has no folder, or two, costs its own lessons.

    Args:
        plan: What the run does.
        options: How folders are found.
        listed: The project's folders.
        kinescope: The management API.
        retrier: Repeats its requests.

    Raises:
        KuploadError: Kinescope refused, or the batch ends.
    """
    courses = plan.courses_to_send_without_limit
    folders = match_folders(courses, pinned=options.pinned, folders=listed, project_id=options.project_id)
    plan = doubt_courses(plan, doubts_about(folders, may_create=options.may_create))
    ids = {one.course: one.folder_ids[0] for one in folders if one.is_good}
    made = {
        course: retrier.call(_Making(kinescope, options.project_id, course).folder_id)
        for course in sorted(plan.courses_to_send - ids.keys())
    }
    return Parents(ids=ids | made, plan=plan, made=tuple(made.values()))


class _Making:
    """Makes one folder; a request whose answer was lost may have made it already, so a second try looks first."""

    def __init__(self, kinescope: KinescopeApi, project_id: str, course: str) -> None:
        self._kinescope = kinescope
        self._project_id = project_id
        self._course = course
        self._was_tried = False

    def folder_id(self) -> str:
        project_id, course = self._project_id, self._course
        if self._was_tried:
            listed = self._kinescope.folders(project_id)
            [there] = match_folders([course], pinned={}, folders=listed, project_id=project_id)
            if there.is_good:
                return there.folder_ids[0]
        self._was_tried = True
        return self._kinescope.create_folder(project_id, course).id

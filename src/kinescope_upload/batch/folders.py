"""Finds each course's folder on Kinescope, by its pinned id or by its name, or makes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.kinescope.course_folders import doubts_about, match_folders
from kinescope_upload.plan import doubt_courses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parents:
    """Where the videos go.

    Attributes:
        ids: The folder's id for each course that bytes are sent for.
        plan: The plan without the courses that have not exactly one folder.
    """

    ids: Mapping[str, str]
    plan: Plan


def parents_of(
    plan: Plan, options: FolderOptions, kinescope: KinescopeApi, retrier: Retrier, is_new: Callable[[str], None]
) -> Parents:
    """Finds the folder of each course that bytes are sent for, and makes it where the options allow it.

    A course that has no folder, or two, costs its own lessons.

    Args:
        plan: What the run does.
        options: How folders are found.
        kinescope: The management API.
        retrier: Repeats its requests.
        is_new: Is told the id of each folder that is made.

    Raises:
        UsageError: Kinescope knows no such project.
        KuploadError: Kinescope refused, or the batch ends.
    """
    courses = plan.courses_to_send_without_limit
    listed = retrier.call(lambda: kinescope.folders(options.project_id)) if courses else ()
    folders = match_folders(courses, pinned=options.pinned, folders=listed, project_id=options.project_id)
    plan = doubt_courses(plan, doubts_about(folders, may_create=options.may_create))
    ids = {one.course: one.folder_ids[0] for one in folders if one.is_good}
    for course in sorted(plan.courses_to_send - ids.keys()):
        ids[course] = retrier.call(partial(_made, kinescope, options.project_id, course))
        is_new(ids[course])
    return Parents(ids=ids, plan=plan)


def _made(kinescope: KinescopeApi, project_id: str, course: str) -> str:
    """The new folder's id; an earlier request whose answer was lost may have made it already, so it looks first."""
    [there] = match_folders([course], pinned={}, folders=kinescope.folders(project_id), project_id=project_id)
    return there.folder_ids[0] if there.is_good else kinescope.create_folder(project_id, course).id

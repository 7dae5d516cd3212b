"""Asks Kinescope for a dry run what a run asks before its first byte; creates and sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import KuploadError
from kinescope_upload.kinescope.course_folders import CourseFolder, doubts_about, match_folders
from kinescope_upload.plan import doubt_courses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.commands.dry_run.complete import Foreteller
    from kinescope_upload.config import Settings
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.events import Emit
    from kinescope_upload.plan import Plan
    from kinescope_upload.progress import AllProgress

_PATIENCE: Final = 5.0
"""Seconds for which a network that is down is waited for: the plan is there, and a person waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KinescopeSide:
    """What Kinescope says of a plan.

    Attributes:
        plan: The plan without the courses that have not exactly one folder.
        folders: The folders of the courses that bytes are sent for.
        error: What would stop the run before its first byte; None where nothing would.
    """

    plan: Plan
    folders: tuple[CourseFolder, ...] = ()
    error: KuploadError | None = None


def why_not_asked(settings: Settings, *, is_offline: bool) -> str:
    """Why Kinescope is not asked, in a sentence; empty where it is."""
    if is_offline:
        return "Kinescope was not asked (--offline): whether folders and rights are there is not known."
    needed = {"KINESCOPE_API_KEY": settings.api_key, "KINESCOPE_PROJECT_ID": settings.project_id}
    absent = [name for name, value in needed.items() if value is None]
    if not absent:
        return ""
    verb = "is" if len(absent) == 1 else "are"
    return f"Kinescope was not asked: {' and '.join(absent)} {verb} not set, and a run needs that."


def ask_kinescope(  # noqa: PLR0913 - the last has its usual value
    plan: Plan,
    settings: Settings,
    database: LessonsDatabase | None,
    emit: Emit,
    progress: AllProgress,
    *,
    foretell: Foreteller | None = None,
) -> KinescopeSide:
    """Asks for the token's rights, for what an earlier run left, and for the folders, as a run does first.

    Args:
        plan: What the run does, as far as files, rows and progress tell.
        settings: The settings; the token and the project are set.
        database: The lessons; None goes without them.
        emit: Takes warnings and waits.
        progress: What is recorded.
        foretell: Tells which complete videos of before the run takes over; None where it takes over none.
    """
    from kinescope_upload.commands.doctor.preflight import check_rights, check_rows
    from kinescope_upload.commands.new_progress import check_nothing_is_unfinished
    from kinescope_upload.connect import open_kinescope
    from kinescope_upload.retries.retrying_client import RetryingClient

    impatient = replace(settings, max_outage=min(settings.max_outage, _PATIENCE))
    try:
        with open_kinescope(settings) as kinescope:
            client = RetryingClient(kinescope.service, impatient, emit)
            client.call(lambda: check_rights(plan, kinescope, settings, emit))
            client.call(lambda: check_rows(plan, database))
            if not (settings.new_progress or progress.courses()):
                client.call(lambda: check_nothing_is_unfinished(plan, settings, kinescope.api, emit, progress))
            if not (courses := plan.courses_to_send_without_limit):
                return KinescopeSide(plan=plan)
            project_id = settings.needed_project_id()
            listed = client.call(lambda: kinescope.api.folders(project_id))
            folders = match_folders(courses, pinned=settings.folders, folders=listed, project_id=project_id)
            doubts = doubts_about(folders, may_create=settings.create_folders)
            plan = doubt_courses(plan, doubts)
            if foretell:
                told = partial(foretell, plan, _folder_of_each(folders, project_id), kinescope.api)
                plan = client.call(told)
            return KinescopeSide(plan=plan, folders=folders)
    except KuploadError as error:
        return KinescopeSide(plan=plan, error=error)


def _folder_of_each(folders: Iterable[CourseFolder], project_id: str) -> dict[str, str]:
    """The folder of each course that has one; the project's root is none."""
    return {
        one.course: one.folder_ids[0]
        for one in folders
        if one.is_good and one.folder_ids and one.folder_ids != (project_id,)
    }

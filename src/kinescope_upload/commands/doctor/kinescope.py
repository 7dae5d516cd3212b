"""What `kupload doctor` asks Kinescope, without making or deleting anything real."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.check import Check, Standing
from kinescope_upload.commands.doctor.token import (
    check_right_to_delete,
    check_workspace,
    facts_told,
    is_another_workspace,
)
from kinescope_upload.errors import BatchStoppedError, KuploadError, LessonFailedError
from kinescope_upload.kinescope.course_folders import match_folders
from kinescope_upload.text import count
from kinescope_upload.upload import AlreadyExists, Created, Dialect, InitUnanswered, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope
    from kinescope_upload.kinescope.access_tokens import TokenFacts
    from kinescope_upload.kinescope.video import Project

__all__ = ["Asking", "check_kinescope", "clock_check"]

_SKEW: Final = 30.0
"""Seconds that the clocks may differ without a word; HTTP dates are whole seconds."""
_NO_UUID: Final = "kupload-doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked, and of whom.

    Attributes:
        settings: The settings.
        kinescope: Kinescope.
        courses: The courses that need a folder; None when they are not known.
        are_courses_sure: Whether something proves that these are courses.
        new_id: Gives ids that no video has.
        clock: Seconds that only grow.
    """

    settings: Settings
    kinescope: Kinescope
    courses: tuple[str, ...] | None
    are_courses_sure: bool
    new_id: Callable[[], str]
    clock: Callable[[], float] = time.monotonic


def check_kinescope(asking: Asking) -> Iterator[Check]:
    """Everything about Kinescope, in the order in which one thing depends on another."""
    is_reached = _check_uploader(asking)
    yield is_reached
    if is_reached.standing is not Standing.GOOD:
        return
    try:
        projects = asking.kinescope.api.projects()
    except KuploadError as error:
        yield Check.of_error("token", error, Standing.WRONG_OUTSIDE)
        return
    api_key = asking.settings.needed_api_key()
    yield Check(subject="token", standing=Standing.GOOD, message=f"Kinescope accepts {api_key}.")
    yield _check_project(asking.settings, projects)
    message = facts_told(asking.kinescope.api)
    yield from check_workspace(asking.settings, message)
    if asking.settings.lacks_workspace and message.workspace_id:
        asking.kinescope.uploader.use_workspace(message.workspace_id)
    yield _check_right_to_upload(asking, message)
    yield check_right_to_delete(asking.kinescope.api, message, asking.new_id())
    if asking.settings.project_id in {project.id for project in projects} and asking.courses is not None:
        yield from _check_folders(asking, asking.settings.needed_project_id(), asking.courses)
    yield clock_check(asking.kinescope.service.clock_offset.total_seconds())


def _check_uploader(asking: Asking) -> Check:
    url = asking.kinescope.uploader.probe_url
    place = asking.settings.uploader_url
    if not asking.kinescope.service.is_reachable(url):
        return Check(
            subject="uploader",
            standing=Standing.WRONG_OUTSIDE,
            message=f"{place} cannot be reached.",
            hint="Check the network, the proxy (HTTPS_PROXY) and KINESCOPE_UPLOADER_URL.",
        )
    began = asking.clock()
    asking.kinescope.service.is_reachable(url)  # over the connection that is open by now
    milliseconds = (asking.clock() - began) * 1000
    return Check(
        subject="uploader", standing=Standing.GOOD, message=f"{place} answers; {milliseconds:.0f} ms a round trip."
    )


def _check_project(settings: Settings, projects: tuple[Project, ...]) -> Check:
    if settings.project_id is None:
        message, hint = "KINESCOPE_PROJECT_ID is not set.", f"Choose one of: {_listed(projects)}."
        return Check(subject="project", standing=Standing.WRONG_HERE, message=message, hint=hint)
    found = next((one for one in projects if one.id == settings.project_id), None)
    if found is None:
        message = f"The token sees no project {settings.project_id}."
        hint = f"Correct KINESCOPE_PROJECT_ID; it sees: {_listed(projects)}."
        return Check(subject="project", standing=Standing.WRONG_HERE, message=message, hint=hint)
    return Check(subject="project", standing=Standing.GOOD, message=f'"{found.name}" ({found.id}).')


def _listed(projects: tuple[Project, ...]) -> str:
    return ", ".join(f'"{one.name}" ({one.id})' for one in projects) or "none"


def _check_right_to_upload(asking: Asking, facts: TokenFacts) -> Check:
    """Believes a list of access tokens that says "yes"; else tries.

    It asks for a video in a folder that does not exist, which has to fail after the token's rights were looked at.

    A refusal that would also meet a folder's id that is none at all says nothing of the folder, so it is the token's.
    """
    if facts.may_upload and not is_another_workspace(asking.settings, facts):
        message = "The token may upload (Kinescope's list of access tokens says so)."
        return Check(subject="upload", standing=Standing.GOOD, message=message)
    if asking.settings.lacks_workspace and facts.workspace_id is None:
        message = "Whether the token may upload cannot be asked without the workspace's id."
        return Check(subject="upload", standing=Standing.UNKNOWN, message=message)
    first = _try_init(asking, asking.new_id())
    if not isinstance(first, BatchStoppedError):
        return _check_of_init(asking, first)
    second = _try_init(asking, _NO_UUID)
    if isinstance(second, BatchStoppedError):
        return Check.of_error("upload", first, Standing.WRONG_OUTSIDE)
    message = f"Kinescope does not tell whether the token may upload ({first.what})"
    return Check(subject="upload", standing=Standing.UNKNOWN, message=message)


_Init = Created | AlreadyExists | InitUnanswered | KuploadError


def _try_init(asking: Asking, parent_id: str) -> _Init:
    dialect = asking.settings.dialect
    record = Record(
        lesson_id="",
        path="kupload-doctor.mp4",
        size=1,
        modified_ns=0,
        parent_id=parent_id,
        title="kupload doctor",
        dialect=dialect,
        video_id=asking.new_id() if dialect is Dialect.TUS else None,
    )
    try:
        created = asking.kinescope.uploader.create(record)
    except KuploadError as error:
        return error
    if isinstance(created, Created):
        return replace(created, video_id=created.video_id or record.video_id)
    return created


def _check_of_init(asking: Asking, outcome: _Init) -> Check:
    match outcome:
        case LessonFailedError():
            message = "The token may upload, as far as can be asked without making a video."
            return Check(subject="upload", standing=Standing.GOOD, message=message)
        case Created():
            return _check_after_removal(asking, outcome.video_id)
        case KuploadError():
            return Check.of_error("upload", outcome, _standing_of(outcome))
        case _:
            message = "Kinescope did not tell whether the token may upload."
            return Check(subject="upload", standing=Standing.UNKNOWN, message=message)


def _check_after_removal(asking: Asking, video_id: str | None) -> Check:
    """Kinescope made a video although there is no such folder: ours, by its id, so it goes again."""
    message = (
        f"The token may upload. Kinescope made video {video_id} in a folder that does not exist; it is deleted again."
    )
    try:
        if video_id:
            asking.kinescope.api.delete_video(video_id)
    except KuploadError as error:
        what = f"The token may upload, but the video {video_id} that this made could not be deleted ({error.what})"
        return Check(subject="upload", standing=Standing.NOTE, message=what, hint="Delete it at Kinescope.")
    return Check(subject="upload", standing=Standing.GOOD, message=message)


def _standing_of(error: KuploadError) -> Standing:
    return Standing.WRONG_OUTSIDE if isinstance(error, BatchStoppedError) else Standing.UNKNOWN


def _check_folders(asking: Asking, project_id: str, courses: tuple[str, ...]) -> Iterator[Check]:
    pinned: Mapping[str, str] = asking.settings.folders
    try:
        folders = asking.kinescope.api.folders(project_id)
    except KuploadError as error:
        yield Check.of_error("folders", error, _standing_of(error))
        return
    found = match_folders(courses, pinned=pinned, folders=folders, project_id=project_id)
    if all(one.is_good for one in found):
        message = f"{count(len(found), 'course has its folder', 'courses have their folders')}."
        yield Check(subject="folders", standing=Standing.GOOD, message=message)
    wrong = Standing.WRONG_HERE if asking.are_courses_sure else Standing.NOTE
    ways: dict[str, list[str]] = {}
    for one in found:
        if not one.is_good:
            ways.setdefault(one.hint, []).append(f"{one.course} ({one.state})")
    for hint, names in ways.items():
        message = f"Courses without one folder of their own: {', '.join(names)}."
        yield Check(subject="folders", standing=wrong, message=message, hint=hint)


def clock_check(ahead: float) -> Check:
    """Says how far Kinescope's clock is ahead of ours, in seconds."""
    if abs(ahead) <= _SKEW:
        message = f"This machine's clock and Kinescope's agree within {_SKEW:.0f} s."
        return Check(subject="clock", standing=Standing.GOOD, message=message)
    word = "behind" if ahead > 0 else "ahead of"
    message = f"This machine's clock is {abs(ahead):.0f} s {word} Kinescope's."
    return Check(subject="clock", standing=Standing.NOTE, message=message, hint="Let the system set its clock.")

"""Checks Kinescope for `kupload doctor`, without changing anything real."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.check import Check, Standing
from kinescope_upload.commands.doctor.token import (
    check_right_to_delete,
    check_workspace,
    is_another_workspace,
    known_facts,
)
from kinescope_upload.errors import (
    BatchStoppedError,
    ForeignAnswerError,
    KuploadError,
    LessonFailedError,
    UnreachableError,
)
from kinescope_upload.kinescope.course_folders import FolderState, hint_for_missing, match_folders
from kinescope_upload.text import count
from kinescope_upload.upload import Record
from kinescope_upload.upload.events import AlreadyExists, Created, InitUnanswered
from kinescope_upload.upload.removal import Removal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope
    from kinescope_upload.kinescope.access_tokens import TokenFacts
    from kinescope_upload.kinescope.course_folders import CourseFolder
    from kinescope_upload.kinescope.video import Project

_SKEW: Final = 30.0
"""Seconds by which the clocks may differ; HTTP dates are whole seconds."""
_NO_UUID: Final = "kupload-doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Holds what the checks need.

    Attributes:
        settings: The settings.
        kinescope: The connection to Kinescope.
        courses: The courses that need a folder; None when they are unknown.
        are_courses_sure: Whether something proves that these are courses.
    """

    settings: Settings
    kinescope: Kinescope
    courses: tuple[str, ...] | None
    are_courses_sure: bool


def check_kinescope(asking: Asking) -> Iterator[Check]:
    """Checks Kinescope, each check before those that depend on it."""
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
    yield Check.good("token", f"Kinescope accepts {api_key}.")
    yield _check_project(asking.settings, projects)
    try:
        facts = known_facts(asking.kinescope.api)
    except ForeignAnswerError as error:
        yield Check.of_error("token", error, Standing.WRONG_OUTSIDE)
        return
    yield from check_workspace(asking.settings, facts)
    if asking.settings.lacks_workspace and facts.workspace_id:
        asking.kinescope.uploader.use_workspace(facts.workspace_id)
    yield _check_right_to_upload(asking, facts)
    yield check_right_to_delete(asking.kinescope.api, facts, _new_id())
    if asking.settings.project_id in {project.id for project in projects} and asking.courses is not None:
        yield from _check_folders(asking, asking.settings.needed_project_id(), asking.courses)
    yield clock_check(asking.kinescope.service.clock_offset.total_seconds())


def _new_id() -> str:
    """Makes an id that no video has."""
    return str(uuid.uuid4())


def _check_uploader(asking: Asking) -> Check:
    service, url = asking.kinescope.service, asking.kinescope.uploader.probe_url
    try:
        service.check_reachable(url)
        began = time.monotonic()
        service.check_reachable(url)  # over the connection that is open by now
    except UnreachableError as error:
        proxy = service.proxy_of(url)
        through = f"{proxy.setting} (the proxy {proxy.address})" if proxy else "the proxy (HTTPS_PROXY)"
        error.hint = f"Check the network, {through} and KINESCOPE_UPLOADER_URL."
        return Check.of_error("uploader", error, Standing.WRONG_OUTSIDE)
    milliseconds = (time.monotonic() - began) * 1000
    return Check.good("uploader", f"{asking.settings.uploader_url} answers; {milliseconds:.0f} ms a round trip.")


def _check_project(settings: Settings, projects: tuple[Project, ...]) -> Check:
    if settings.project_id is None:
        message, hint = "KINESCOPE_PROJECT_ID is not set.", f"Choose one of: {_listed(projects)}."
        return Check.of("project", Standing.WRONG_HERE, message, hint)
    found = next((project for project in projects if project.id == settings.project_id), None)
    if found is None:
        message = f"The token sees no project {settings.project_id}."
        hint = f"Correct KINESCOPE_PROJECT_ID. The token sees: {_listed(projects)}."
        return Check.of("project", Standing.WRONG_HERE, message, hint)
    return Check.good("project", f'"{found.name}" ({found.id}).')


def _listed(projects: tuple[Project, ...]) -> str:
    return ", ".join(f'"{project.name}" ({project.id})' for project in projects) or "none"


def _check_right_to_upload(asking: Asking, facts: TokenFacts) -> Check:
    """Trusts a list of access tokens that says "yes"; else sends a request.

    It creates a video in a folder that does not exist. This must fail, and Kinescope checks the token's rights first.

    When an id that is not even valid is refused in the same way, the refusal is about the token, not about the folder.
    """
    if facts.may_upload and not is_another_workspace(asking.settings, facts):
        return Check.good("upload", "The token may upload (Kinescope's list of access tokens says so).")
    if asking.settings.lacks_workspace and facts.workspace_id is None:
        message = "Whether the token may upload cannot be checked without the workspace's id."
        return Check.of("upload", Standing.UNKNOWN, message)
    first = _try_init(asking, _new_id())
    if not isinstance(first, BatchStoppedError):
        return _check_of_init(asking, first)
    second = _try_init(asking, _NO_UUID)
    if isinstance(second, BatchStoppedError):
        return Check.of_error("upload", first, Standing.WRONG_OUTSIDE)
    return Check.of("upload", Standing.UNKNOWN, f"Kinescope does not say whether the token may upload ({first.what})")


_Init = Created | AlreadyExists | InitUnanswered | KuploadError


def _try_init(asking: Asking, parent_id: str) -> _Init:
    dialect = asking.settings.dialect
    record = Record(
        lesson_id="",
        course="",
        path="kupload-doctor.mp4",
        size=1,
        modified_ns=0,
        parent_id=parent_id,
        title="kupload doctor",
        dialect=dialect,
        video_id=dialect.chosen_id(_new_id),
    )
    try:
        created = asking.kinescope.uploader.create(record)
    except KuploadError as error:
        return error
    if isinstance(created, InitUnanswered) and created.cause is not None:
        return created.cause
    if isinstance(created, Created):
        return replace(created, video_id=created.video_id or record.video_id)
    return created


def _check_of_init(asking: Asking, outcome: _Init) -> Check:
    match outcome:
        case LessonFailedError():
            return Check.good("upload", "The token may upload, as far as can be checked without creating a video.")
        case Created():
            return _check_after_removal(asking, outcome.video_id)
        case KuploadError():
            return Check.of_error("upload", outcome, _standing_of(outcome))
        case _:
            return Check.of("upload", Standing.UNKNOWN, "Kinescope did not say whether the token may upload.")


def _check_after_removal(asking: Asking, video_id: str | None) -> Check:
    """Deletes the video that Kinescope created although there is no such folder: its id is ours."""
    message = (
        f"The token may upload. Kinescope created video {video_id} in a folder that does not exist; it was deleted."
    )
    try:
        if video_id:
            _removal(asking).of(video_id)
    except KuploadError as error:
        what = (
            f"The token may upload, but video {video_id}, which this check created, could not be deleted ({error.what})"
        )
        return Check.of("upload", Standing.NOTE, what, "Delete it at Kinescope.")
    return Check.good("upload", message)


def _removal(asking: Asking) -> Removal:
    api, wait = asking.kinescope.api, partial(time.sleep, asking.settings.orphan_wait)
    return Removal(delete=api.delete_video, look=api.video, wait=wait, check=lambda _: None)


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
    if all(folder.is_good for folder in found):
        yield Check.good("folders", f"{count(len(found), 'course has its folder', 'courses have their folders')}.")
    would_send_nothing = bool(found) and not any(folder.is_good for folder in found)
    wrong = Standing.WRONG_HERE if asking.are_courses_sure or would_send_nothing else Standing.NOTE
    for hint, folders_of_hint in _by_hint(found):
        names = ", ".join(f"{folder.course} ({folder.state})" for folder in folders_of_hint)
        word = "Course" if len(folders_of_hint) == 1 else "Courses"
        yield Check.of("folders", wrong, f"{word} without exactly one folder: {names}.", hint)


def _by_hint(found: Sequence[CourseFolder]) -> Iterator[tuple[str, list[CourseFolder]]]:
    """The courses whose folder is not good, with what to do about it; those that have none all together."""
    missing = [folder for folder in found if folder.state is FolderState.MISSING]
    if missing:
        yield hint_for_missing([folder.course for folder in missing]), missing
    for folder in found:
        if not folder.is_good and folder.state is not FolderState.MISSING:
            yield folder.hint, [folder]


def clock_check(ahead: float) -> Check:
    """Words how far Kinescope's clock is ahead of ours, in seconds."""
    if abs(ahead) <= _SKEW:
        return Check.good("clock", f"This machine's clock and Kinescope's agree within {_SKEW:.0f} s.")
    word = "behind" if ahead > 0 else "ahead of"
    message = f"This machine's clock is {abs(ahead):.0f} s {word} Kinescope's."
    return Check.of("clock", Standing.NOTE, message, "Synchronize the system clock (NTP).")

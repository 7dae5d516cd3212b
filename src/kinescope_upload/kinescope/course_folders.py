"""Finds the folder of each course on Kinescope: pinned by its id, or by its name at the project's root. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.video import is_at_root
from kinescope_upload.mapping import nearest_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kinescope_upload.kinescope.video import Folder


class FolderState(StrEnum):
    """Whether a course has its folder."""

    THERE = "there"
    PINNED = "pinned"
    PIN_ASTRAY = "pin astray"
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFolder:
    """Describes the folder of one course.

    Attributes:
        course: The course.
        state: Whether it has its folder, and how that was found.
        folder_ids: The folder's id; all with that name when it is ambiguous; none when it is missing.
        name: The name of the pinned folder, if known; else the course's.
        near: Names of other folders that look like a missing one's, the nearest first.
    """

    course: str
    state: FolderState
    folder_ids: tuple[str, ...] = ()
    name: str = ""
    near: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Tells whether the course has exactly one folder."""
        return self.state in {FolderState.THERE, FolderState.PINNED}

    @property
    def hint(self) -> str:
        """What to do about it; empty when there is nothing to do."""
        match self.state:
            case FolderState.MISSING:
                command = shlex.join(("kupload", "folders", "--create", "--course", self.course))
                return f"Create it (`{command}`), or pin another in kupload.toml ([folders])."
            case FolderState.AMBIGUOUS:
                return f'Name the right one in kupload.toml: [folders] "{self.course}" = "<folder id>".'
            case FolderState.PIN_ASTRAY:
                return "Correct the id in kupload.toml ([folders]), or KINESCOPE_PROJECT_ID."
            case _:
                return ""


def match_folders(
    courses: Iterable[str], *, pinned: Mapping[str, str], folders: tuple[Folder, ...], project_id: str
) -> tuple[CourseFolder, ...]:
    """Finds the folder of each course; ordered by course.

    Args:
        courses: The courses.
        pinned: Folder ids by course, from the configuration.
        folders: The project's folders, at any depth.
        project_id: The project; a pin to its id means the project's root.
    """
    pins = {project_id.lower(): (project_id, "the project's root")}
    pins |= {folder.id.lower(): (folder.id, folder.name) for folder in folders}
    wanted = sorted(set(courses))
    by_name: dict[str, tuple[str, ...]] = {}
    for folder in folders:
        if is_at_root(folder, project_id):
            by_name[folder.name] = (*by_name.get(folder.name, ()), folder.id)
    return tuple(
        _pinned(course, pinned[course], pins) if course in pinned else _by_name(course, by_name, wanted)
        for course in wanted
    )


def _pinned(course: str, pin: str, pins: Mapping[str, tuple[str, str]]) -> CourseFolder:
    state = FolderState.PINNED if pin.lower() in pins else FolderState.PIN_ASTRAY
    folder_id, name = pins.get(pin.lower(), (pin, ""))
    return CourseFolder(course=course, state=state, folder_ids=(folder_id,), name=name)


def _by_name(course: str, by_name: Mapping[str, tuple[str, ...]], wanted: Collection[str]) -> CourseFolder:
    match by_name.get(course, ()):
        case ():
            near = nearest_names(course, by_name.keys() - wanted)
            return CourseFolder(course=course, state=FolderState.MISSING, name=course, near=near)
        case (_,) as single:
            return CourseFolder(course=course, state=FolderState.THERE, folder_ids=single, name=course)
        case several:
            return CourseFolder(course=course, state=FolderState.AMBIGUOUS, folder_ids=several, name=course)


def find_folders(
    courses: Iterable[str], *, pinned: Mapping[str, str], folders: tuple[Folder, ...], project_id: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Each course's folder, and the courses that have none.

    Args:
        courses: The courses that are uploaded to.
        pinned: Folder ids by course, from the configuration.
        folders: The project's folders, at any depth.
        project_id: The project.

    Raises:
        UsageError: Two folders bear a course's name, or a course is pinned to what is no folder of the project.
    """
    found: dict[str, str] = {}
    missing: list[str] = []
    for one in match_folders(courses, pinned=pinned, folders=folders, project_id=project_id):
        match one.state:
            case FolderState.MISSING:
                missing.append(one.course)
            case FolderState.AMBIGUOUS:
                several = one.folder_ids
                raise UsageError(
                    f'{len(several)} folders on Kinescope are named "{one.course}": {", ".join(several)}.',
                    one.hint,
                )
            case FolderState.PIN_ASTRAY:
                raise UsageError(
                    f'Course "{one.course}" is pinned to {one.folder_ids[0]}, which is no folder of the project.',
                    one.hint,
                )
            case _:
                found[one.course] = one.folder_ids[0]
    return found, tuple(missing)

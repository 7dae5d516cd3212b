"""Finds the folder of each course on Kinescope: pinned by its id, or by its name at the project's root. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kinescope_upload.kinescope.video import is_at_root
from kinescope_upload.mapping import nearest_names
from kinescope_upload.plan import Decision, PlanDecision
from kinescope_upload.text.hints import Hint, both

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
        named: Where the pin is astray: the ids of the folders that bear the course's name.
    """

    course: str
    state: FolderState
    folder_ids: tuple[str, ...] = ()
    name: str = ""
    near: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Tells whether the course has exactly one folder."""
        return self.state in {FolderState.THERE, FolderState.PINNED}

    @property
    def problem(self) -> str:
        """What is wrong, in words; empty where it has exactly one folder."""
        match self.state:
            case FolderState.MISSING:
                near = f" (there is {', '.join(self.near)})" if self.near else ""
                return f'Kinescope\'s project has no folder named "{self.course}"{near}'
            case FolderState.AMBIGUOUS:
                several = self.folder_ids
                return f'{len(several)} folders on Kinescope are named "{self.course}": {", ".join(several)}'
            case FolderState.PIN_ASTRAY:
                return f"its course is pinned to {self.folder_ids[0]}, which is no folder of Kinescope's project"
            case _:
                return ""

    @property
    def hint(self) -> str:
        """What to do about it; empty when there is nothing to do."""
        match self.state:
            case FolderState.MISSING:
                return hint_for_missing((self.course,))
            case FolderState.AMBIGUOUS:
                return self._pin_one_of(self.folder_ids)
            case FolderState.PIN_ASTRAY if self.named:
                return self._pin_one_of(self.named)
            case FolderState.PIN_ASTRAY:
                listed = Hint("Pin it to one of those that ", ("folders",), " lists (--pin COURSE=ID).")
                return both(listed, "Or correct KINESCOPE_PROJECT_ID.")
            case _:
                return ""

    def _pin_one_of(self, folder_ids: Iterable[str]) -> str:
        hint = ""
        for folder_id in folder_ids:
            command = Hint(("folders", "--pin", f"{self.course}={folder_id}"))
            hint = both(both(hint, "or"), command) if hint else both("Say which one it is:", command)
        return hint


def hint_for_missing(courses: Collection[str]) -> Hint:
    """What to do about courses without a folder."""
    first, *others = courses
    rest = [word for course in others for word in ("--course", course)]
    create = ("folders", "--create", "--course", first, *rest)
    what = "them" if others else "it"
    return Hint(f"Create {what}: ", create, ". Or pin another, whose id it lists: --pin COURSE=ID.")


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
        _pinned(course, pinned[course], pins, by_name) if course in pinned else _by_name(course, by_name, wanted)
        for course in wanted
    )


def _pinned(
    course: str, pin: str, pins: Mapping[str, tuple[str, str]], by_name: Mapping[str, tuple[str, ...]]
) -> CourseFolder:
    if pin.lower() not in pins:
        named = by_name.get(course, ())
        return CourseFolder(course=course, state=FolderState.PIN_ASTRAY, folder_ids=(pin,), named=named)
    folder_id, name = pins[pin.lower()]
    return CourseFolder(course=course, state=FolderState.PINNED, folder_ids=(folder_id,), name=name)


def _by_name(course: str, by_name: Mapping[str, tuple[str, ...]], wanted: Collection[str]) -> CourseFolder:
    match by_name.get(course, ()):
        case ():
            near = nearest_names(course, by_name.keys() - wanted)
            return CourseFolder(course=course, state=FolderState.MISSING, name=course, near=near)
        case (_,) as single:
            return CourseFolder(course=course, state=FolderState.THERE, folder_ids=single, name=course)
        case several:
            return CourseFolder(course=course, state=FolderState.AMBIGUOUS, folder_ids=several, name=course)


def doubts_about(folders: Iterable[CourseFolder], *, may_create: bool) -> dict[str, PlanDecision]:
    """Why no video can be sent for a course, by course, where it has not exactly one folder.

    Args:
        folders: What there is for each course.
        may_create: Whether missing folders are made.
    """
    return {
        one.course: PlanDecision(Decision.IN_DOUBT, one.problem, one.hint)
        for one in folders
        if not (one.is_good or (may_create and one.state is FolderState.MISSING))
    }

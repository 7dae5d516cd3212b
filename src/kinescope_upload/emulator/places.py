"""Projects and folders: where videos are."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from kinescope_upload.emulator.errors import ErrorCode, Refusal
from kinescope_upload.emulator.facts import Folder, Project

__all__ = ["Place", "Places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a video is: in a folder of a project, or in the project itself (`folder_id` None)."""

    project_id: str
    folder_id: str | None = None


class Places:
    """The projects of the workspace, and the folders in them. Not locked: its owner is."""

    def __init__(self, projects: Sequence[Project], *, unique_names: bool) -> None:
        self.projects = tuple(projects)
        self._unique_names = unique_names
        self._folders: dict[str, Folder] = {}

    def folders(self) -> tuple[Folder, ...]:
        """Return all folders, in the order of their making."""
        return tuple(self._folders.values())

    def find(self, parent_id: str) -> Place:
        """Return the place that a folder's or a project's id names.

        Raises:
            Refusal: There is none.
        """
        folder = self._folders.get(parent_id)
        if folder is not None:
            return Place(project_id=folder.project_id, folder_id=folder.id)
        if any(project.id == parent_id for project in self.projects):
            return Place(project_id=parent_id)
        raise Refusal(ErrorCode.NO_SUCH_ENTITY, f"no folder or project {parent_id}")

    def find_in(self, project_id: str, parent_id: str) -> Place:
        """Return the place in this project that the id names; the project's own id names its root.

        Raises:
            Refusal: There is none in this project.
        """
        place = self.find(parent_id)
        if place.project_id != project_id:
            raise Refusal(ErrorCode.NO_SUCH_ENTITY, f"no folder {parent_id} in project {project_id}")
        return place

    def create_folder(self, name: str, place: Place, *, unique: bool | None = None) -> Folder:
        """Make a folder there.

        Args:
            name: Its name.
            place: The project or folder it comes into.
            unique: Whether the name must be new in the place; None: as the service is set.

        Raises:
            Refusal: The name is taken, and must not be.
        """
        must_be_new = self._unique_names if unique is None else unique
        if must_be_new and any(self._is_at(folder, place) and folder.name == name for folder in self.folders()):
            raise Refusal(ErrorCode.NAME_TAKEN, name)
        folder = Folder(
            id=str(uuid.uuid4()),
            name=name,
            project_id=place.project_id,
            parent_id=place.folder_id,
        )
        self._folders[folder.id] = folder
        return folder

    def delete_folder(self, folder_id: str) -> None:
        """Take a folder out.

        Raises:
            Refusal: There is none with this id.
        """
        if self._folders.pop(folder_id, None) is None:
            raise Refusal(ErrorCode.NO_SUCH_ENTITY, f"no folder {folder_id}")

    @staticmethod
    def _is_at(folder: Folder, place: Place) -> bool:
        return (folder.project_id, folder.parent_id) == (place.project_id, place.folder_id)

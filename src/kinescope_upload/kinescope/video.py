"""A video on Kinescope as its API describes it. Pure: readers of what came as JSON, which is not trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from kinescope_upload.video_ids import video_key

__all__ = [
    "SUSPENDED",
    "Folder",
    "Project",
    "Video",
    "VideoState",
    "embed_url",
    "is_at_root",
    "read_folder",
    "read_project",
    "read_video",
]

SUSPENDED: Final = "suspended"
"""What a broken upload leaves behind, and what a complete video may become by an unpaid plan (docs/kinescope.md)."""


class VideoState(StrEnum):
    """What a video's status means to an uploader."""

    PARTIAL = "partial"
    COMPLETE = "complete"
    BROKEN = "broken"
    UNKNOWN = "unknown"


_STATES = {
    "pending": VideoState.PARTIAL,
    "uploading": VideoState.PARTIAL,
    "aborted": VideoState.PARTIAL,
    "pre-processing": VideoState.COMPLETE,
    "processing": VideoState.COMPLETE,
    "done": VideoState.COMPLETE,
    "error": VideoState.BROKEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video on Kinescope.

    Attributes:
        id: Its id.
        title: Its title.
        status: Kinescope's word for its state (`pending` … `done`, `error`).
        description: Its description; empty when there is none.
        project_id: The project that it lies in.
        folder_id: The folder that it lies in; None at the project's root.
        created_at: When it was made (UTC); None when Kinescope does not say.
        original_name: The name of the file that was sent; None when Kinescope does not say.
        size: The original's size in bytes; None when Kinescope does not say.
        md5: Of the original, in lower-case hexadecimal; None when Kinescope does not say.
        duration: In seconds; None when Kinescope does not say.
        has_assets: Whether Kinescope names any file of it.
        embed_url: The player's address as Kinescope gives it; None when it gives none.
    """

    id: str
    title: str
    status: str
    description: str = ""
    project_id: str | None = None
    folder_id: str | None = None
    created_at: datetime | None = None
    original_name: str | None = None
    size: int | None = None
    md5: str | None = None
    duration: float | None = None
    has_assets: bool = False
    embed_url: str | None = None

    @property
    def state(self) -> VideoState:
        """Whether every byte has arrived, as far as the status tells.

        A suspended video is partial only when nothing came of it: it has neither files nor a duration.
        """
        if self.status == SUSPENDED and not self.has_assets and not self.duration:
            return VideoState.PARTIAL
        return _STATES.get(self.status, VideoState.UNKNOWN)

    @property
    def has_original(self) -> bool:
        """Whether Kinescope tells anything of the original; where originals are switched off there is none."""
        return self.size is not None or self.md5 is not None

    @property
    def player_url(self) -> str:
        """What a lesson's `videoUrl` takes: the address as Kinescope gives it, else the one made of the id."""
        return self.embed_url or embed_url(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of a project on Kinescope; `parent_id` as Kinescope tells it, see `is_at_root`."""

    id: str
    name: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project on Kinescope."""

    id: str
    name: str


def is_at_root(folder: Folder, project_id: str) -> bool:
    """Whether the folder lies at the project's root: its parent is the project itself, or none (docs/kinescope.md)."""
    return folder.parent_id is None or folder.parent_id.lower() == project_id.lower()


def embed_url(video_id: str) -> str:
    """The address of the player, made of the video's UUID."""
    return f"https://kinescope.io/embed/{video_id}"


def read_video(data: object) -> Video | None:
    """A video from the API's JSON; None when it has no id."""
    match data:
        case {"id": str(video_id)} if video_id:
            assert isinstance(data, Mapping)  # noqa: S101 - the pattern says so
        case _:
            return None
    assets = data.get("assets")
    original = _original(assets)
    return Video(
        id=video_key(video_id) or video_id,
        title=_text(data, "title") or "",
        status=_text(data, "status") or "",
        description=_text(data, "description") or "",
        project_id=_text(data, "project_id"),
        folder_id=_text(data, "folder_id"),
        created_at=_moment(_text(data, "created_at")),
        original_name=_text(original, "original_name"),
        size=_size(original.get("file_size")),
        md5=(_text(original, "md5") or "").lower() or None,
        duration=_seconds(data.get("duration")),
        has_assets=isinstance(assets, list) and bool(assets),
        embed_url=_address(_text(data, "embed_link")),
    )


def read_folder(data: object) -> Folder | None:
    """A folder from the API's JSON; None when it has no id or no name."""
    match data:
        case {"id": str(folder_id), "name": str(name)} if folder_id:
            assert isinstance(data, Mapping)  # noqa: S101 - the pattern says so
            return Folder(id=folder_id, name=name, parent_id=_text(data, "parent_id"))
        case _:
            return None


def read_project(data: object) -> Project | None:
    """A project from the API's JSON; None when it has no id."""
    match data:
        case {"id": str(project_id)} if project_id:
            assert isinstance(data, Mapping)  # noqa: S101 - the pattern says so
            return Project(id=project_id, name=_text(data, "name") or "")
        case _:
            return None


def _original(assets: object) -> Mapping[str, object]:
    for asset in assets if isinstance(assets, list) else []:
        if isinstance(asset, Mapping) and asset.get("quality") == "original":
            return asset
    return {}


def _text(data: Mapping[str, object], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) and value else None


def _size(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _seconds(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    except OverflowError:
        return None


def _address(text: str | None) -> str | None:
    return text if text and text.startswith("https://") and text.isprintable() and " " not in text else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None

"""Reads videos, folders and projects from the API's JSON, which is not trusted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kinescope_upload.upload import SUSPENDED, Video, VideoState, embed_url
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

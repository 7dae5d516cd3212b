"""The words of the emulated service: routes, rights, statuses, and what is true of a video."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = [
    "Clock",
    "Folder",
    "Project",
    "Right",
    "Route",
    "Token",
    "VideoFact",
    "VideoStatus",
]

Clock = Callable[[], float]
"""A monotonic clock, in seconds; only differences of its readings mean anything."""


class Route(StrEnum):
    """The kinds of request that faults are switched on for and that the accounting counts."""

    INIT = "init"
    HEAD = "head"
    PATCH = "patch"
    TERMINATE = "terminate"
    OPTIONS = "options"
    VIDEO_GET = "video_get"
    VIDEO_LIST = "video_list"
    VIDEO_UPDATE = "video_update"
    VIDEO_DELETE = "video_delete"
    MOVE = "move"
    PROJECTS = "projects"
    FOLDERS_LIST = "folders_list"
    FOLDERS_CREATE = "folders_create"
    ACCESS_TOKENS = "access_tokens"


class VideoStatus(StrEnum):
    """The stations of a video's life, as the management API spells them."""

    PENDING = "pending"
    UPLOADING = "uploading"
    PRE_PROCESSING = "pre-processing"
    PROCESSING = "processing"
    ABORTED = "aborted"
    DONE = "done"
    ERROR = "error"
    SUSPENDED = "suspended"


class Right(StrEnum):
    """What a token may be allowed to do besides reading and editing."""

    UPLOAD = "upload"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token, its rights, and its workspace (None: the one of the settings)."""

    value: str = "5f0c2a86-1d4b-4c8e-9a37-e6b1d2c3f4a5"
    rights: frozenset[Right] = frozenset(Right)
    workspace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The outermost place a video can be in."""

    id: str = "9d3b7a10-52c4-4f6e-8b1d-0a9c8e7f6d5b"
    name: str = "Courses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of a project; `parent_id` is None directly under the project, whatever the API says there."""

    id: str
    name: str
    project_id: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFact:
    """What is true of one video at the moment of asking.

    `size` is the declared length in bytes, `received` the bytes that are kept; `md5` is the hexadecimal sum of
    the received bytes, None until the upload is complete. `corrupt` never changes these: it changes what the
    management API says. `duration` is what the bytes say, in seconds, or what `corrupt` does.
    """

    id: str
    title: str
    description: str
    project_id: str
    folder_id: str | None
    filename: str
    size: int
    received: int
    md5: str | None
    complete: bool
    status: VideoStatus
    progress: int
    created_at: datetime
    duration: float | None = None
    foreign: bool = False

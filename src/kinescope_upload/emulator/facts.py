"""The words of the emulated service: routes, rights, statuses, settings and what is true of a video."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = [
    "Clock",
    "Folder",
    "Project",
    "Right",
    "Route",
    "Settings",
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
    VIDEO_GET = "video_get"
    VIDEO_LIST = "video_list"
    VIDEO_UPDATE = "video_update"
    VIDEO_DELETE = "video_delete"
    PROJECTS = "projects"
    FOLDERS_LIST = "folders_list"
    FOLDERS_CREATE = "folders_create"


class VideoStatus(StrEnum):
    """The stations of a video's life, as the management API spells them."""

    PENDING = "pending"
    UPLOADING = "uploading"
    PRE_PROCESSING = "pre-processing"
    PROCESSING = "processing"
    ABORTED = "aborted"
    DONE = "done"
    ERROR = "error"


class Right(StrEnum):
    """What a token may be allowed to do besides reading and editing."""

    UPLOAD = "upload"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token of the workspace, and its rights."""

    value: str = "5f0c2a86-1d4b-4c8e-9a37-e6b1d2c3f4a5"
    rights: frozenset[Right] = frozenset(Right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The outermost place a video can be in."""

    id: str = "9d3b7a10-52c4-4f6e-8b1d-0a9c8e7f6d5b"
    name: str = "Courses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of a project; `parent_id` is None directly under the project."""

    id: str
    name: str
    project_id: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFact:
    """What is true of one video at the moment of asking.

    `size` is the declared length in bytes, `received` the bytes that are kept; `md5` is the hexadecimal sum of
    the received bytes, None until the upload is complete. `corrupt` never changes these: it changes what the
    management API says.
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
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this service behaves; the faults of single requests are switched on elsewhere.

    Sizes are in bytes, times in seconds.
    """

    tokens: tuple[Token, ...] = field(default_factory=lambda: (Token(),))
    workspace_id: str = "c1a5e0d2-7b36-4e89-a4f0-3d2b1c0e9f87"
    projects: tuple[Project, ...] = field(default_factory=lambda: (Project(),))
    unique_folder_names: bool = True
    """Refuse a second folder of the same name in the same place (400203)."""

    absolute_location: bool = True
    """Init answers a whole URL, made from the request's Host; False: only a path."""
    upload_base: str | None = None
    """Where upload URLs point to instead ("http://localhost:8000"): another host, or a link in front."""
    uploads_need_token: bool = True
    """Requests to an upload URL must carry the bearer token as well."""
    max_size: int | None = None
    """The longest upload the plan allows; a longer one is refused by 413."""
    offset_in_conflict: bool = True
    """A 409 carries the true Upload-Offset."""
    gone_status: int = 410
    """How requests to a terminated or expired upload are answered: 410 or 404."""
    expires_after: float | None = None
    """An upload lives this long, and its answers carry Upload-Expires."""
    lock_patience: float = 1.0
    """How long a request waits for an earlier PATCH of the same upload before it gets 423."""
    close_on_refusal: bool = False
    """A PATCH refused before its body was read closes the connection; False: the body is read and ignored."""

    pre_processing: float = 0.0
    processing: float = 0.0
    deleted_id_lingers: float = 0.0
    """How long after a delete an init with the same id still meets "already exists"."""

    keep_bytes: bool = True
    """False: the bytes are counted and thrown away (a sink for benchmarks)."""
    hash_bytes: bool = True
    """False: no MD5 is computed, and none is reported."""

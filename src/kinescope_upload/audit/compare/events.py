"""What a comparison and a repair tell whoever watches them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kinescope_upload.audit.fixes.fixes import Mending

__all__ = [
    "AuditEvent",
    "FilesRead",
    "Mended",
    "MendingFailed",
    "Noticed",
    "Processing",
    "Tell",
    "VideosListed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VideosListed:
    """So many videos have been listed so far."""

    videos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesRead:
    """So many bytes of the files that have to be read were read so far."""

    read_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """How far Kinescope is with the videos that are waited for: so many are done, unfinished, given up."""

    done: int
    unfinished: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something worth knowing that stops nothing."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One thing was put right."""

    mending: Mending


@dataclass(frozen=True, slots=True, kw_only=True)
class MendingFailed:
    """One thing was not put right, why, and what to do about it."""

    mending: Mending
    reason: str
    way_out: str = ""


AuditEvent = VideosListed | FilesRead | Processing | Noticed | Mended | MendingFailed

Tell = Callable[[AuditEvent], None]
"""Takes events, all from one thread."""

"""What a comparison and a repair tell whoever watches them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kinescope_upload.audit.fixes.fixes import Fix

__all__ = [
    "AuditEvent",
    "EmitAudit",
    "FilesRead",
    "Mended",
    "MendingFailed",
    "Processing",
    "VideosListed",
    "Warned",
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
class Warned:
    """Something worth knowing that stops nothing."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One thing was put right."""

    fix: Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class MendingFailed:
    """One thing was not put right, why, and what to do about it."""

    fix: Fix
    reason: str
    hint: str = ""


AuditEvent = VideosListed | FilesRead | Processing | Warned | Mended | MendingFailed

EmitAudit = Callable[[AuditEvent], None]
"""Takes events, all from one thread."""

"""The events of `verify` and `repair`. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.events import WaitEnded, WaitStarted, Warned

if TYPE_CHECKING:
    from kinescope_upload.audit.fixes.fix import Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class VideosListed:
    """Kinescope has listed `videos` videos so far."""

    videos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesRead:
    """The files that have to be read: `read_bytes` of `total_bytes` are read so far."""

    read_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """The videos that `--wait` waits for, by state; `failed` ones will never be done."""

    done: int
    unfinished: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FixApplied:
    """A fix was applied."""

    fix: Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class FixFailed:
    """A fix was not applied: why, and what to do about it."""

    fix: Fix
    reason: str
    hint: str = ""


AuditEvent = VideosListed | FilesRead | Processing | Warned | WaitStarted | WaitEnded | FixApplied | FixFailed

Emit = Callable[[AuditEvent], None]
"""Takes events, all from one thread."""

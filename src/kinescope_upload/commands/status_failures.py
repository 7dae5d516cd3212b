"""Holds what is said of lessons that are not done: why the last attempt failed, or why no file can be sent. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kinescope_upload.upload import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFailure:
    """Why the last attempt at a lesson ended early, when (UTC), and whether a person has to decide about it."""

    lesson_id: str
    reason: str
    at: datetime
    is_in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusBroken:
    """A lesson whose file no player can show, and why, as far as somebody looked into it; whether it has a video."""

    lesson_id: str
    reason: str
    is_linked: bool = False


def is_stranded(record: Record) -> bool:
    """Whether no run can go on with a lesson whose file is away."""
    is_doubted = record.failure is not None and record.failure.is_in_doubt
    return not (record.stage.has_all_bytes or record.serving or is_doubted)


def failures_of(records: Iterable[Record]) -> tuple[StatusFailure, ...]:
    """A lesson that is done is in no list of failures."""
    return tuple(
        StatusFailure(
            lesson_id=one.lesson_id,
            reason=one.failure.reason,
            at=one.failure.at,
            is_in_doubt=one.failure.is_in_doubt,
        )
        for one in sorted(records, key=lambda one: one.lesson_id)
        if one.failure and not one.stage.is_linked
    )


def moments_of(record: Record) -> Iterable[datetime]:
    """When something of the lesson was last tried or achieved (UTC)."""
    failed_at = record.failure.at if record.failure else None
    return (one for one in (record.attempted_at, record.linked_at, record.verified_at, failed_at) if one)

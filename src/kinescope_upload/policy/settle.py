"""Tells whether a file is still being written: when it was last seen to change, and how long it must be quiet. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kinescope_upload.model import VideoFile

_NS: Final = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A file as it was seen; times in seconds since the epoch (UTC), by this machine's clock.

    Attributes:
        file: Its size and time of change.
        seen: When it was looked at.
        quiet_since: Since when it has not changed.
    """

    file: VideoFile
    seen: float
    quiet_since: float


def look_again(before: Sighting | None, file: VideoFile, now: float) -> Sighting:
    """Returns what is known of the file now.

    A change that was seen between two looks happened between them, whatever time the file bears: a share's clock may
    be wrong. For the same reason a time still to come counts from when it was seen.

    Args:
        before: What was known; None at the first look.
        file: The file as it is now.
        now: The time, in seconds since the epoch.
    """
    if before and before.file == file:
        return Sighting(file=file, seen=now, quiet_since=before.quiet_since)
    modified = file.modified_ns / _NS
    is_possible = modified <= now and (before is None or before.seen <= modified)
    return Sighting(file=file, seen=now, quiet_since=modified if is_possible else now)


def seconds_to_wait(sighting: Sighting, now: float, settle: float) -> float:
    """Returns how long the file must stay as it is until it counts as written; 0 when it does.

    Args:
        sighting: What is known of it.
        now: The time, in seconds since the epoch; a clock that was set back lengthens no wait.
        settle: How long a file must be quiet, in seconds; 0 means that none is waited for.
    """
    return min(settle, max(0.0, sighting.quiet_since + settle - now))

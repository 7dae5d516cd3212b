"""Deletes what a try made, and says what stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.masking import masked
from kinescope_upload.commands.doctor.readings.outcome import LeftVideo
from kinescope_upload.errors import KuploadError, UnreachableError
from kinescope_upload.upload.removal import Removal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kinescope_upload.commands.doctor.trial.scratch import Scratch
    from kinescope_upload.commands.doctor.trial.waits import WaitBudget
    from kinescope_upload.kinescope.management_api import KinescopeApi

_LATE_INIT: Final = 1.0
"""Seconds until a video is listed that init made although nobody heard its answer."""


def clean_up(api: KinescopeApi, scratch: Scratch, waits: WaitBudget) -> tuple[LeftVideo, ...]:
    """Deletes every video of this try, also one whose id nobody heard of.

    Raises:
        KeyboardInterrupt: Somebody does not want to wait for it; what is left is in `scratch.made`.

    Returns:
        What stays, and why.
    """
    look_later = partial(waits.pause, waits.tick)
    removal = Removal(delete=api.delete_video, look=api.video, wait=look_later, check=lambda _: None)
    reasons = dict(_deletions(removal, scratch))
    is_listed = _delete_what_is_listed(api, removal, scratch, reasons)
    if scratch.is_init_open and waits.pause(_LATE_INIT):
        is_listed = _delete_what_is_listed(api, removal, scratch, reasons)
    scratch.is_init_open = scratch.is_init_open and not is_listed
    return left_videos(scratch, reasons)


def left_videos(
    scratch: Scratch, reasons: Mapping[str, str], *, otherwise: str = "Nobody tried."
) -> tuple[LeftVideo, ...]:
    """What was made and is not deleted, with the reasons by id."""
    left = [
        LeftVideo(video_id=video_id, title=title, reason=masked(reasons.get(video_id, otherwise)))
        for video_id, title in scratch.made.items()
    ]
    if scratch.is_init_open:
        reason = "It may have been made: init had no answer. Look for a title that begins like this."
        left.append(LeftVideo(video_id="", title=scratch.mark, reason=reason))
    return tuple(left)


def _delete_what_is_listed(api: KinescopeApi, removal: Removal, scratch: Scratch, reasons: dict[str, str]) -> bool:
    """Deletes what the folder's list still shows of this try; False when it cannot be listed."""
    known = set(scratch.made)
    try:
        for video in api.videos(folder_id=scratch.folder_id):
            if scratch.is_ours(video.title) and video.id not in known:
                scratch.made[video.id] = video.title
    except KuploadError:
        return False
    reasons |= dict(_deletions(removal, scratch, only=set(scratch.made) - known))
    return True


def _deletions(removal: Removal, scratch: Scratch, *, only: set[str] | None = None) -> Iterator[tuple[str, str]]:
    """Deletes the videos; gives why that failed, by id. A network that is down is tried once."""
    unreachable = ""
    for video_id in tuple(scratch.made):
        if only is not None and video_id not in only:
            continue
        if unreachable:
            yield video_id, unreachable
            continue
        try:
            removal.of(video_id)
        except UnreachableError as error:
            unreachable = error.reason
            yield video_id, unreachable
        except KuploadError as error:
            yield video_id, error.reason
        else:
            del scratch.made[video_id]

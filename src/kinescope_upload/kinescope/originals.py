"""Asks for the originals of videos: what tells which file a video that somebody else uploaded was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.mapping import Original

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.kinescope.management_api import KinescopeApi


def originals_of(api: KinescopeApi, video_ids: Sequence[str]) -> dict[str, Original]:
    """The originals by the videos' keys; one request for each hundred videos, whatever folders they are in.

    A video that does not exist is left out. What Kinescope does not tell (originals that are not kept, a video that is
    not processed yet) is None.

    Args:
        api: The management API.
        video_ids: The videos.

    Raises:
        KuploadError: No answer, or a refusal.
    """
    return {video.id: Original(size=video.size, md5=video.md5) for video in api.videos_named(video_ids)}

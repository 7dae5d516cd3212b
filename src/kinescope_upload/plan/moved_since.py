"""Tells whether another file stands at a lesson's path since that was planned. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.model import VideoFile


def moved_since(
    planned: VideoFile, file: VideoFile, known: Iterable[VideoFile], there: Iterable[VideoFile]
) -> str | None:
    """Why the file at a lesson's path may be another lesson's than planned; None where nothing says so.

    A file that was written anew at its path has moved nothing.

    Args:
        planned: The lesson's file, as planned.
        file: What is at its path now.
        known: The files of its folder, as planned.
        there: The files of its folder now.
    """
    if _is_file(file, planned):
        return None
    before = {one.path: one for one in known}
    for one in there:
        stays = one.path in before and _is_file(one, before[one.path])
        if one.path != planned.path and not stays and _is_file(one, planned):
            return f'its file is called "{one.path}" now'
    for one in before.values():
        if one.path != planned.path and _is_file(file, one):
            return f'what is called "{file.path}" now was "{one.path}"'
    return None


def _is_file(file: VideoFile, other: VideoFile) -> bool:
    return file.may_be(other.path, size=other.size, modified_ns=other.modified_ns)

"""Looks into video files: whether each is whole, and how long it lasts."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.errors import FileUnreadableError
from kinescope_upload.library.disk import Disk, unreadable_error
from kinescope_upload.media.content import judge, without_more
from kinescope_upload.media.mediainfo import ask_mediainfo
from kinescope_upload.media.verdict import Broken, Look, Whole
from kinescope_upload.policy.settle import look_again, seconds_to_wait

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kinescope_upload.model import VideoFile

_DISK = Disk()


def look_into(disk: Disk, root: Path, file: VideoFile) -> Look:
    """Looks into a file of the library; MediaInfo is asked where the boxes of MP4 and MOV do not tell.

    Args:
        disk: Reads the library.
        root: The library root.
        file: The file, with its size as it is now.

    Raises:
        FileUnreadableError: It cannot be read now.
    """
    try:
        with disk.open(os.fspath(root / file.path)) as opened:
            look = judge(partial(disk.read, opened), file.size)
            if isinstance(look, Broken) or (isinstance(look, Whole) and look.duration is not None):
                return look
            told = ask_mediainfo(opened)
    except OSError as error:
        raise unreadable_error(file.path, error) from error
    return without_more(look if told is None else told, file.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """What became of looks into many files.

    Attributes:
        found: What was found, by file.
        unreadable: Why a file could not be read.
        growing: Files that are still being written: a look would say nothing.
        left: Files for which no time was left.
    """

    found: dict[VideoFile, Look] = field(default_factory=dict)
    unreadable: dict[VideoFile, str] = field(default_factory=dict)
    growing: list[VideoFile] = field(default_factory=list)
    left: list[VideoFile] = field(default_factory=list)


def look_at_files(
    files: Iterable[VideoFile],
    root: Path,
    *,
    settle: float,
    seconds: float = math.inf,
    into: LookedAt | None = None,
) -> LookedAt:
    """Looks into files, one after the other.

    Args:
        files: The files.
        root: The library root.
        settle: How long a file must not have changed before it is looked at, in seconds.
        seconds: After so many seconds no look begins any more.
        into: Takes what is found, so that it is there also where an interruption ends the looks.
    """
    looked = into or LookedAt()
    ends_at = time.monotonic() + seconds
    now = time.time()
    for file in files:
        if time.monotonic() >= ends_at:
            looked.left.append(file)
        elif seconds_to_wait(look_again(None, file, now), now, settle) > 0:
            looked.growing.append(file)
        else:
            try:
                looked.found[file] = look_into(_DISK, root, file)
            except FileUnreadableError as error:
                looked.unreadable[file] = str(error)
    return looked

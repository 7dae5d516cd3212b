"""Looks whether a lesson's file is still the one that was uploaded, before the lesson's row is written."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.errors import FileOutdatedError, FileUnreadableError
from kinescope_upload.library.disk import Disk
from kinescope_upload.library.hasher import HasherBeside
from kinescope_upload.library.scan import stat_file
from kinescope_upload.library.source import VideoSource
from kinescope_upload.plan.decision import doubt_outdated
from kinescope_upload.upload.same_file import accept_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload import Record

_DISK = Disk()


def check_as_sent(
    record: Record,
    library: Path,
    disk: Disk = _DISK,
    md5_of_first: Callable[[VideoFile, int], str | None] | None = None,
    video_md5: Callable[[], str | None] = lambda: None,
) -> Record:
    """Returns the record with its file's time as it is now, unless the file was seen and is another.

    A file with another time is read and compared by its MD5. One that is away says nothing.

    Args:
        record: What was uploaded.
        library: The library root.
        disk: Reads the library.
        md5_of_first: Computes the MD5 of a file's first bytes; None reads them at once.
        video_md5: Gives the MD5 that Kinescope has of the video, where it has one; asked only of a file that may have
            changed while it was sent.

    Raises:
        FileOutdatedError: It has changed since its upload began.
        FileUnreadableError: It has another time and cannot be read now.
    """
    file = stat_file(library, record.path, disk) if record.path else None
    if file is None:
        return record
    accepted = accept_file(record, file, partial(md5_of_first or partial(_md5_of_first, library, disk), file))
    is_kept = video_md5() in {None, record.md5} if accepted and record.is_unproven else True
    if accepted is None or not is_kept or not (record.is_unproven or _begins_as_sent(library, disk, record, file)):
        doubt = doubt_outdated(record.lesson_id, file.path, record.video_id)
        raise FileOutdatedError(f"{doubt.reason}.", doubt.hint)
    return accepted


def _md5_of_first(library: Path, disk: Disk, file: VideoFile, length: int) -> str | None:
    with VideoSource(library / file.path, file, hasher=HasherBeside, disk=disk) as source:
        return source.md5_of_first(length, lambda: None)


def _begins_as_sent(library: Path, disk: Disk, record: Record, file: VideoFile) -> bool:
    """Whether the file's head is the one that was sent, as far as it can be read now."""
    with (
        suppress(FileUnreadableError),
        VideoSource(library / file.path, file, hasher=None, disk=disk) as source,
    ):
        return record.head_md5 in {None, source.head_md5()}
    return True

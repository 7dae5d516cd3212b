"""What a lesson's file holds, compared with what was sent."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kinescope_upload.errors import FileChangedError, FileUnreadableError, InDoubtError
from kinescope_upload.library.as_sent import check_as_sent
from kinescope_upload.library.checksums import md5_of

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload import Record


def md5_now(library: Path, file: VideoFile) -> str | None:
    """The MD5 of the file; None where it cannot be read now: the run tells why."""
    with suppress(FileChangedError, FileUnreadableError):
        return md5_of(library, file)
    return None


def is_as_sent(record: Record, library: Path) -> bool:
    """Whether the record's file is the one of its uploaded video, as far as it can be read now."""
    try:
        check_as_sent(record, library)
    except InDoubtError:
        return False
    except FileUnreadableError:
        return True
    return True

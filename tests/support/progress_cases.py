"""What tests of the progress folder share."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from kinescope_upload.upload import Dialect, Record

if TYPE_CHECKING:
    from pathlib import Path


def a_record(lesson_id: str = "c_001", *, course: str = "c", offset: int = 0, title: str = "Урок") -> Record:
    """A lesson's record."""
    return Record(
        lesson_id=lesson_id,
        course=course,
        path="c/001.mp4",
        size=1_000_000_000,
        modified_ns=5,
        parent_id="p",
        title=title,
        dialect=Dialect.TUS,
        video_id="ours",
        offset=offset,
    )


def names_in(folder: Path) -> list[str]:
    """The files of the folder itself."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def refusal(winerror: int) -> PermissionError:
    """What Windows answers to whoever replaces a file that another program has open, on every system."""
    error = PermissionError(errno.EACCES, "Access is denied", None, winerror)  # where this is Windows, it counts
    vars(error)["winerror"] = winerror
    return error

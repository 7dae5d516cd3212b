"""Tells whether somebody wrote the progress of courses between two moments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kinescope_upload.progress.course_file import file_of
from kinescope_upload.progress.journal import journal_of
from kinescope_upload.progress.names import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    Written = Mapping[str, tuple[int, int]]
    """By a file's name: when it was written last, in nanoseconds since 1970, and its size in bytes."""


def written_in(folder: Path) -> Written:
    """When each progress file and journal of the folder was written; nothing where the folder cannot be read."""
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(SUFFIXES)]
    except OSError:
        return {}
    return {name: (status.st_mtime_ns, status.st_size) for name, status in found}


def is_written_since(then: Written, folder: Path, courses: Iterable[str]) -> bool:
    """Whether the progress of one of these courses is not as it was then.

    Raises:
        UsageError: A course's progress is there twice.
    """
    now = written_in(folder)
    files = [file_of(folder, course) for course in courses]
    names = [path.name for file in files for path in (file, journal_of(file))]
    return any(now.get(name) != then.get(name) for name in names)

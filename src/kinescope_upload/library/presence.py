"""Tells a file that is gone from a library that is away: unplugged, unmounted, renamed, or a share that hangs."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from kinescope_upload.library.disk import Disk

_MOST_OTHERS: Final = 5


def is_present(disk: Disk, root: Path, files: Mapping[str, Iterable[str]], unreadable: Collection[str]) -> bool:
    """Whether the library can be read: its root, the courses' folders, and another file of each of them.

    An empty mount point has no course folder; a mount point that is a course's folder has no other file. Where a course
    has one file alone, its folder is enough.

    Args:
        disk: Reads the library.
        root: The library root.
        files: The paths of files that the library had, by course.
        unreadable: The files that could not be read, relative to the root.
    """
    courses = {path.partition("/")[0] for path in unreadable}
    try:
        for folder in (root, *(root / course for course in courses)):
            disk.names(os.fspath(folder))
    except OSError:
        return False
    return all(_has_another(disk, root, files.get(course, ()), unreadable) for course in courses)


def _has_another(disk: Disk, root: Path, files: Iterable[str], unreadable: Collection[str]) -> bool:
    files = tuple(files)
    others = list(islice((path for path in files if path not in unreadable), _MOST_OTHERS))
    if not others and len(files) > 1:
        others = list(files)  # all of them are in workers' hands, and each is another one to the rest
    return not others or any(disk.can_read(os.fspath(root / path)) for path in others)

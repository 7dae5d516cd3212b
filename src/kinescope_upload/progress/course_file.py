"""Finds a course's file in the progress folder, whatever system named it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.progress.names import stem_of, stems_of

if TYPE_CHECKING:
    from pathlib import Path


def file_of(folder: Path, course: str) -> Path:
    """The course's progress file, be it there or not; its journal has the same name.

    A Mac may name it with decomposed letters, and older versions named it exactly as the course.

    Raises:
        UsageError: There is more than one; or the folder cannot be read.
    """
    stem = stem_of(course)
    if course.isascii() and stem == course:  # there is no other name
        return folder / f"{stem}.json"
    found = stems_of(course, _stems(folder))
    if len(found) > 1:
        names = " and ".join(f"{ascii(name)[1:-1]}.*" for name in found)
        raise UsageError(
            f'{folder} holds the progress of course "{course}" twice: {names}, whose letters are written in two ways.',
            "Both are left as they are. Move the older one out of the folder, with its journal if it has one.",
        )
    return folder / f"{found[0] if found else stem}.json"


def _stems(folder: Path) -> list[str]:
    try:
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UsageError(f"{folder} cannot be read ({error.strerror or error}).") from error
    return [name.rpartition(".")[0] for name in names if name.endswith((".json", ".journal"))]

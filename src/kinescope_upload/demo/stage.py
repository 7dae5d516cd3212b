"""Everything that the demo's commands work with, put up in one temporary folder and taken down again."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kinescope_upload.demo.courses import COURSE_TITLES, LEFT_ALONE, MADE_FILES, make_library
from kinescope_upload.demo.lessons import DemoLesson, add_lessons, lessons_of
from kinescope_upload.demo.postgres import database_server
from kinescope_upload.demo.settings import SHORTENED
from kinescope_upload.emulator import Emulator, Link
from kinescope_upload.errors import UsageError
from kinescope_upload.text import format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["LINE_RATE", "Stage", "open_stage"]

LINE_RATE: Final = 8_000_000
"""Bytes per second of the line, for the made library: as slow as it takes to see the bars."""
_SPARE: Final = 500_000_000
"""Bytes that must stay free on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What is there for the commands.

    Attributes:
        folder: Holds everything, and is removed at the end.
        desk: Where the commands are typed: an empty folder to begin with.
        library: The library root.
        is_made: Whether the library was made for the demo.
        left_alone: How many files were put into it that no run may touch.
        lessons: The lessons, each with its file.
        database_url: The lessons' database.
        emulator: The stand-in for Kinescope.
        link: The line to it.
    """

    folder: Path
    desk: Path
    library: Path
    is_made: bool
    left_alone: int
    lessons: tuple[DemoLesson, ...]
    database_url: str
    emulator: Emulator
    link: Link

    @property
    def size(self) -> int:
        """Bytes of all lessons' files."""
        return sum(one.size for one in self.lessons)

    @property
    def variables(self) -> dict[str, str]:
        """The settings of the commands."""
        return {
            "KINESCOPE_API_URL": self.link.url,
            "KINESCOPE_UPLOADER_URL": self.link.url,
            "KINESCOPE_API_KEY": self.emulator.token,
            "KINESCOPE_PROJECT_ID": self.emulator.project_id,
            "KINESCOPE_WORKSPACE_ID": self.emulator.workspace_id,
            "DATABASE_URL": self.database_url,
            "KUPLOAD_LIBRARY": str(self.library),
            "KUPLOAD_PROGRESS": str(self.desk / "progress"),
            "KUPLOAD_HISTORY": str(self.desk / "history.sqlite3"),
            **SHORTENED,
        }


@contextmanager
def open_stage(library: Path | None, check: Callable[[], None]) -> Iterator[Stage]:
    """Puts everything up.

    Args:
        library: The user's own library, which is only read; None makes one.
        check: Asked between the parts; what it raises ends the demo.

    Raises:
        UsageError: The library is of no use, the disk is too small, or PostgreSQL does not run.
    """
    with ExitStack() as open_parts:
        folder = Path(
            open_parts.enter_context(tempfile.TemporaryDirectory(prefix="kupload-demo-", ignore_cleanup_errors=True))
        ).resolve()
        folder.chmod(0o711)  # the database's account has to reach its files
        desk = folder / "desk"
        desk.mkdir()
        root = (library or folder / "library").absolute()
        if library is None:
            make_library(root)
        check()
        titles = {file.path: file.title for file in MADE_FILES} if library is None else {}
        lessons = lessons_of(root, titles, desk)
        _check_room(folder, lessons)
        check()
        database_url = open_parts.enter_context(database_server(folder / "postgres"))
        check()
        add_lessons(database_url, lessons, COURSE_TITLES)
        emulator = open_parts.enter_context(Emulator(folder / "kinescope"))
        link = open_parts.enter_context(Link(emulator.url))
        if library is None:
            link.slow_down(shared_rate=LINE_RATE)
        yield Stage(
            folder=folder,
            desk=desk,
            library=root,
            is_made=library is None,
            left_alone=len(LEFT_ALONE) if library is None else 0,
            lessons=lessons,
            database_url=database_url,
            emulator=emulator,
            link=link,
        )


def _check_room(folder: Path, lessons: tuple[DemoLesson, ...]) -> None:
    """Sees to it that the stand-in can keep a copy of every file."""
    needed = sum(one.size for one in lessons)
    free = shutil.disk_usage(folder).free
    if needed + _SPARE > free:
        raise UsageError(
            f"The stand-in for Kinescope keeps a copy of the library, {format_bytes(needed)}, and the disk of "
            f"{os.fspath(folder.parent)} has {format_bytes(free)} free.",
            "Name a smaller library, or set TMPDIR to a folder on a larger disk.",
        )

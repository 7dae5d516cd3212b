"""Sets courses' folders: `kupload folders --pin COURSE=ID` writes [folders] of kupload.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.commands.settings_files import change_file
from kinescope_upload.config import TOML_FILE
from kinescope_upload.config.toml_edit import with_pins
from kinescope_upload.config.values import parse_uuid
from kinescope_upload.errors import UsageError
from kinescope_upload.mapping import check_courses
from kinescope_upload.text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path
    from typing import Self

    from kinescope_upload.kinescope.video import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """Folder ids by course, and the directory whose kupload.toml takes them."""

    by_course: Mapping[str, str]
    directory: Path

    @classmethod
    def parse(cls, texts: Iterable[str], directory: Path) -> Self:
        """Reads what was typed: COURSE=ID, once for each course.

        Raises:
            UsageError: A text is something else, or its id no UUID.
        """
        pins: dict[str, str] = {}
        for text in texts:
            course, _, folder_id = text.rpartition("=")
            if not course.strip():
                raise UsageError(
                    f'--pin: "{printable(text)}" is not COURSE=ID.', "For instance: --pin 02_ads=<folder id>."
                )
            try:
                pins[course.strip()] = parse_uuid(folder_id.strip())
            except ValueError as error:
                raise UsageError(f'--pin {printable(course)}: "{printable(folder_id)}" {error}') from None
        return cls(by_course=pins, directory=directory)

    def write(self, folders: Iterable[Folder], project_id: str, *, known: Collection[str]) -> Mapping[str, str]:
        """Writes the pins, all of them or none, and returns them.

        Args:
            folders: The folders that Kinescope has in the project.
            project_id: The project; its own id means its root.
            known: The courses that there are; where none is known, each may be pinned.

        Raises:
            UsageError: A folder or a course does not exist, or the file cannot be written.
        """
        if known:
            check_courses(self.by_course, known)
        there = {project_id.lower(), *(folder.id.lower() for folder in folders)}
        for course, folder_id in self.by_course.items():
            if folder_id not in there:
                raise UsageError(
                    f'The project has no folder {folder_id}, so course "{course}" was not pinned to it.',
                    "Take the id of one of its folders.",
                )
        self._write()
        return self.by_course

    def _write(self) -> None:
        change_file(self.directory / TOML_FILE, lambda text: with_pins(text, self.by_course, name=TOML_FILE))

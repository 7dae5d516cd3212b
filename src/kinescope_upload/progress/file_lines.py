"""Keeps a line for each video file, by its path, size and time of change, in one file of the progress folder.

Losing such a file costs only work that is done again: what of it cannot be understood is left out, and two runs that
write at once may lose each other's lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.progress.atomic import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kinescope_upload.model import VideoFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """One such file.

    Attributes:
        name: Its name in the progress folder.
        head: Its first line. Where that is another, nothing is known.
    """

    name: str
    head: str

    def read(self, folder: Path) -> dict[str, str]:
        """What follows the path in each line, by the path as it stands there; nothing where it cannot be read."""
        try:
            text = (folder / self.name).read_bytes().decode("utf-8", "surrogateescape")
        except OSError:
            return {}
        head, *lines = text.split("\n")
        if head != self.head:
            return {}
        return {path: rest for path, _, rest in (line.partition("\t") for line in lines) if rest}

    def add(self, folder: Path, new: Mapping[VideoFile, str]) -> None:
        """Adds lines to those that are there; each takes the place of an earlier one of its path.

        Args:
            folder: The progress folder; it is made where there is none.
            new: What is remembered of each file.

        Raises:
            OSError: They cannot be written; what was there stays.
        """
        if not new:
            return
        self.write(
            folder, self.read(folder) | {quoted(file.path): f"{start_of(file)}{rest}" for file, rest in new.items()}
        )

    def write(self, folder: Path, lines: Mapping[str, str]) -> None:
        """Writes these lines and no others: what follows the first tab, by what stands before it.

        Raises:
            OSError: They cannot be written; what was there stays.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = "\n".join((self.head, *(f"{path}\t{line}" for path, line in lines.items()), ""))
        write_whole(folder / self.name, content.encode("utf-8", "surrogateescape"))


def quoted(path: str) -> str:
    """The path as it stands in a line: without tabs and line breaks."""
    if "\\" in path or not path.isprintable():
        return path.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return path


def start_of(file: VideoFile) -> str:
    """What a line about the file begins with after its path."""
    return f"{file.size}\t{file.modified_ns}\t{file.changed_ns}\t"


def rest_of(line: str, file: VideoFile) -> str | None:
    """What the line says of the file as it is now; None where its size, or one of its times, is another.

    A copy may set the time of change to what it was; where the system tells when it changed the file itself, that
    counts as well.
    """
    if not line.startswith(f"{file.size}\t{file.modified_ns}\t"):
        return None
    changed_ns, tab, rest = line.split("\t", 2)[2].partition("\t")
    is_same = not file.changed_ns or changed_ns in {"0", str(file.changed_ns)}
    return rest if tab and is_same else None


def is_certain(line: str, file: VideoFile) -> bool:
    """Whether the system's own time says that the line is about the file as it is now."""
    return bool(file.changed_ns) and line.startswith(start_of(file))

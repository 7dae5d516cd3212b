"""Remembers what looks into video files found, in one file of the progress folder."""

from __future__ import annotations

from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kinescope_upload.media.verdict import Broken, Look, Whole
from kinescope_upload.progress.file_lines import FileLines, is_certain, quoted, rest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kinescope_upload.model import VideoFile

LOOKS_FILE: Final = "files.looks"
_BROKEN: Final = "broken\t"
_FILE: Final = FileLines(name=LOOKS_FILE, head="kupload looks 2")
"""The number grows when later versions see more: then every file is looked at again."""


class RememberedLooks:
    """What is known of files' content; every thread may use it.

    A look is read from its line when it is asked for: there may be a hundred thousand.

    Args:
        lines: What follows the path in the file's lines, by the path as it stands there.

    Attributes:
        found: What was found since.
    """

    def __init__(self, lines: Mapping[str, str] = MappingProxyType({})) -> None:
        self._lines = lines
        self._broken = {path for path, line in lines.items() if _BROKEN in line}
        self._is_quoted = any("\\" in path for path in self._broken)
        self.found: dict[VideoFile, Look] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def note(self, file: VideoFile, look: Look) -> None:
        """Takes what was found in a file."""
        self.found[file] = look

    def of(self, file: VideoFile) -> Look | None:
        """What was found in the file of this path, size and time of change; None where it was not looked into."""
        if file in self.found:
            return self.found[file]
        rest = rest_of(self._lines.get(quoted(file.path), ""), file)
        with suppress(ValueError):
            return _look(*rest.split("\t")) if rest else None
        return None

    def sure(self, file: VideoFile) -> Look | None:
        """The same where it is certain that the file is as it was: just seen, or by the system's own time."""
        if file in self.found or is_certain(self._lines.get(quoted(file.path), ""), file):
            return self.of(file)
        return None

    def broken(self, file: VideoFile) -> Broken | None:
        """The same of a broken file; None of all others, which costs next to nothing."""
        if not self.found and not (self._broken and self._may_be_broken(file.path)):
            return None
        look = self.of(file)
        return look if isinstance(look, Broken) else None

    def _may_be_broken(self, path: str) -> bool:
        return path in self._broken or (self._is_quoted and quoted(path) in self._broken)

    def has(self, file: VideoFile) -> bool:
        """Whether the file was looked into."""
        return file in self.found or rest_of(self._lines.get(quoted(file.path), ""), file) is not None

    def only(self, files: Iterable[VideoFile]) -> RememberedLooks:
        """What is remembered of these files alone."""
        paths = (quoted(file.path) for file in files)
        return RememberedLooks({path: self._lines[path] for path in paths if path in self._lines})


def read_looks(folder: Path) -> RememberedLooks:
    """Reads what is remembered in a progress folder; nothing where there is none, or it cannot be read."""
    return RememberedLooks(_FILE.read(folder))


def remember_looks(folder: Path, found: Mapping[VideoFile, Look]) -> None:
    """Adds looks to those that are remembered; `Unknown` is not, since pymediainfo may be installed next time.

    Raises:
        OSError: They cannot be written; what was remembered stays.
    """
    _FILE.add(folder, {file: _line(look) for file, look in found.items() if isinstance(look, Whole | Broken)})


def _line(look: Whole | Broken) -> str:
    if isinstance(look, Broken):
        return f"{_BROKEN}{look.reason}"
    seconds = "" if look.duration is None else f"{look.duration:.3f}"
    facts = ("whole", look.container, seconds, str(look.video), str(look.audio), str(int(look.starts_fast)))
    return "\t".join(facts)


def _look(kind: str, *facts: str) -> Look | None:
    """Reads a look; `ValueError` where a number is none."""
    match kind, facts:
        case "broken", [reason] if reason:
            return Broken(reason=reason)
        case "whole", [container, seconds, video, audio, starts_fast]:
            return Whole(
                container=container,
                duration=float(seconds) if seconds else None,
                video=int(video),
                audio=int(audio),
                starts_fast=starts_fast != "0",
            )
        case _:
            return None

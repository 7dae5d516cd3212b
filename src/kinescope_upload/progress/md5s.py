"""Remembers the MD5s of files that were read for them, so that they are read once."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kinescope_upload.progress.file_lines import FileLines, quoted, rest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kinescope_upload.model import VideoFile

_FILE: Final = FileLines(name="files.md5", head="kupload md5 2")
_MD5: Final = re.compile("[0-9a-f]{32}")


def read_md5s(folder: Path) -> Callable[[VideoFile], str | None]:
    """What is remembered: the MD5 of the file of this path, size and time of change, in hexadecimal; else None."""
    lines = _FILE.read(folder)

    def md5_of(file: VideoFile) -> str | None:
        md5 = rest_of(lines.get(quoted(file.path), ""), file)
        return md5 if md5 and _MD5.fullmatch(md5) else None

    return md5_of if lines else lambda _file: None


def remember_md5s(folder: Path, found: Mapping[VideoFile, str]) -> None:
    """Adds MD5s to those that are remembered; where they cannot be written, the files are read again next time."""
    with suppress(OSError):
        _FILE.add(folder, found)

"""How names of files, sections and lessons are compared, told apart and grouped. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.text import first_few

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")

VIDEO_SUFFIXES = frozenset({".mp4", ".mkv", ".avi", ".mov", ".webm", ".m4v"})
"""The suffixes of video files, in lower case."""

_DRIVE = re.compile(r"[A-Za-z]:")
_ENDINGS = tuple(VIDEO_SUFFIXES)


def is_video_name(name: str) -> bool:
    """Whether the name ends like a video file's, in any case."""
    return name.lower().endswith(_ENDINGS)


def without_video_suffix(name: str) -> str:
    """The name without one trailing video suffix; other dots are part of it ("1. Start.mp4" is "1. Start")."""
    return name[: name.rindex(".")] if is_video_name(name) else name


def is_path_of(written: str, path: str) -> bool:
    """Whether a path that somebody wrote means the library's path: it is that one, or an absolute one that ends so."""
    end, whole = (nfc(one.replace("\\", "/")) for one in (path, written))
    return whole == end or (is_absolute(whole) and whole.endswith(f"/{end}"))


def is_absolute(path: str) -> bool:
    """Whether a path is absolute on any system."""
    return path.startswith(("/", "\\")) or _DRIVE.match(path) is not None


def nfc(name: str) -> str:
    """The composed spelling: a disk of a Mac may hold "й" as two code points, the database has it as one."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def first_folder(path: str) -> str:
    """The folder directly below the library root that holds the file; empty for a file in the root itself."""
    return nfc(path.partition("/")[0]) if "/" in path else ""


def which_of(paths: Sequence[str]) -> str:
    """Tells apart the files that one written path may mean: by their paths, as far as these look different."""
    if len({nfc(path) for path in paths}) == 1:
        return f"{len(paths)}, whose names only look the same"
    named = first_few([f'"{path}"' for path in sorted(paths)])
    return f"{named}, which differ in the case of letters"


def grouped(members: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """The members by their key, keys and members in the order in which they came."""
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for member in members:
        groups[key(member)].append(member)
    return dict(groups)

"""How names of files, sections and lessons are compared, told apart and grouped. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.library_paths import nfc
from kinescope_upload.text import first_few

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")

VIDEO_SUFFIXES = frozenset({".mp4", ".mkv", ".avi", ".mov", ".webm", ".m4v"})
"""The suffixes of video files, in lower case."""

_ENDINGS = tuple(VIDEO_SUFFIXES)


def is_video_name(name: str) -> bool:
    """Whether the name ends like a video file's, in any case."""
    return name.lower().endswith(_ENDINGS)


def without_video_suffix(name: str) -> str:
    """The name without one trailing video suffix; other dots are part of it ("1. Start.mp4" is "1. Start")."""
    return name[: name.rindex(".")] if is_video_name(name) else name


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

"""Finds files, and folders, whose names differ in nothing that gives them a certain order. Pure.

Two names of the same letters, composed in two ways, look the same everywhere; two that differ in the case of letters
alone are put in one order here and in another there. Which of such files comes first says nothing of whose it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.library_paths import folder_of, nfc
from kinescope_upload.mapping.names import grouped
from kinescope_upload.text import first_few

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from kinescope_upload.model import VideoFile

_JOINER: Final = "\0"
"""What no path holds, and no letter is composed with."""
RENAME_ONE: Final = "Rename one of them, or remove it."
"""What is to be done about two files that no map file can tell apart."""


def composed_twins(files: Iterable[VideoFile]) -> list[list[VideoFile]]:
    """The files whose paths are the same letters, in the order in which they came."""
    several = list(files)
    if len(set(nfc(_JOINER.join([file.path for file in several])).split(_JOINER))) >= len(several):
        return []
    return [same for same in grouped(several, lambda file: nfc(file.path)).values() if len(same) > 1]


def why_twins(files: Sequence[VideoFile], owned: Collection[str]) -> tuple[str, str] | None:
    """Why no position among the files is certain, and what is to be done; None where each has its own.

    Args:
        files: The files of a section.
        owned: The paths of those that belong to lessons whatever their positions are.
    """
    free = next(_free_twins([file.path for file in files], owned), None)
    if free is not None:
        if len({nfc(path) for path in free}) > 1:
            return f"{first_few(_quoted(free))} differ in the case of letters alone", ""
        return f'"{free[0]}" is there {len(free)} times, in names that only look the same', RENAME_ONE
    folders = list(dict.fromkeys(folder_of(file.path) for file in files))
    settled = {folder_of(file.path) for file in files if file.path not in owned}
    alike = next(_free_twins(folders, frozenset(folders) - settled), None)
    if alike is None:
        return None
    return f"folders of it have the same name ({first_few(_quoted(alike))})", "Put their files into one of them."


def _free_twins(paths: Sequence[str], owned: Collection[str]) -> Iterator[list[str]]:
    if len(set(_fold(_JOINER.join(paths)).split(_JOINER))) >= len(paths):  # most sections, told in one go
        return
    for same in grouped(paths, _fold).values():
        if len(same) > 1 and not all(path in owned for path in same):
            yield same


def _fold(path: str) -> str:
    return nfc(path).casefold()


def _quoted(paths: Iterable[str]) -> list[str]:
    return [f'"{path}"' for path in paths]

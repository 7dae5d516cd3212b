"""Finds the library's file that a path means which was written elsewhere: other system, root or spelling. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.library_paths import is_absolute, nfc
from kinescope_upload.mapping.names import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.model import VideoFile

_DRIVE = re.compile(r"[A-Za-z]:")
_Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Locator:
    """Finds library files by the paths that somebody wrote.

    A relative path counts from the library root. An absolute one counts from the first of `bases` that has its file;
    one that lies below none of them, from wherever the library root must have been: what is left when the longest
    ending that the library has is taken off. All such paths have to agree on that folder. Letter case counts only where
    a file has exactly the case that was written: Windows and macOS open a file under any.

    Attributes:
        files: The library's files by path, composed and with "/" for every separator. More than one file at a path
            differ only in how their letters are composed.
        bases: The folders that are known to be the library root, each in parts.
        origin: The file that the paths come from, as it is named to the user.
    """

    files: Mapping[str, tuple[VideoFile, ...]]
    bases: tuple[_Parts, ...]
    origin: str

    @classmethod
    def of(cls, files: Iterable[VideoFile], *, bases: Iterable[str | None], origin: str) -> Locator:
        """Prepares the search.

        Args:
            files: The library.
            bases: Absolute paths that are known to be the library root, here or elsewhere; others count for none.
            origin: The file that the paths come from, as it is named to the user.
        """
        by_path = grouped(files, _in_library)
        return cls(
            {path: tuple(same) for path, same in by_path.items()},
            tuple(_parts(base) for base in bases if base and is_absolute(base)),
            origin,
        )

    def find_all(self, paths: Sequence[str]) -> list[tuple[VideoFile, ...]]:
        """The files that each path may mean: one when it is clear, none when the library does not have it.

        More than one differ only in how their letters are composed, or in the case of letters.

        Raises:
            UsageError: The paths do not agree on where the library root was.
        """
        found = [self.search(path) for path in paths]
        if not all(files for files, _root in found):
            folded = self._without_case()
            found = [one if one[0] else folded.search(_fold(path)) for path, one in zip(paths, found, strict=True)]
        roots: dict[_Parts, str] = {}
        for path, (_files, root) in zip(paths, found, strict=True):
            if root is not None:
                roots.setdefault(tuple(map(_fold, root)), path)
        if len(roots) > 1:
            raise self._disagreement(list(roots.values()))
        return [files for files, _root in found]

    def _without_case(self) -> Locator:
        """Finds files by paths that went through `_fold`."""
        by_path = grouped(
            (file for same in self.files.values() for file in same), lambda file: _fold(_in_library(file))
        )
        return replace(
            self,
            files={path: tuple(same) for path, same in by_path.items()},
            bases=tuple(tuple(map(_fold, base)) for base in self.bases),
        )

    def search(self, path: str) -> tuple[tuple[VideoFile, ...], tuple[str, ...] | None]:
        """The files, and the library root that had to be assumed, if any."""
        parts = _parts(path)
        if not is_absolute(path):
            return self._files_at(parts), None
        holders = [base for base in self.bases if _is_below(parts, base)]
        if holders:
            candidates = (self._files_at(parts[len(base) :]) for base in holders)
            return next(filter(None, candidates), ()), None
        for start in range(len(parts) - 1):
            if files := self._files_at(parts[start:]):
                return files, parts[:start]
        return (), None

    def _files_at(self, parts: _Parts) -> tuple[VideoFile, ...]:
        return self.files.get("/".join(parts), ())

    def _disagreement(self, paths: Sequence[str]) -> UsageError:
        return UsageError(
            f'{self.origin}: "{paths[0]}" and "{paths[1]}" do not agree on which folder the library root was.',
            'Add "basePath" with that folder to the file, or write the paths relative to it.',
        )


def _in_library(file: VideoFile) -> str:
    return nfc(file.path).replace("\\", "/")


def _fold(text: str) -> str:
    return nfc(text).casefold()


def _parts(path: str) -> _Parts:
    return tuple(part for part in nfc(path).replace("\\", "/").split("/") if part not in {"", "."})


def _is_below(parts: _Parts, base: _Parts) -> bool:
    """Whether the base holds the path; on a Windows drive, case does not count."""
    head = parts[: len(base)]
    if head == base:
        return True
    on_drive = bool(base) and _DRIVE.match(base[0]) is not None
    return on_drive and [part.casefold() for part in head] == [part.casefold() for part in base]

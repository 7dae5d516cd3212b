"""Tells which libraries of this machine are there: a disk may be unplugged, a share not mounted."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.cluster.settings import CORRECT
from kinescope_upload.errors import UsageError
from kinescope_upload.library.disk import Disk
from kinescope_upload.library.presence import is_present
from kinescope_upload.library_paths import nfc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kinescope_upload.config import Settings

    FilesByCourse = Mapping[str, Iterable[str]]

_EVERY: Final = 1.0
"""Seconds between two looks."""


def there(libraries: Mapping[str, Path], disk: Disk | None = None) -> dict[str, Path]:
    """Those of the libraries that are at their places and hold something: an empty folder is a mount point."""
    disk = disk or Disk()
    return {name: root for name, root in libraries.items() if _holds_something(disk, root)}


def away_words(name: str, root: Path) -> str:
    """Says that a library is not there."""
    return f'Library {name} is not at "{root}" on this machine, or that folder is empty.'


def those_there(libraries: Mapping[str, Path], tell: Callable[[str], object] = lambda _words: None) -> dict[str, Path]:
    """Those of the libraries that are there; the others are told of.

    Raises:
        UsageError: None is.
    """
    found = there(libraries)
    away = [away_words(name, root) for name, root in libraries.items() if name not in found]
    if not found:
        raise UsageError(" ".join(away), CORRECT)
    for words in away:
        tell(words)
    return found


def apart(settings: Settings, libraries: Mapping[str, Path]) -> dict[str, Settings]:
    """The settings for each of these libraries: its root, and of the courses that were named those that it has.

    A library that has none of them is left out; a course that no library has stays named for each.
    """
    have = {name: _courses_in(root, settings.courses) for name, root in libraries.items()}
    lost = [course for course in settings.courses if not any(course in courses for courses in have.values())]
    named = {name: tuple(one for one in settings.courses if one in have[name] or one in lost) for name in libraries}
    return {
        name: replace(settings, library=root, courses=named[name])
        for name, root in libraries.items()
        if named[name] or not settings.courses
    }


def _courses_in(root: Path, courses: Iterable[str]) -> frozenset[str]:
    """Those of the courses that the library has a folder of."""
    folders = {nfc(name) for name in _names(Disk(), root)}
    return frozenset(course for course in courses if nfc(course) in folders)


def _holds_something(disk: Disk, root: Path) -> bool:
    return any(not name.startswith(".") for name in _names(disk, root))


def _names(disk: Disk, root: Path) -> list[str]:
    try:
        return disk.names(os.fspath(root))
    except OSError:
        return []


class Presence:
    """Which libraries are there now, and whether one that went away may come back; threads may share it.

    Args:
        libraries: Where each is.
        files: The paths of the files that each had, by course.
        disk: Reads them.
        clock: Seconds that always grow.
        tell: Is told, in a sentence, that one is away, or there again.
        longest: Seconds for which one that went away is waited for.

    Attributes:
        libraries: Where each is.
        files: The paths of the files that each had, by course.
    """

    def __init__(  # noqa: PLR0913 - what a look needs, and whom it tells
        self,
        libraries: Mapping[str, Path],
        files: Mapping[str, FilesByCourse],
        disk: Disk,
        *,
        clock: Callable[[], float],
        tell: Callable[[str], object],
        longest: float,
    ) -> None:
        self.libraries = libraries
        self.files = files
        self._disk = disk
        self._clock = clock
        self._tell = tell
        self._longest = longest
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._away: dict[str, float] = {}
        """The libraries that are away, each with the time since when; those that were never there, from the start."""
        self._unread: dict[str, set[str]] = {}
        """Files that could not be read while their library was away."""

    def here(self) -> list[str]:
        """The libraries that are there."""
        with self._lock:
            now = self._clock()
            if now - self._looked_at >= _EVERY:
                self._look(now)
            return [name for name in self.libraries if name not in self._away]

    def away(self) -> list[str]:
        """The libraries that are not there."""
        here = self.here()
        return [name for name in self.libraries if name not in here]

    def awaited(self) -> list[str]:
        """The libraries that went away so lately that they are waited for."""
        since = self._clock() - self._longest
        return [name for name in self.away() if self._away.get(name, since) > since]

    def is_away(self, name: str, path: str) -> bool:
        """Whether the library is away of which a file cannot be read; then it counts as such until it is back."""
        if is_present(self._disk, self.libraries[name], self.files.get(name, {}), {path}):
            return False
        with self._lock:
            self._unread.setdefault(name, set()).add(path)
            self._look(self._clock())
        return True

    def _look(self, now: float) -> None:
        is_first = self._looked_at == float("-inf")
        self._looked_at = now
        for name, root in self.libraries.items():
            unread = self._unread.get(name, set())
            files = self.files.get(name, {})
            is_at_place = _holds_something(self._disk, root)
            is_here = is_at_place and is_present(self._disk, root, files, unread)
            if is_here:
                self._unread.pop(name, None)
            if is_here and self._away.pop(name, None) is not None:
                self._tell(f"Library {name} is there again.")
            elif not is_here and name not in self._away:
                self._away[name] = float("-inf") if is_first else now
                lost = f'Of library {name} neither "{min(unread, default="")}" can be read here nor a file beside it.'
                words = lost if is_at_place else away_words(name, root)
                self._tell(f"{words} Its lessons are left to machines that have it.")

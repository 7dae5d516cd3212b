"""Tells what is there of this machine's libraries: a disk may be unplugged, a share not mounted, a folder lacking."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.cluster.settings import CORRECT
from kinescope_upload.errors import UsageError
from kinescope_upload.library.disk import Disk
from kinescope_upload.library.presence import is_present
from kinescope_upload.library_paths import folder_of, nfc

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from kinescope_upload.config import Settings

    FilesByCourse = Mapping[str, Iterable[str]]

_EVERY: Final = 1.0
"""Seconds between two looks."""
_ENOUGH: Final = 6
"""Files of a folder that are kept in mind: one, and some beside it."""


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
    """Which libraries and folders are there now, and whether one that went away may come back; threads may share it.

    Args:
        libraries: Where each is.
        files: The paths of the files that each had, by course.
        disk: Reads them.
        clock: Seconds that always grow.
        tell: Is told, in a sentence, that one is away, or there again.
        longest: Seconds for which one that was there and went away is waited for.

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
        self._lost: dict[tuple[str, str], float] = {}
        """The folders of libraries that are there of which nothing can be read, each with the time since when."""
        self._seen: set[tuple[str, str]] = set()
        """The folders of which a file could be read."""
        self._told: dict[tuple[str, str], float] = {}
        """The courses of which was said that something is missing, each with the time when."""
        self._beside: dict[tuple[str, str], list[str]] = {}
        """The paths of some files of each folder."""
        for name, courses in files.items():
            for path in (path for paths in courses.values() for path in paths):
                self._note(name, path)

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

    def is_away(self, name: str) -> bool:
        """Whether the library is away of which a file cannot be read: its root, or all that is in there."""
        with self._lock:
            self._look(self._clock())
            return name in self._away

    def sees(self, name: str, path: str, *, can_read: bool) -> None:
        """Takes in whether a file of the library, which is to be there, can be read."""
        with self._lock:
            self._note(name, path)
            if can_read:
                self._seen.add((name, folder_of(path)))
                self._lost.pop((name, folder_of(path)), None)

    def is_lost(self, name: str, path: str) -> bool:
        """Whether no file beside one that cannot be read can be read either; says so once for each course."""
        folder, course, now = (name, folder_of(path)), (name, path.partition("/")[0]), self._clock()
        above, _, last = folder_of(path).rpartition("/")
        start = len(above) + 1 if above else 0
        with self._lock:
            known = [one[start:] for one in self._beside.get(folder, ())]
        if is_present(self._disk, self.libraries[name] / above, {last: known}, {path[start:]}):
            return False
        with self._lock:
            self._lost.setdefault(folder, now if folder in self._seen else float("-inf"))
            is_told = now - self._told.get(course, float("-inf")) < self._longest
            self._told[course] = now
        if not is_told:
            self._tell(
                f'Of library {name} neither "{path}" can be read here nor a file beside it. What is missing of course '
                f"{course[1]} is left to machines that have it."
            )
        return True

    def awaited_folders(self) -> Collection[tuple[str, str]]:
        """The folders, each with its library, that went away so lately that they are waited for."""
        with self._lock:
            return {one for one, since in self._lost.items() if since > self._clock() - self._longest}

    def _note(self, name: str, path: str) -> None:
        known = self._beside.setdefault((name, folder_of(path)), [])
        if len(known) < _ENOUGH and path not in known:
            known.append(path)

    def _look(self, now: float) -> None:
        is_first = self._looked_at == float("-inf")
        self._looked_at = now
        for name, root in self.libraries.items():
            is_here = _holds_something(self._disk, root)
            if is_here and self._away.pop(name, None) is not None:
                self._tell(f"Library {name} is there again.")
            elif not is_here and name not in self._away:
                self._away[name] = float("-inf") if is_first else now
                self._tell(f"{away_words(name, root)} Its lessons are left to machines that have it.")

"""Which lessons this machine leaves to others, since it has not their files; it looks whether it has them by now."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.library.scan import stat_file
from kinescope_upload.library_paths import folder_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.doubts import WrittenFile
    from kinescope_upload.model import VideoFile

_TOGETHER: Final = 500
"""Files that are looked at together."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What is at a lesson's place here, and what was written down.

    Attributes:
        path: Where that is in the library.
        file: The file as it is; None where none is there.
        can_be_read: Whether it can be.
        written: The file that was written down.
    """

    path: str
    file: VideoFile | None
    can_be_read: bool
    written: WrittenFile


def glance(run: Run, path: str, written: WrittenFile) -> Glance:
    """Looks at a lesson's file."""
    disk, library = run.backends.disk, run.backends.library
    file = stat_file(library, path, disk)
    return Glance(path, file, file is not None and disk.can_read(os.fspath(library / path)), written)


class Refusals:
    """The lessons that this machine refuses, until their files are others; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[str, Run, Glance]] = {}

    def has(self, lesson_id: str, seen: Glance) -> bool:
        """Whether the lesson is refused, and all is as it was then."""
        with self._lock:
            known = self._seen.get(lesson_id)
        return known is not None and known[-1] == seen

    def add(self, lesson_id: str, library: str, run: Run, seen: Glance) -> None:
        """Refuses a lesson of this library, which `run` has."""
        with self._lock:
            self._seen[lesson_id] = library, run, seen

    def drop(self, lesson_id: str) -> None:
        """Refuses the lesson no more."""
        with self._lock:
            self._seen.pop(lesson_id, None)

    @property
    def ids(self) -> set[str]:
        """The lessons that are refused."""
        with self._lock:
            return set(self._seen)

    def of(self, folders: Collection[tuple[str, str]]) -> set[str]:
        """The lessons that are refused of these folders, each with its library."""
        with self._lock:
            known = self._seen.items()
            return {one for one, (library, _, seen) in known if (library, folder_of(seen.path)) in folders}

    def changed(self, libraries: Collection[str]) -> list[str]:
        """The lessons whose files are others by now, which are refused no more; at each call some are looked at.

        Args:
            libraries: Those that are there.
        """
        with self._lock:
            some = [one for one in self._seen.items() if one[1][0] in libraries][:_TOGETHER]
        changed = [one for one, (_, run, seen) in some if glance(run, seen.path, seen.written) != seen]
        with self._lock:
            for lesson_id, _ in some:
                known = self._seen.pop(lesson_id, None)
                if known is not None and lesson_id not in changed:
                    self._seen[lesson_id] = known  # the next call looks at others
        return changed

"""Tells whether the file that was sent for a lesson stands at the place of another one now. Pure."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from kinescope_upload.library_paths import nfc

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kinescope_upload.model import Assignment, VideoFile
    from kinescope_upload.upload import OldVideo, Stage


class Sent(Protocol):
    """What is recorded of the file that was sent."""

    @property
    def path(self) -> str | None:
        """Its path below the library root; None where it is not known."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    def is_for(self, file: VideoFile) -> bool:
        """Whether the file may be it, by size and time of change."""


class Titled(Sent, Protocol):
    """What is recorded of a lesson, as far as it tells which lesson it was."""

    @property
    def course(self) -> str:
        """The course whose progress file holds it."""

    @property
    def title(self) -> str:
        """The video's title; empty where it is the lesson's."""

    @property
    def video_id(self) -> str | None:
        """The video."""

    @property
    def stage(self) -> Stage:
        """How far its upload is."""

    @property
    def old_videos(self) -> tuple[OldVideo, ...]:
        """The videos that were the lesson's before."""

    @property
    def is_begun(self) -> bool:
        """Whether a video of ours may exist."""


class Places:
    """The library's files, and the lesson whose place each of them has.

    Args:
        files: All files of the library; empty where nobody knows them.
        placed: The lesson of each place, by position or as it is written.
        said: The file of each lesson of which somebody wrote that down; it goes before the places.
    """

    def __init__(
        self, files: Collection[VideoFile], placed: Iterable[Assignment], said: Mapping[str, VideoFile]
    ) -> None:
        self._files = files
        self._placed = placed
        self.said = said

    def pair_of(self, lesson_id: str, sent: Sent) -> VideoFile | None:
        """The file that somebody wrote down for the lesson, where that is certainly what was sent; else None."""
        file = self.said.get(lesson_id)
        return (
            file if file and [one for one in self._by_size.get(sent.size, ()) if sent.is_for(one)] == [file] else None
        )

    def without(self, pairs: Collection[str]) -> Places:
        """The same without what somebody wrote down of these lessons."""
        if not pairs:
            return self
        said = {lesson_id: file for lesson_id, file in self.said.items() if lesson_id not in pairs}
        return Places(self._files, self._placed, said)

    def is_at_place_of(self, sent: Sent, lesson_id: str) -> bool:
        """Whether the file that was sent is at the place of this lesson, or named for it."""
        file = self.file_now(sent)
        if file is None:
            return False
        owners = self._said_by_path.get(file.path)
        if owners or lesson_id in self.said:
            return owners == {lesson_id}
        return self._lessons.get(file.path) == nfc(lesson_id)

    def is_lost(self, sent: Sent) -> bool:
        """Whether the file that was sent is not in the library any more, as it was sent."""
        return bool(self._files and sent.path) and self.file_now(sent) is None

    def file_now(self, sent: Sent) -> VideoFile | None:
        """The file that was sent, as it is in the library now."""
        return _file_now(sent, self._by_size.get(sent.size, ()))

    @cached_property
    def _by_size(self) -> dict[int, list[VideoFile]]:
        found: dict[int, list[VideoFile]] = {}
        for file in self._files:
            found.setdefault(file.size, []).append(file)
        return found

    @cached_property
    def _lessons(self) -> dict[str, str]:
        return {one.file.path: nfc(one.lesson_id) for one in self._placed}

    @cached_property
    def _said_by_path(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for lesson_id, file in self.said.items():
            found.setdefault(file.path, set()).add(lesson_id)
        return found


NOWHERE: Final = Places((), (), {})


def _file_now(sent: Sent, of_its_size: Iterable[VideoFile]) -> VideoFile | None:
    """The file that was sent: that at its path, else the only other of its size and time; None where it is gone."""
    path = sent.path
    if path is None:
        return None
    alike = [file for file in of_its_size if sent.is_for(file)]
    in_place = [file for file in alike if file.is_at(path)] or alike
    return in_place[0] if len(in_place) == 1 else None


def paths_now(sent: Mapping[str, Sent], files: Collection[VideoFile]) -> dict[str, str | None]:
    """Where the files are now that were sent for lessons which move, by what `sent` is by.

    That is the old path where the file is gone, and None where another file stands there by now.

    Args:
        sent: What is recorded of the files.
        files: The library.
    """
    places = Places(files, (), {})
    there = {key: file.path for key, one in sent.items() if (file := places.file_now(one))}
    taken = {nfc(file.path) for file in files}
    return {key: there.get(key) or _unless(taken, one.path) for key, one in sent.items()}


def _unless(taken: Collection[str], path: str | None) -> str | None:
    return None if path and nfc(path) in taken else path

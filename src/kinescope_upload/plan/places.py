"""Tells whether the file that was sent for a lesson stands at the place of another one now. Pure."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from kinescope_upload.library_paths import first_folder, nfc

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kinescope_upload.model import Assignment, VideoFile
    from kinescope_upload.upload import OldVideo, Stage


NONE_READ: Final[Mapping[VideoFile, str]] = MappingProxyType({})


class Sent(Protocol):
    """What is recorded of the file that was sent."""

    @property
    def path(self) -> str | None:
        """Its path below the library root; None where it is not known."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    @property
    def md5(self) -> str | None:
        """Of its bytes; None where that is not known."""

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
        md5s: The MD5s of files that were read.
        sent: What is recorded: a file of another course that has a record of its own is no other's.
    """

    def __init__(
        self,
        files: Collection[VideoFile],
        placed: Iterable[Assignment],
        said: Mapping[str, VideoFile],
        md5s: Mapping[VideoFile, str] = NONE_READ,
        sent: Collection[Titled] = (),
    ) -> None:
        self._files = files
        self._placed = placed
        self._md5s = md5s
        self._sent = sent
        self.said = said

    def pair_of(self, lesson_id: str, sent: Sent) -> VideoFile | None:
        """The file that somebody wrote down for the lesson, where that is certainly what was sent; else None."""
        file = self.said.get(lesson_id)
        return file if file and self.own(sent) == [file] else None

    def is_kept(self, lesson_id: str, sent: Sent) -> bool:
        """Whether somebody says that the lesson's file is the one that was sent, and nothing speaks against that.

        Where several files have its size and time, or it has those of what was sent for several, the MD5s tell.
        """
        file = self.said.get(lesson_id)
        if file is None or sent.path is None:
            return file is not None
        alike = self.own(sent)
        if alike:
            return alike == [file] and (file in self._md5s or not self._is_contested(sent, file))
        return file.is_at(sent.path) and file.size == sent.size and not self._is_another(sent, file)

    def unread(self, sent: Sent) -> list[VideoFile]:
        """The files whose MD5s would tell which of them was sent, or whether the only one was."""
        alike = [file for file in self._by_size.get(sent.size, ()) if sent.is_for(file)] if sent.md5 else []
        left = [file for file in alike if file not in self._md5s]
        return left if len(alike) > 1 or any(self._is_contested(sent, file) for file in left) else []

    def alike(self, sent: Sent) -> list[VideoFile]:
        """The files that may be the one that was sent; one alone where its MD5 proves it."""
        alike = [file for file in self._by_size.get(sent.size, ()) if sent.is_for(file)]
        return [file for file in alike if not self._is_another(sent, file)] if self._md5s else alike

    def own(self, sent: Sent) -> list[VideoFile]:
        """Those of them that are not what was sent for another course's lesson, if there are any: courses are copied.

        A file at the very path of such a record is its own; of the others those in the course itself go first.
        """
        alike = self.alike(sent)
        if len(alike) < 2 or sent.path is None:  # noqa: PLR2004 - one alone has no rival
            return alike
        course = first_folder(sent.path)
        left = [file for file in alike if first_folder(file.path) == course or not self._is_in_place(file)] or alike
        mine = [file for file in left if first_folder(file.path) == course or not self._sent_like(file)]
        return mine or left

    def _is_contested(self, sent: Sent, file: VideoFile) -> bool:
        """Whether a file at another path than the recorded one may as well be what was sent for another lesson."""
        return sent.path is not None and not file.is_at(sent.path) and len(self._sent_like(file)) > 1

    def _is_in_place(self, file: VideoFile) -> bool:
        """Whether it may be what was sent from its path."""
        return any(file.is_at(one.path or "") for one in self._sent_like(file))

    def _sent_like(self, file: VideoFile) -> list[Sent]:
        """What was sent from the file's course, and may be it."""
        course = self._sent_by_course.get((first_folder(file.path), file.size), ())
        return [one for one in course if one.is_for(file)]

    def _is_another(self, sent: Sent, file: VideoFile) -> bool:
        return None not in (sent.md5, md5 := self._md5s.get(file)) and sent.md5 != md5

    def reading(self, md5s: Mapping[VideoFile, str]) -> Places:
        """The same with the MD5s of files that were read."""
        return Places(self._files, self._placed, self.said, md5s, self._sent) if md5s else self

    def beside(self, records: Mapping[str, Titled]) -> Places:
        """The same with what is recorded of all lessons, where nobody has told it so far."""
        return self if self._sent else Places(self._files, self._placed, self.said, self._md5s, records.values())

    def without(self, pairs: Collection[str]) -> Places:
        """The same without what somebody wrote down of these lessons."""
        if not pairs:
            return self
        return self.saying({lesson_id: file for lesson_id, file in self.said.items() if lesson_id not in pairs})

    def saying(self, said: Mapping[str, VideoFile]) -> Places:
        """The same where somebody wrote down these files of lessons, and no others."""
        return Places(self._files, self._placed, said, self._md5s, self._sent)

    def is_at_place_of(self, sent: Sent, lesson_id: str) -> bool:
        """Whether the file that was sent is at the place of this lesson, or named for it."""
        file = self.file_now(sent)
        if file is None:
            return False
        owners = self._said_by_path.get(file.path)
        if owners or lesson_id in self.said:
            return owners == {lesson_id}
        return self._lessons.get(file.path) == nfc(lesson_id)

    def lesson_at(self, file: VideoFile) -> str | None:
        """The one lesson that somebody wrote the file down for, else that of its place, as the scan rule spells it."""
        owners = self._said_by_path.get(file.path)
        if owners:
            return min(owners) if len(owners) == 1 else None
        lesson_id = self._lessons.get(file.path)
        return None if lesson_id in self.said else lesson_id

    def lesson_of(self, sent: Sent) -> str | None:
        """The lesson at whose place the file stands that was sent, as `lesson_at` tells; None where it is gone."""
        there = self._by_path.get(sent.path or "")
        file = self.file_now(sent) if self.is_away(sent) else there
        return self.lesson_at(file) if file else None

    def is_away(self, sent: Sent) -> bool:
        """Whether no file at the very path may be the one that was sent."""
        file = self._by_path.get(sent.path or "")
        return file is None or not sent.is_for(file) or self._is_another(sent, file)

    @property
    def lessons(self) -> Collection[str]:
        """The lessons of all places, as the scan rule spells them."""
        return self._lessons.values()

    def is_lost(self, sent: Sent) -> bool:
        """Whether the file that was sent is not in the library any more, as it was sent."""
        return bool(self._files and sent.path) and not self.alike(sent)

    def file_now(self, sent: Sent) -> VideoFile | None:
        """The file that was sent, as it is in the library now."""
        return _file_now(sent, self.own(sent))

    @cached_property
    def _sent_by_course(self) -> dict[tuple[str, int], list[Sent]]:
        """What is recorded, by the course of the file that was sent, and its size."""
        found: dict[tuple[str, int], list[Sent]] = {}
        for one in self._sent:
            if one.path and one.is_begun:
                found.setdefault((first_folder(one.path), one.size), []).append(one)
        return found

    @cached_property
    def _by_path(self) -> dict[str, VideoFile]:
        return {file.path: file for file in self._files}

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
NO_RECORDS: Final[Mapping[str, Titled]] = MappingProxyType({})


def _file_now(sent: Sent, alike: Sequence[VideoFile]) -> VideoFile | None:
    """The file that was sent: that at its path, else the only other that may be it; None where it is gone."""
    path = sent.path
    if path is None:
        return None
    in_place = [file for file in alike if file.is_at(path)] or alike
    return in_place[0] if len(in_place) == 1 else None


def paths_now(
    sent: Mapping[str, Sent],
    files: Collection[VideoFile],
    md5s: Mapping[VideoFile, str] = NONE_READ,
    records: Mapping[str, Titled] = NO_RECORDS,
) -> dict[str, str | None]:
    """Where the files are now that were sent for lessons which move, by what `sent` is by.

    That is the old path where the file is gone, and None where another file stands there by now.

    Args:
        sent: What is recorded of the files.
        files: The library.
        md5s: The MD5s of files that were read.
        records: What is recorded of all lessons.
    """
    places = Places(files, (), {}, md5s).beside(records)
    there = {key: file.path for key, one in sent.items() if (file := places.file_now(one))}
    taken = {nfc(file.path) for file in files}
    return {key: there.get(key) or _unless(taken, one.path) for key, one in sent.items()}


def _unless(taken: Collection[str], path: str | None) -> str | None:
    return None if path and nfc(path) in taken else path

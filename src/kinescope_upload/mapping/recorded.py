"""Finds the files that lessons were uploaded from: they keep them, whatever the files' positions are now. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import first_folder, nfc
from kinescope_upload.model import FilePart

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from kinescope_upload.mapping.evidence import Evidence, SentFile
    from kinescope_upload.model import Assignment, VideoFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The files that recorded lessons keep.

    Attributes:
        files: The file of each lesson, by lesson id.
        lessons: The lesson of each of these files, by path.
        changed: The lessons whose file is another than the one that was sent: it may be another video that took its
            name.
        unread: Parts of files of which only the MD5 tells whose they are.
    """

    files: Mapping[str, VideoFile]
    lessons: Mapping[str, str]
    changed: frozenset[str] = frozenset()
    unread: tuple[FilePart, ...] = ()


def _is_nobodys(_record: SentFile, _file: VideoFile) -> bool:
    return False


def keep_recorded(
    files: Sequence[VideoFile],
    evidence: Evidence,
    lessons_at: Callable[[VideoFile], Collection[str]],
    is_anothers: Callable[[SentFile, VideoFile], bool] = _is_nobodys,
    said: Iterable[Assignment] = (),
) -> Recorded:
    """Gives each lesson whose upload was begun the file that it was begun from, where that is there still.

    The file at the recorded path is the lesson's, whatever it has become; where a file is recorded for two lessons
    the one that was sent as it is now keeps it, and where that is none or both, no one does. Where the path is gone,
    the file was renamed if exactly one other may be it: one of the recorded size and time that no record names. That
    is enough within the lesson's course, as long as the file's place gives it to no other lesson that lacks its file.
    Elsewhere, among several, and where more of it is to be sent, the MD5 of what was sent must say so.

    Args:
        files: The library.
        evidence: The records, and the MD5s that are known.
        lessons_at: The lessons that a file may be of by its place.
        is_anothers: Whether a file that no record names is surely in its own place, so that the record is not of it.
        said: The pairs that a person confirmed: where one gives a recorded path to another lesson, the path is gone.
    """
    records = {key: one for key, one in evidence.records.items() if one.names_file}
    if not records:
        return Recorded(files={}, lessons={})
    by_path = {file.path: file for file in files}
    owners = {one.file.path: one.lesson_id for one in said}
    there = {key: file for key, file in _at_paths(by_path, records).items() if owners.get(file.path, key) == key}
    as_sent = _alone({key: file for key, file in there.items() if records[key].is_for(file)})
    taken = {file.path for file in as_sent.values()}
    others = _alone({key: file for key, file in there.items() if key not in as_sent and file.path not in taken})
    gone = {key: one for key, one in records.items() if key not in there}
    if not others and not gone:
        return Recorded(files=as_sent, lessons={file.path: key for key, file in as_sent.items()})
    free = _free(files, evidence.records.values())
    alike = alike_files(free, gone)
    alike = {key: [file for file in several if not is_anothers(gone[key], file)] for key, several in alike.items()}
    renamed, unread = _renamed(_Search(gone, alike, evidence, {*there, *gone}, lessons_at))
    kept = {**as_sent, **others, **renamed}
    alike = alike_files(files, {key: records[key] for key in others})
    return Recorded(
        files=kept,
        lessons={file.path: key for key, file in kept.items()},
        changed=frozenset(key for key, file in others.items() if file.size != records[key].size or alike[key]),
        unread=unread,
    )


def _at_paths(by_path: Mapping[str, VideoFile], records: Mapping[str, SentFile]) -> dict[str, VideoFile]:
    """The file at each lesson's recorded path; how its letters are composed counts only where two look the same."""
    found = {key: file for key, one in records.items() if (file := by_path.get(one.path or ""))}
    if len(found) < len(records):
        composed = {nfc(path): file for path, file in by_path.items()}
        for key, one in records.items():
            if key not in found and (file := composed.get(nfc(one.path or ""))):
                found[key] = file
    return found


def _alone(found: Mapping[str, VideoFile]) -> dict[str, VideoFile]:
    """Those lessons that share their file with no other."""
    if len({file.path for file in found.values()}) == len(found):
        return dict(found)
    claims = Counter(file.path for file in found.values())
    return {key: file for key, file in found.items() if claims[file.path] == 1}


def _free(files: Iterable[VideoFile], records: Iterable[SentFile]) -> list[VideoFile]:
    """The files that no record names, also none of an upload that is not begun."""
    named = {nfc(one.path) for one in records if one.path is not None}
    return [file for file in files if nfc(file.path) not in named]


def alike_files(files: Iterable[VideoFile], records: Mapping[str, SentFile]) -> dict[str, list[VideoFile]]:
    """The files that have the size and time that each lesson's file had, by lesson id."""
    sizes = {one.size for one in records.values()}
    by_size: defaultdict[int, list[VideoFile]] = defaultdict(list)
    for file in files if sizes else ():
        if file.size in sizes:
            by_size[file.size].append(file)
    return {key: [file for file in by_size[one.size] if one.is_for(file)] for key, one in records.items()}


@dataclass(frozen=True, slots=True)
class _Search:
    """The lessons whose recorded path is gone, and what may tell where their files are now."""

    gone: Mapping[str, SentFile]
    alike: Mapping[str, Sequence[VideoFile]]
    evidence: Evidence
    settled: Collection[str]
    lessons_at: Callable[[VideoFile], Collection[str]]

    def md5s(self, key: str, file: VideoFile) -> tuple[str | None, str | None]:
        """The MD5 of what was sent of the lesson's file, and that of the same part of this one; None is not known."""
        part = self.gone[key].sent_part
        return (part[1], self.evidence.md5s.get(FilePart(file.path, part[0]))) if part else (None, None)

    def may_be(self, key: str, file: VideoFile) -> bool:
        return None in (md5s := self.md5s(key, file)) or md5s[0] == md5s[1]

    def is_proven(self, key: str, file: VideoFile) -> bool:
        return None not in (md5s := self.md5s(key, file)) and md5s[0] == md5s[1]

    def is_likely(self, key: str, file: VideoFile) -> bool:
        """Whether size and time are enough: no part is to be gone on with, and no other lesson may lack the file."""
        part = self.gone[key].sent_part
        if part is not None and part[0] is not None:
            return False
        is_of_course = first_folder(file.path) == nfc(self.gone[key].course)
        return is_of_course and all(other in self.settled for other in self.lessons_at(file))


def _renamed(search: _Search) -> tuple[dict[str, VideoFile], tuple[FilePart, ...]]:
    """The lessons of which exactly one file is left that may be theirs, and the parts that have to be read."""
    left = {key: [file for file in several if search.may_be(key, file)] for key, several in search.alike.items()}
    claims = Counter(file.path for several in left.values() for file in several)
    renamed: dict[str, VideoFile] = {}
    unread: dict[FilePart, None] = {}
    for key, several in left.items():
        is_one = len(several) == 1 and claims[several[0].path] == 1
        if is_one and (search.is_proven(key, several[0]) or search.is_likely(key, several[0])):
            renamed[key] = several[0]
        elif part := search.gone[key].sent_part:
            parts = (FilePart(file.path, part[0]) for file in several)
            unread.update(dict.fromkeys(one for one in parts if one not in search.evidence.md5s))
    return renamed, tuple(unread)

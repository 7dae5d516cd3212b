"""Finds the files that lessons were uploaded from: they keep them, whatever the files' positions are now. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.mapping.names import nfc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kinescope_upload.mapping.evidence import Evidence, SentFile
    from kinescope_upload.model import VideoFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The files that recorded lessons keep.

    Attributes:
        files: The file of each lesson, by lesson id.
        lessons: The lesson of each of these files, by path.
        changed: The lessons whose file has another size now: it may be another video that took its name.
        unread: Files of which only the MD5 tells whose they are, by path.
    """

    files: Mapping[str, VideoFile]
    lessons: Mapping[str, str]
    changed: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()


def keep_recorded(files: Sequence[VideoFile], evidence: Evidence) -> Recorded:
    """Gives each lesson whose upload was begun the file that it was begun from, where that is there still.

    The file is the one at the recorded path, if it has the size and time of then; else the only other one that has
    them; else what stands at the path now. Where several files have them only an MD5 decides, and where a file is
    recorded for two lessons none of them keeps it.

    Args:
        files: The library.
        evidence: The records, and the MD5s that are known.
    """
    if not evidence.records:
        return Recorded(files={}, lessons={})
    by_path = {file.path: file for file in files}
    as_sent, missing = _as_sent(by_path, evidence.records)
    lessons = {file.path: key for key, file in as_sent.items()}
    if len(lessons) < len(as_sent):
        alone = _alone(as_sent)
        missing |= {key: evidence.records[key] for key in as_sent.keys() - alone.keys()}
        as_sent, lessons = alone, {file.path: key for key, file in alone.items()}
    if not missing:
        return Recorded(files=as_sent, lessons=lessons)
    renamed, unread = _renamed(missing, _alike(files, missing, lessons.keys()), evidence.md5s)
    taken = lessons.keys() | {file.path for file in renamed.values()}
    in_place = {
        key: file for key, file in _at_paths(by_path, missing).items() if key not in renamed and file.path not in taken
    }
    in_place = _alone(in_place)
    kept = {**as_sent, **renamed, **in_place}
    return Recorded(
        files=kept,
        lessons={file.path: key for key, file in kept.items()},
        changed=frozenset(key for key, file in in_place.items() if file.size != missing[key].size),
        unread=unread,
    )


def _as_sent(
    by_path: Mapping[str, VideoFile], records: Mapping[str, SentFile]
) -> tuple[dict[str, VideoFile], dict[str, SentFile]]:
    """The begun lessons whose file is at its path as it was sent, and the records of the others."""
    as_sent, missing = {}, {}
    for key, one in records.items():
        path = one.path
        if path is None or not one.names_file:
            continue
        file = by_path.get(path)
        if file is not None and ((file.modified_ns == one.modified_ns and file.size == one.size) or one.is_for(file)):
            as_sent[key] = file
        else:
            missing[key] = one
    return as_sent, missing


def _at_paths(by_path: Mapping[str, VideoFile], missing: Mapping[str, SentFile]) -> dict[str, VideoFile]:
    """The file at each lesson's recorded path; how its letters are composed counts only where two look the same."""
    found = {key: file for key, one in missing.items() if (file := by_path.get(one.path or ""))}
    if len(found) < len(missing):
        composed = {nfc(path): file for path, file in by_path.items()}
        for key, one in missing.items():
            if key not in found and (file := composed.get(nfc(one.path or ""))):
                found[key] = file
    return found


def _alone(found: Mapping[str, VideoFile]) -> dict[str, VideoFile]:
    """Those lessons that share their file with no other."""
    if len({file.path for file in found.values()}) == len(found):
        return dict(found)
    claims = Counter(file.path for file in found.values())
    return {key: file for key, file in found.items() if claims[file.path] == 1}


def _alike(
    files: Iterable[VideoFile], missing: Mapping[str, SentFile], taken: AbstractSet[str]
) -> dict[str, list[VideoFile]]:
    """The free files that have the size and time that each lesson's file had."""
    sizes = {one.size for one in missing.values()}
    by_size: defaultdict[int, list[VideoFile]] = defaultdict(list)
    for file in files:
        if file.size in sizes and file.path not in taken:
            by_size[file.size].append(file)
    return {key: [file for file in by_size[one.size] if one.is_for(file)] for key, one in missing.items()}


def _renamed(
    missing: Mapping[str, SentFile], alike: Mapping[str, Sequence[VideoFile]], md5s: Mapping[str, str]
) -> tuple[dict[str, VideoFile], tuple[str, ...]]:
    """The lessons of which exactly one file is left that may be theirs, and the files that have to be read."""
    left = {
        key: [file for file in several if _may_be(missing[key], md5s.get(file.path))] for key, several in alike.items()
    }
    claims = Counter(file.path for several in left.values() for file in several)
    renamed, unread = {}, {}
    for key, several in left.items():
        if len(several) == 1 and claims[several[0].path] == 1:
            renamed[key] = several[0]
        elif missing[key].md5:
            unread.update(dict.fromkeys(file.path for file in several if file.path not in md5s))
    return renamed, tuple(unread)


def _may_be(record: SentFile, md5: str | None) -> bool:
    return record.md5 is None or md5 is None or record.md5 == md5

"""Scans the library on disk, and reads single files' facts and the user's JSON files."""

from __future__ import annotations

import json
import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.library.disk import Disk, entry_facts, system_path
from kinescope_upload.mapping import is_video_name
from kinescope_upload.model import IgnoredFile, Scan, VideoFile
from kinescope_upload.text import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PARTIAL_SUFFIXES = (".part", ".partial", ".crdownload", ".download", ".filepart", ".opdownload", ".tmp", ".temp")
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MOST_ALIASES = 16
_DISK = Disk()
EMPTY = "is empty"
"""Why a file without bytes is ignored."""
_HINT = "Name the folder that holds the courses with --library DIR or KUPLOAD_LIBRARY."


def scan(root: Path) -> Scan:
    """Finds the video files of the library, and the files and folders that it ignores, with the reasons.

    It follows links to files and folders. It reads no folder below itself, and none more than 16 times in all, so that
    links cannot make the walk endless.

    Args:
        root: The library root.

    Raises:
        UsageError: The root does not exist, is not a folder or cannot be read.
    """
    _check_root(root)
    found = _Found()
    waiting = [_Folder(disk=system_path(os.fspath(root)), path="", above=frozenset())]
    while waiting:
        waiting.extend(_read_folder(waiting.pop(), found))
    return Scan(
        files=tuple(sorted(found.files, key=attrgetter("path"))),
        ignored=tuple(sorted(found.ignored, key=attrgetter("path"))),
    )


def stat_file(root: Path, path: str, disk: Disk = _DISK) -> VideoFile | None:
    """Describes a file of the library as it is now; None when it is gone, unreadable or not a regular file.

    Args:
        root: The library root.
        path: Relative to the root, parts joined by "/".
        disk: Reads the library.
    """
    try:
        facts = disk.stat(os.fspath(root / path))
    except (OSError, ValueError):
        return None
    return _video_file(path, facts) if stat.S_ISREG(facts.st_mode) else None


def videos_in(root: Path, folder: str) -> tuple[VideoFile, ...]:
    """The video files of one folder of the library as they are now; none where it cannot be read.

    Args:
        root: The library root.
        folder: Relative to the root, parts joined by "/".
    """
    found = _Found()
    disk = system_path(os.fspath(root / folder))
    list(_read_folder(_Folder(disk=disk, path=folder, above=frozenset()), found))
    return tuple(found.files)


def read_json_file(path: Path, what: str) -> object:
    """Reads a JSON file of the user.

    Args:
        path: The file.
        what: Its name in messages ("map file").

    Raises:
        UsageError: It cannot be read, or is not JSON in UTF-8; the error names file, line and column.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f'The {what} "{_printable(str(path))}" cannot be read: {_reason(error)}.',
            "Correct its path or its permissions.",
        ) from error
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f'The {what} "{_printable(str(path))}" cannot be understood: {_json_fault(error, data)}.',
            "Correct the file and save it as JSON in UTF-8.",
        ) from error


_Identity = tuple[int, int] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    """A folder to read: its path on the disk, its path in the library, and the folders above it."""

    disk: str
    path: str
    above: frozenset[_Identity]


@dataclass(slots=True)
class _Found:
    """Collects the results of the walk."""

    files: list[VideoFile] = field(default_factory=list)
    ignored: list[IgnoredFile] = field(default_factory=list)
    visits: Counter[_Identity] = field(default_factory=Counter)

    def ignore(self, path: str, reason: str, *, is_unread_folder: bool = False) -> None:
        self.ignored.append(IgnoredFile(path=_printable(path), reason=reason, is_unread_folder=is_unread_folder))


def _check_root(root: Path) -> None:
    try:
        os.scandir(system_path(os.fspath(root))).close()
    except (OSError, ValueError) as error:
        reason = _reason(error) if isinstance(error, OSError) else "no folder can have such a name"
        raise UsageError(f'The library "{_printable(str(root))}" cannot be read: {reason}.', _HINT) from error


def _read_folder(folder: _Folder, found: _Found) -> Iterator[_Folder]:
    """Collects the folder's video files and yields its folders."""
    try:
        me = _identity(folder.disk)
        with os.scandir(folder.disk) as listing:
            entries = sorted(listing, key=attrgetter("name"))
    except OSError as error:
        found.ignore(folder.path, f"the folder cannot be read: {_reason(error)}", is_unread_folder=True)
        return
    if reason := _reason_against_visit(me, folder, found):
        found.ignore(folder.path, reason)
        return
    above = folder.above | {me}
    for entry in entries:
        path = f"{folder.path}/{entry.name}" if folder.path else entry.name
        if not _is_folder(entry):
            _look_at_file(entry, path, found)
        elif reason := _reason_against_name(entry.name):
            found.ignore(path, reason)
        else:
            yield _Folder(disk=entry.path, path=path, above=above)


def _identity(disk: str) -> _Identity:
    """Identifies a folder whatever path leads to it: by its number, or by its real path on file systems without."""
    facts = os.stat(disk)  # noqa: PTH116 - Path objects would take most of the time
    return (facts.st_dev, facts.st_ino) if facts.st_ino else os.path.realpath(disk)


def _reason_against_visit(me: _Identity, folder: _Folder, found: _Found) -> str | None:
    if me in folder.above:
        return "leads back to a folder above it"
    found.visits[me] += 1
    if found.visits[me] > _MOST_ALIASES:
        return f"more than {_MOST_ALIASES} paths lead to this folder"
    return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _look_at_file(entry: os.DirEntry[str], path: str, found: _Found) -> None:
    is_video = is_video_name(entry.name)
    if not is_video and not _is_partial_download(entry.name):
        return
    if reason := _reason_against_name(entry.name) or (None if is_video else "is a partial download"):
        found.ignore(path, reason)
        return
    try:
        facts = entry_facts(entry)
    except OSError as error:
        found.ignore(path, f"cannot be read: {_reason(error)}")
        return
    if reason := _reason_against_file(path, facts):
        found.ignore(path, reason)
    else:
        found.files.append(_video_file(path, facts))


def _is_partial_download(name: str) -> bool:
    stem, dot, suffix = name.rpartition(".")
    return dot + suffix.lower() in _PARTIAL_SUFFIXES and is_video_name(stem)


def _reason_against_name(name: str) -> str | None:
    if name[0] == ".":
        return "is a companion file of macOS (AppleDouble), not a video" if name.startswith("._") else "is hidden"
    if not name.isascii() and _NOT_UTF8.search(name):
        return "its name is not valid UTF-8; rename it"
    return None


def _reason_against_file(path: str, facts: os.stat_result) -> str | None:
    if not stat.S_ISREG(facts.st_mode):
        return "is not a regular file"
    if facts.st_size == 0:
        return EMPTY
    if "/" not in path:
        return "lies directly in the library root, so it belongs to no course"
    return None


def _video_file(path: str, facts: os.stat_result) -> VideoFile:
    modified_ns, changed_ns = facts.st_mtime_ns, 0 if os.name == "nt" else facts.st_ctime_ns  # of creation there
    if changed_ns == modified_ns:
        changed_ns = modified_ns  # one number in memory: there may be a hundred thousand files
    return VideoFile(path=path, size=facts.st_size, modified_ns=modified_ns, changed_ns=changed_ns)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _printable(path: str) -> str:
    r"""Escapes what no terminal can show; a byte that is not UTF-8 becomes "\xff"."""
    return _UNPRINTABLE.sub(lambda found: escaped(found.group()), path)


def _json_fault(error: Exception, data: bytes) -> str:
    match error:
        case json.JSONDecodeError():
            return f"line {error.lineno}, column {error.colno}: {error.msg}"
        case UnicodeDecodeError():
            before = data[: error.start]
            line = before.count(b"\n") + 1
            column = error.start - before.rfind(b"\n")
            return f"line {line}, column {column}: byte 0x{data[error.start]:02x} is not UTF-8"
        case RecursionError():
            return "it is nested too deeply"
        case _:
            return "it holds a number with too many digits"

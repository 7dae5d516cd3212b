"""What was recorded since a course's progress file was written whole: a step costs one line, however long the file is.

The journal names the progress file that it follows by length and CRC, so one that was left beside another file, by a
crash or by a backup put back, is not taken for its continuation. docs/progress.md describes the format.
"""

from __future__ import annotations

import errno
import json
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from kinescope_upload.library_paths import nfc
from kinescope_upload.progress.atomic import write_whole
from kinescope_upload.progress.file_system import flush, open_to_read
from kinescope_upload.progress.format import FormatError, NewerFormatError, course_pieces, parse_course

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import BinaryIO

    from kinescope_upload.upload import Record

_FORMAT: Final = 1
_BLOCK: Final = 1024 * 1024
_MOVED: Final = "the progress folder was moved, replaced or deleted"
LONGEST: Final = 1024 * 1024
"""Bytes of lines after which the progress file is written whole again, some 1,700 steps."""


def journal_of(path: Path) -> Path:
    """Where the journal of this progress file is."""
    return path.with_name(f"{path.name.removesuffix('.json')}.journal")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells a progress file from every other one: its length in bytes and its CRC-32."""

    length: int
    crc: int

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Fingerprint:
        """That of a file that consists of these pieces."""
        length = crc = 0
        for piece in pieces:
            length += len(piece)
            crc = zlib.crc32(piece, crc)
        return cls(length, crc)

    @classmethod
    def of_file(cls, file: BinaryIO) -> Fingerprint:
        """That of what is left to read of an open file."""
        return cls.of(iter(partial(file.read, _BLOCK), b""))


_HEAD_BEGINS: Final = b'{"journal"'
_NO_FILE: Final = Fingerprint(-1, 0)


@dataclass(frozen=True, slots=True)
class Entries:
    """What a journal says: the file that it follows, and the records that are newer than that."""

    follows: Fingerprint
    records: dict[str, Record]


class Journal:
    """An open journal, of which one thread at a time is the writer. After a crash a line is there whole or not at all.

    Args:
        path: The journal's file; another one in its place is replaced.
        course: The course.
        follows: The progress file that the lines continue.
        records: The records that it begins with.

    Raises:
        OSError: It cannot be written; so every method that writes.
    """

    def __init__(self, path: Path, course: str, follows: Fingerprint, records: Iterable[bytes] = ()) -> None:
        write_whole(path, chain([_head(course, follows)], (_entry([record]) for record in records)))
        self._path = path
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        self._begins = self._length = os.fstat(self._handle).st_size
        self._is_sound = True

    @property
    def has_room(self) -> bool:
        """Whether it takes another line; else the progress file is to be written whole."""
        return self._is_sound and self._length - self._begins < LONGEST

    def append(self, records: Iterable[bytes]) -> None:
        """Writes records as one line; returns when it is on the disk, under the journal's name.

        A line that fails leaves nothing behind.
        """
        entry = _entry(records)
        try:
            rest = entry
            while rest:
                rest = rest[os.write(self._handle, rest) :]
            flush(self._handle)
        except OSError:
            self._is_sound = False
            with suppress(OSError):
                os.ftruncate(self._handle, self._length)
            raise
        self._length += len(entry)
        self.check_in_place()

    def check_in_place(self) -> None:
        """Returns when the journal's path leads to the open file.

        A file of the same length counts as that one: some network shares number their files anew, and none has the last
        line but this one.

        Raises:
            FileNotFoundError: The file, or a folder above it, was moved, replaced or deleted.
        """
        with suppress(FileNotFoundError, NotADirectoryError):
            there = self._path.stat()
            if there.st_size == self._length or os.path.samestat(there, os.fstat(self._handle)):
                return
        raise FileNotFoundError(errno.ENOENT, _MOVED, str(self._path))

    def close(self) -> None:
        """Closes the file and leaves it where it is."""
        os.close(self._handle)


def read_journal(path: Path, course: str) -> Entries | None:
    """What the journal says; None when there is none.

    A last line that a crash cut off, or of which a power failure left zeros, had not reached the disk whole, so nothing
    was done because of it. The same holds for a head that is not whole: such a journal is none. Where only the head was
    lost, the lines count, and follow no file.

    Raises:
        FormatError: It is no journal that this version knows, or another course's.
        OSError: It cannot be read.
    """
    try:
        with open_to_read(path) as file:
            content = file.read()
    except FileNotFoundError:
        return None
    if _is_torn(content):
        return None
    head, *lines = content[: content.rfind(b"\n") + 1].splitlines() or [b""]
    if lines and b"\0" in lines[-1]:
        lines.pop()
    follows = _NO_FILE if b"\0" in head else _follows(head, course)
    return Entries(follows, _records(lines, course))


def readable_entries(content: bytes, course: str) -> Entries:
    """What can be read of a damaged journal: every whole line that is one by itself."""
    head, *lines = content[: content.rfind(b"\n") + 1].splitlines() or [b""]
    try:
        follows = _follows(head, course)
    except FormatError:
        follows = _NO_FILE
        if _names_other(head, course):
            return Entries(follows, {})
    records: dict[str, Record] = {}
    for line in lines:
        with suppress(FormatError, UnicodeDecodeError):
            records |= _records([line], course)
    return Entries(follows, records)


def _names_other(head: bytes, course: str) -> bool:
    """Whether it is the head of another course's journal."""
    try:
        match json.loads(head):
            case {"journal": _, "course": str(named)}:
                return nfc(named) != nfc(course)
            case _:
                return False
    except ValueError:
        return False


def is_torn(path: Path) -> bool:
    """Whether there is a journal whose head is not whole."""
    try:
        with open_to_read(path) as file:
            return _is_torn(file.readline(_BLOCK))
    except FileNotFoundError:
        return False


def _is_torn(content: bytes) -> bool:
    """Whether it is no more than the beginning of a journal's head."""
    is_head = _HEAD_BEGINS.startswith(content[: len(_HEAD_BEGINS)].strip(b"\0"))
    return is_head and b"\n" not in content


def _entry(records: Iterable[bytes]) -> bytes:
    return b"{" + b",".join(records) + b"}\n"


def _head(course: str, follows: Fingerprint) -> bytes:
    facts = {"journal": _FORMAT, "course": course, "follows": {"bytes": follows.length, "crc32": follows.crc}}
    return json.dumps(facts).encode("ascii") + b"\n"


def _follows(head: bytes, course: str) -> Fingerprint:
    match _parsed(head):
        case {"journal": int(version)} if version > _FORMAT:
            raise NewerFormatError(f"it is of format {version}, which only a newer kupload knows")
        case {"journal": 1, "course": str(named), "follows": {"bytes": int(length), "crc32": int(crc)}}:
            if nfc(named) != nfc(course):
                raise FormatError(f'it is of course "{named}"')
            return Fingerprint(length, crc)
        case _:
            raise FormatError('it does not begin with "journal", "course" and "follows" as kupload writes them')


def _parsed(head: bytes) -> object:
    try:
        return json.loads(head)
    except ValueError as error:
        raise FormatError(f"it is no JSON: {error}") from None


def _records(lines: list[bytes], course: str) -> dict[str, Record]:
    """The records, the last of each lesson."""
    for number, line in enumerate(lines, start=2):
        if not (line.startswith(b'{"') and line.endswith(b"}}")):
            raise FormatError(f"line {number} is not as kupload writes it")
    pieces = course_pieces(course, (line[1:-1] for line in lines))
    return parse_course(b"".join(pieces).decode("utf-8"))[1]

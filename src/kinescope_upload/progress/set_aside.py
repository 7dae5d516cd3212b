"""Sets a progress file or a journal aside that cannot be read, and goes on with what of it can.

The unreadable file stays beside the others as it was, under another name. What only its unreadable lines said is looked
for on Kinescope as after the loss of a journal: the new progress file says that one goes on from it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.library_paths import nfc
from kinescope_upload.progress.atomic import write_new, write_whole
from kinescope_upload.progress.course_file import file_of
from kinescope_upload.progress.file_system import open_to_read, remove
from kinescope_upload.progress.format import (
    FormatError,
    NewerFormatError,
    course_pieces,
    encode_record,
    parse_course,
)
from kinescope_upload.progress.journal import Entries, Fingerprint, journal_of, read_journal, readable_entries
from kinescope_upload.progress.lock import CourseLock
from kinescope_upload.progress.snapshot import BOM, UNREADABLE, UPDATE, merged
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kinescope_upload.upload import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """What was done.

    Attributes:
        kept: Where the files are that could not be read, in a dry run where they still are; empty where all could be.
        records: How many lessons are known.
    """

    kept: tuple[Path, ...]
    records: int


def set_aside(folder: Path, course: str, *, is_dry_run: bool = False) -> SetAside:
    """Sets aside what of the course's progress cannot be read.

    A crash in between leaves the files as they were, or the new one: the same command goes on.

    Args:
        folder: The progress folder.
        course: The course.
        is_dry_run: Whether nothing is written, only told.

    Raises:
        UsageError: There is no such progress, another run is at work on it, a newer kupload wrote it, or file and
            journal contradict each other.
        BatchStoppedError: The folder cannot be written; nothing was changed.
    """
    path = file_of(folder, course)
    if not (path.exists() or journal_of(path).exists()):
        raise UsageError(
            f'The progress folder "{folder}" holds nothing of course "{course}".', Hint(("--status",), " lists them.")
        )
    try:
        lock = CourseLock.acquire(folder, course)
        try:
            return _set_aside(path, course, is_dry_run=is_dry_run)
        finally:
            lock.release()
    except OSError as error:
        raise BatchStoppedError(
            f"The progress folder {folder} cannot be written ({error.strerror or error}).",
            "Make room on that disk or make the folder writable, then run the same command again.",
        ) from error


def _set_aside(path: Path, course: str, *, is_dry_run: bool) -> SetAside:
    journal = journal_of(path)
    content = _content(path)
    in_file, is_file_good = _of_file(content, path, course)
    entries, is_journal_good = _of_journal(journal, course)
    bad = [one for one, is_good in ((path, is_file_good), (journal, is_journal_good)) if not is_good]
    records = in_file | {
        key: merged(in_file[key], record, path)
        if is_file_good and key in in_file and entries.follows != Fingerprint.of([content])
        else record
        for key, record in entries.records.items()
    }
    if not bad or is_dry_run:
        return SetAside(kept=tuple(bad), records=len(records))
    kept = tuple(_keep(one) for one in bad)
    write_whole(path, course_pieces(course, map(encode_record, records.values()), is_open=True))
    with suppress(FileNotFoundError):
        remove(journal)  # what can be read of it is in the file now
    return SetAside(kept=kept, records=len(records))


def _content(path: Path) -> bytes:
    try:
        with open_to_read(path) as file:
            return file.read()
    except FileNotFoundError:
        return b""


def _keep(path: Path) -> Path:
    """Copies the file to a name that is free, or that holds the same already; returns that."""
    content = _content(path)
    for number in count(1):
        copy = path.with_name(f"{path.name}{UNREADABLE}{'' if number == 1 else f'-{number}'}")
        if copy.exists() and _content(copy) == content:
            return copy
        with suppress(FileExistsError):
            write_new(copy, content)
            return copy
    raise AssertionError  # pragma: no cover - numbers have no end


def _of_file(content: bytes, path: Path, course: str) -> tuple[dict[str, Record], bool]:
    """The records that can be read of a progress file, and whether that is all of it."""
    if not content and not path.exists():
        return {}, True
    try:
        named, records = parse_course(content.decode("utf-8").removeprefix(BOM))
    except NewerFormatError as error:
        raise UsageError(f"{path} was written by a newer kupload: {error}.", UPDATE) from error
    except (FormatError, UnicodeDecodeError):
        return {key: record for one in _lessons(content) for key, record in _read(one, course).items()}, False
    return (records, True) if nfc(named) == nfc(course) else ({}, False)


def _lessons(content: bytes) -> Iterator[bytes]:
    """Each lesson of a damaged progress file, as a line that holds it: by its entries, else by its lines."""
    try:
        lessons = json.loads(content)["lessons"]
        entries = [{key: facts} for key, facts in lessons.items()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        yield from (line.strip().removesuffix(b",") for line in content.splitlines())
    else:
        yield from (json.dumps(entry).encode("ascii")[1:-1] for entry in entries)


def _read(line: bytes, course: str) -> dict[str, Record]:
    try:
        return parse_course(b"".join(course_pieces(course, [line])).decode("utf-8"))[1]
    except (FormatError, UnicodeDecodeError):
        return {}


def _of_journal(journal: Path, course: str) -> tuple[Entries, bool]:
    """The records that can be read of a journal, and whether those are all of it."""
    try:
        return read_journal(journal, course) or readable_entries(b"", course), True
    except NewerFormatError as error:
        raise UsageError(f"{journal} was written by a newer kupload: {error}.", UPDATE) from error
    except (FormatError, UnicodeDecodeError):
        return readable_entries(_content(journal), course), False

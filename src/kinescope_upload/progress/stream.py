"""A course's progress read and changed record by record, however many there are: it is never held whole."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.progress.atomic import write_whole
from kinescope_upload.progress.course_file import file_of
from kinescope_upload.progress.file_system import remove
from kinescope_upload.progress.format import FormatError, course_pieces, encode_record, parse_course
from kinescope_upload.progress.journal import journal_of
from kinescope_upload.progress.lock import CourseLock
from kinescope_upload.progress.snapshot import is_journal_lost, load_course, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from kinescope_upload.upload import Record

_LAST: Final = "}}"


def stream_records(folder: Path, course: str) -> Iterator[Record]:
    """The course's records, one after the other, without a lock; none when there is no file.

    Raises:
        UsageError: The file cannot be read or parsed, or is another course's.
    """
    path = file_of(folder, course)
    told = 0
    try:
        for record in _streamed(path, course):
            yield record
            told += 1
    except (OSError, ValueError):  # not as kupload writes it: the careful way knows what to say
        yield from list(load_course(path, course).records.values())[told:]


def change_records(folder: Path, course: str, change: Callable[[Record], Record]) -> int:
    """Changes the course's records under its lock; returns how many, when that is on the disk.

    Args:
        folder: The progress folder.
        course: The course.
        change: Makes of a record what it is to be; the same one leaves it.

    Raises:
        UsageError: Another run is at work on the course, or the file cannot be parsed.
        BatchStoppedError: It cannot be written; the file is as it was.
    """
    try:
        lock = CourseLock.acquire(folder, course)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        path = file_of(folder, course)
        changed: list[str] = []
        is_open = is_journal_lost(path)
        if journal_of(path).exists():  # taken in first: so a crash before the end leaves no doubt
            write_whole(path, course_pieces(course, map(encode_record, stream_records(folder, course))))
            remove(journal_of(path))
        lines = _changed(stream_records(folder, course), change, changed.append)
        write_whole(path, course_pieces(course, lines, is_open=is_open))
        with suppress(OSError):  # what is left of the journal follows a file that is gone
            remove(journal_of(path))
        return len(changed)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        lock.release()


def _streamed(path: Path, course: str) -> Iterator[Record]:
    with snapshot(path, course) as found:
        if found is None or found.unfollowed is not None:
            raise FormatError("it is not the file that its journal follows")  # the careful way knows what to say
        newer = dict(found.newer)
        for line in _lines((line.decode("utf-8") for line in found.file), course):
            record = _record(line, course)
            yield newer.pop(record.lesson_id, record)
        yield from newer.values()


def _changed(
    records: Iterable[Record], change: Callable[[Record], Record], note: Callable[[str], None]
) -> Iterator[bytes]:
    for record in records:
        after = change(record)
        if after is not record:
            note(record.lesson_id)
        yield encode_record(after)


def _lines(file: Iterator[str], course: str) -> Iterator[str]:
    """The lines that hold a record each, if the file is laid out as kupload writes it."""
    heads = [next(course_pieces(course, (), is_open=one)).decode().rstrip("\n") for one in (False, True)]
    if next(file, "").rstrip("\n") not in heads:
        raise FormatError("it is laid out in another way")
    for line in file:
        text = line.rstrip("\n")
        if text == _LAST:
            return
        if text:
            yield text.removesuffix(",")
    raise FormatError("it has no end")


def _record(line: str, course: str) -> Record:
    whole = f'{{"format": 1, "course": {json.dumps(course)}, "lessons": {{{line}}}}}'
    _, records = parse_course(whole)
    [record] = records.values()
    return record


def _unwritable(folder: Path, error: OSError) -> BatchStoppedError:
    return BatchStoppedError(
        f"The progress folder {folder} cannot be written ({error.strerror or error}).",
        "Make room on that disk or make the folder writable, then run the same command again.",
    )

"""A progress file and its journal as they were at one moment, for those who look while a run may be at work."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.library_paths import nfc
from kinescope_upload.progress.file_system import open_to_read
from kinescope_upload.progress.format import (
    FormatError,
    NewerFormatError,
    course_pieces,
    encode_record,
    parse_course,
    says_open,
)
from kinescope_upload.progress.journal import Entries, Fingerprint, is_torn, journal_of, read_journal
from kinescope_upload.progress.merge import ContradictionError, merge
from kinescope_upload.text import count
from kinescope_upload.text.hints import Hint, both

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kinescope_upload.upload import Record

BOM: Final = "\ufeff"
"""What editors on Windows put before a text."""
_BLOCK: Final = 1024 * 1024
UNREADABLE: Final = ".unreadable"
"""What follows the name of a file that was set aside; further ones are numbered."""
UPDATE: Final = "Update kupload; it is left as it is, and nothing is lost."
_LATER_COUNTS: Final = "of each lesson the later record counts."
_UNKNOWN: Final = Hint("What it held beside that is not known; ", ("verify",), " looks for what was begun.")
_UNKNOWN_SINCE: Final = Hint("What it held is not known; ", ("verify",), " looks for what was begun.")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open progress file, and what its journal says beyond it."""

    file: BinaryIO
    newer: dict[str, Record]
    unfollowed: Entries | None = None
    has_journal: bool = True


@contextmanager
def snapshot(path: Path, course: str) -> Iterator[Snapshot | None]:
    """Opens the progress file; None when there is none.

    A run writes the file first and its journal then. So a journal that was read while the file stayed the same follows
    it, or is one that the file has taken in.

    Raises:
        UsageError: The file or its journal cannot be read, or the journal cannot be parsed. It is left as it is.
    """
    while True:
        try:
            file = open_to_read(path)
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror or error}).") from error
        with file:
            entries = _read(journal_of(path), course)
            follows = entries is None or entries.follows == _fingerprint(file, path)
            if _is_still(file, path):
                newer = entries.records if entries and follows else {}
                yield Snapshot(file, newer, None if follows else entries, has_journal=entries is not None)
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRecords:
    """What is recorded of a course.

    Attributes:
        records: The records by lesson id.
        note: Where the file is not the one that its journal follows: what counts, in a sentence for a person.
        lost_journal: Whether the file says that a journal goes on from it, and there is none.
    """

    records: dict[str, Record]
    note: str | None = None
    lost_journal: bool = False


def load_course(path: Path, course: str) -> CourseRecords:
    """The records of a course; none when there is neither a file nor a journal.

    Raises:
        UsageError: A file cannot be read or parsed, is another course's, or contradicts its journal. It is left as it
            is.
    """
    with snapshot(path, course) as found:
        if found is None:
            return _of_journal_alone(path, course)
        try:
            text = found.file.read().decode("utf-8").removeprefix(BOM)
            named, records = parse_course(text)
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror or error}).") from error
        except (FormatError, UnicodeDecodeError) as error:
            hint = UPDATE if isinstance(error, NewerFormatError) else _way_out(course)
            raise UsageError(f"{path} is no progress file that kupload can read: {error}.", hint) from error
        if nfc(named) != nfc(course):
            raise UsageError(f'{path} holds the progress of course "{named}", not of "{course}".', _way_out(course))
        if named != course:  # composed in another way: the records are those of the course as it is asked for
            records = {key: replace(record, course=course) for key, record in records.items()}
        if not found.has_journal and (says_open(text) or is_torn(journal_of(path))):
            note = (
                f"What could not be read of it was set aside ({', '.join(kept)})."
                if (kept := set_aside_of(path))
                else f"{journal_of(path)} is missing or not whole, and a run that did not end had gone on in it."
            )
            return CourseRecords(records=records, note=both(note, _UNKNOWN_SINCE), lost_journal=True)
        return _with_journal(records, found, path, named)


def set_aside_of(path: Path) -> tuple[str, ...]:
    """The names of what `kupload repair --set-aside` has kept of a course's progress file and its journal."""
    kept = (*path.parent.iterdir(),) if path.parent.is_dir() else ()
    begins = tuple(f"{one.name}{UNREADABLE}" for one in (path, journal_of(path)))
    return tuple(sorted(one.name for one in kept if one.name.startswith(begins)))


def is_journal_lost(path: Path) -> bool:
    """Whether the file's head says that a journal goes on from it, and there is none; or one whose head is torn."""
    try:
        with open_to_read(path) as file:
            is_open = says_open(file.read(_BLOCK).decode("utf-8", "replace"))
            return is_torn(journal_of(path)) or (is_open and not journal_of(path).exists())
    except FileNotFoundError:
        return False


def _of_journal_alone(path: Path, course: str) -> CourseRecords:
    """What the journal of a lost file says."""
    entries = _read(journal_of(path), course)
    if path.exists():  # a run began meanwhile
        return load_course(path, course)
    if not entries or not entries.records:
        return CourseRecords(records={})
    lessons = count(len(entries.records), "lesson", "lessons")
    note = f"{path} is missing: {lessons} of its journal {'counts' if len(entries.records) == 1 else 'count'}."
    return CourseRecords(records=entries.records, note=both(note, _UNKNOWN))


def _with_journal(records: dict[str, Record], found: Snapshot, path: Path, named: str) -> CourseRecords:
    """What file and journal say together; a file that was only laid out anew is the one that the journal follows.

    A file that holds every record of the journal has taken it in. Of any other the records are merged one by one.
    """
    entries = found.unfollowed
    if entries is None:
        return CourseRecords(records=records | found.newer)
    if all(records.get(key) == record for key, record in entries.records.items()):
        return CourseRecords(records=records)
    lines = [encode_record(record) for record in records.values()]
    if entries.follows in {Fingerprint.of(course_pieces(named, lines, is_open=one)) for one in (True, False)}:
        return CourseRecords(records=records | entries.records)
    both_say = {key: merged(records.get(key, record), record, path) for key, record in entries.records.items()}
    note = f"{path} was edited or put back, and is not the file that its journal follows: {_LATER_COUNTS}"
    return CourseRecords(records=records | both_say, note=both(note, _UNKNOWN))


def merged(in_file: Record, in_journal: Record, path: Path) -> Record:
    """What file and journal say together of a lesson.

    Raises:
        UsageError: They contradict each other.
    """
    try:
        return merge(in_file, in_journal)
    except ContradictionError as error:
        lesson_id, journal = in_file.lesson_id, journal_of(path)
        raise UsageError(
            f"{path} and {journal} contradict each other on lesson {lesson_id}: {error}. "
            f"The file has {_told(in_file)}; the journal has {_told(in_journal)}.",
            Hint(
                "Both are left as they are. ",
                ("repair", "--by-file", lesson_id),
                " goes by the file, ",
                ("repair", "--by-journal", lesson_id),
                " by the journal.",
            ),
        ) from error


def _told(record: Record) -> str:
    when = f", begun at {record.attempted_at:%Y-%m-%d %H:%M:%S} UTC" if record.attempted_at else ""
    return f"video {record.video_id or 'of an unknown id'}, {record.stage}{when}"


def _way_out(course: str) -> Hint:
    return Hint(
        "It is left as it is. ",
        ("repair", "--set-aside", course),
        " keeps it under another name and goes on with what of it can be read; or put a good copy in its place.",
    )


def _read(journal: Path, course: str) -> Entries | None:
    try:
        return read_journal(journal, course)
    except OSError as error:
        raise UsageError(f"{journal} cannot be read ({error.strerror or error}).") from error
    except (FormatError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{journal} is no journal that kupload can read: {error}.",
            UPDATE if isinstance(error, NewerFormatError) else _way_out(course),
        ) from error


def _fingerprint(file: BinaryIO, path: Path) -> Fingerprint:
    try:
        follows = Fingerprint.of_file(file)
        file.seek(0)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror or error}).") from error
    return follows


def _is_still(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False

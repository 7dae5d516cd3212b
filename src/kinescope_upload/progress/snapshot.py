"""A progress file and its journal as they were at one moment, for those who look while a run may be at work."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.progress.format import FormatError, course_pieces, encode_record, parse_course
from kinescope_upload.progress.journal import Entries, Fingerprint, journal_of, read_journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kinescope_upload.upload import Record

_BLOCK: Final = 1024 * 1024
_WAY_OUT: Final = "It is left as it is. Put a good copy in its place, or move it away to begin that course anew."
_UNFOLLOWED: Final = (
    "Both are left as they are. Put back the progress file of that moment; or move the journal away to go on from the "
    "progress file, and have `kupload verify` look for what was begun since."
)
_MISSING: Final = (
    "It is left as it is. Put the progress file back; or move the journal away to begin that course anew, and have "
    "`kupload verify` look for what was begun."
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open progress file, and what its journal says beyond it."""

    file: BinaryIO
    newer: dict[str, Record]
    unfollowed: Entries | None = None


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
            file = path.open("rb")
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
                yield Snapshot(file, newer, None if follows else entries)
                return


def load_records(path: Path, course: str) -> dict[str, Record]:
    """The records of a course, by lesson id; none when there is no file.

    Raises:
        UsageError: A file cannot be read or parsed, or is another course's. It is left as it is.
    """
    with snapshot(path, course) as found:
        if found is None:
            _check_no_journal(path, course)
            return {}
        try:
            named, records = parse_course(found.file.read().decode("utf-8"))
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror or error}).") from error
        except (FormatError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} is no progress file that kupload can read: {error}.", _WAY_OUT) from error
        if named != course:
            raise UsageError(f'{path} holds the progress of course "{named}", not of "{course}".', _WAY_OUT)
        return records | _merged(records, found, path)


def _check_no_journal(path: Path, course: str) -> None:
    """Returns when no journal holds records whose progress file is lost."""
    entries = _read(journal_of(path), course)
    if entries and entries.records:
        raise UsageError(f"{path} is missing, and {journal_of(path)} beside its place holds later records.", _MISSING)


def _merged(records: dict[str, Record], found: Snapshot, path: Path) -> dict[str, Record]:
    """What the journal says beyond the file; a file that was only laid out anew is the one that it follows.

    A file that holds every record of the journal has taken it in. Of any other nobody can tell which is newer.
    """
    entries = found.unfollowed
    if entries is None:
        return found.newer
    if all(records.get(key) == record for key, record in entries.records.items()):
        return {}
    named = next(iter(records.values())).course if records else ""
    if entries.follows == Fingerprint.of(course_pieces(named, map(encode_record, records.values()))):
        return entries.records
    raise UsageError(f"{path} was changed or put back, and {journal_of(path)} holds later records.", _UNFOLLOWED)


def _read(journal: Path, course: str) -> Entries | None:
    try:
        return read_journal(journal, course)
    except OSError as error:
        raise UsageError(f"{journal} cannot be read ({error.strerror or error}).") from error
    except (FormatError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{journal} is no journal that kupload can read: {error}.",
            "It is left as it is. Put a good copy in its place; or move it away to go on from the progress file beside "
            "it, and have `kupload verify` look for what was begun since.",
        ) from error


def _fingerprint(file: BinaryIO, path: Path) -> Fingerprint:
    try:
        follows = Fingerprint.of(iter(partial(file.read, _BLOCK), b""))
        file.seek(0)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror or error}).") from error
    return follows


def _is_still(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False

"""A progress file and its journal as they were at one moment, for those who look while a run may be at work."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.progress.format import FormatError, parse_course
from kinescope_upload.progress.journal import Fingerprint, journal_of, read_journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kinescope_upload.upload import Record

__all__ = ["Snapshot", "load_records", "snapshot"]

_BLOCK: Final = 1024 * 1024
_WAY_OUT: Final = "It is left as it is. Put a good copy in its place, or move it away to begin that course anew."


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open progress file, and what its journal says beyond it."""

    file: BinaryIO
    newer: dict[str, Record]


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
            newer = _newer_than(file, journal_of(path), course)
            if _is_still(file, path):
                yield Snapshot(file, newer)
                return


def load_records(path: Path, course: str) -> dict[str, Record]:
    """The records of a course, by lesson id; none when there is no file.

    Raises:
        UsageError: A file cannot be read or parsed, or is another course's. It is left as it is.
    """
    with snapshot(path, course) as found:
        if found is None:
            return {}
        try:
            named, records = parse_course(found.file.read().decode("utf-8"))
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror or error}).") from error
        except (FormatError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} is no progress file that kupload can read: {error}.", _WAY_OUT) from error
        if named != course:
            raise UsageError(f'{path} holds the progress of course "{named}", not of "{course}".', _WAY_OUT)
        return records | found.newer


def _newer_than(file: BinaryIO, journal: Path, course: str) -> dict[str, Record]:
    try:
        entries = read_journal(journal, course)
        if entries is None:
            return {}
        follows = Fingerprint.of(iter(partial(file.read, _BLOCK), b""))
        file.seek(0)
    except OSError as error:
        raise UsageError(f"{journal} cannot be read ({error.strerror or error}).") from error
    except (FormatError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{journal} is no journal that kupload can read: {error}.",
            "It is left as it is. Put a good copy in its place; or move it away to go on from the progress file beside "
            "it, and have `kupload verify` look for what was begun since.",
        ) from error
    return entries.records if entries.follows == follows else {}


def _is_still(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False

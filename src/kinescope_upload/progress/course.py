"""One course's progress file, open for a run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.progress.atomic import write_whole
from kinescope_upload.progress.format import FormatError, encode_record, parse_course
from kinescope_upload.progress.lines import CourseLines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kinescope_upload.progress.lock import CourseLock
    from kinescope_upload.upload import Record

__all__ = ["CourseProgress", "load_records"]


class CourseProgress:
    """The records of one course, on disk before anything is done because of them. Every thread may use it.

    Args:
        path: The progress file.
        course: The course's name.
        lock: The right to change the file.
        records: What the file holds.
    """

    def __init__(self, path: Path, course: str, lock: CourseLock, records: Mapping[str, Record]) -> None:
        self._path = path
        self._lock = lock
        self._records = dict(records)
        self._lines = CourseLines(course, {key: encode_record(record) for key, record in records.items()})
        self._writing = threading.Lock()

    @property
    def records(self) -> Mapping[str, Record]:
        """What is on disk, by lesson id, at this moment; later changes do not show in it."""
        return self._records

    def save(self, record: Record) -> None:
        """Writes the record down; returns when it is on the disk. What is there already is not written again.

        Raises:
            BatchStoppedError: It cannot be written; the file is as it was.
        """
        self.save_all((record,))

    def save_all(self, records: Iterable[Record]) -> None:
        """The same for several records, with one file written for all of them.

        Raises:
            BatchStoppedError: They cannot be written; the file is as it was.
        """
        changed = {record.lesson_id: record for record in records}
        lines = {lesson_id: encode_record(record) for lesson_id, record in changed.items()}
        with self._writing:
            if not self._lines.holds(lines):
                changed_lines = self._lines.with_lines(lines)
                self._write(changed_lines)
                self._lines = changed_lines
            self._records = self._records | changed

    def close(self) -> None:
        """Gives the course free for another run."""
        with self._writing:
            self._lock.release()

    def _write(self, lines: CourseLines) -> None:
        try:
            write_whole(self._path, lines.pieces())
        except OSError as error:
            raise BatchStoppedError(
                f"{self._path} cannot be written ({error.strerror or error}), so nothing more was begun.",
                "Make room on that disk or make the folder writable, then run the same command again.",
            ) from error


def load_records(path: Path, course: str) -> dict[str, Record]:
    """The records in a progress file, by lesson id; none when there is no file.

    Raises:
        UsageError: It cannot be read or parsed, or is another course's. It is left as it is.
    """
    way_out = "It is left as it is. Put a good copy in its place, or move it away to begin that course anew."
    try:
        text = path.read_text(encoding="utf-8")
        found, records = parse_course(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (FormatError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no progress file that kupload can read: {error}.", way_out) from error
    if found != course:
        raise UsageError(f'{path} holds the progress of course "{found}", not of "{course}".', way_out)
    return records

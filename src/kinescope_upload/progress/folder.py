"""All the progress of a progress folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.progress.port import AllProgress
from kinescope_upload.progress.store import ProgressStore, courses_in
from kinescope_upload.progress.stream import change_records, stream_records

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from kinescope_upload.upload import Record


_WAY_OUT: Final = (
    "Name the folder that knows them (--progress DIR): it may be on another machine, or in the directory that the "
    "earlier run was started in. Where it is lost, run again with --new-progress; these videos stay until somebody "
    "deletes them."
)


def records_of(progress: AllProgress, without: Collection[str] = ()) -> dict[str, Record]:
    """All records, by lesson id, but for those of some lessons.

    Raises:
        UsageError: They cannot be read.
    """
    records = (record for course in progress.courses() for record in progress.stream(course))
    return {record.lesson_id: record for record in records if record.lesson_id not in without}


@dataclass(frozen=True, slots=True)
class ProgressFolder(AllProgress):
    """A progress folder as `port.AllProgress`."""

    folder: Path

    def courses(self) -> tuple[str, ...]:
        """The courses that the folder has something of."""
        return courses_in(self.folder)

    def stream(self, course: str) -> Iterator[Record]:
        """The course's records, one after the other."""
        return stream_records(self.folder, course)

    def change(self, course: str, change: Callable[[Record], Record]) -> int:
        """Changes the course's records under its lock."""
        return change_records(self.folder, course, change)

    def nothing_known(self) -> tuple[str, str]:
        """That the folder is new."""
        return f"The progress folder {self.folder} is new", _WAY_OUT

    def open(self, courses: Iterable[str]) -> ProgressStore:
        """Locks these courses and opens their files."""
        return ProgressStore(self.folder, courses)

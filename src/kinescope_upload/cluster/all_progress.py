"""The cluster's records for those who look at all of them, and change what nobody has in hand."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.doubts import doubts_here
from kinescope_upload.cluster.heart import Heart
from kinescope_upload.cluster.records import records_of, text_of
from kinescope_upload.cluster.settings import check_there, libraries_of
from kinescope_upload.cluster.store import ClusterProgress, opened
from kinescope_upload.cluster.transfer import check_shared
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError
from kinescope_upload.model import Doubt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kinescope_upload.cluster.holds import Holds
    from kinescope_upload.config import Settings
    from kinescope_upload.model import MappedLibrary
    from kinescope_upload.upload import Record

_TOGETHER: Final = 1000


@dataclass(frozen=True, slots=True)
class AllClusterProgress:
    """All records, as one library of this machine sees them: the files of other libraries are not known here.

    Attributes:
        holds: This process.
        library: The library.
    """

    holds: Holds
    library: str

    def courses(self) -> tuple[str, ...]:
        """The courses that something is recorded of."""
        return tuple(course for (course,) in self.holds.line.ask(statements.COURSES))

    def elsewhere(self) -> tuple[str, ...]:
        """The lessons that other libraries have."""
        rows = self.holds.line.ask(statements.ELSEWHERE, library=self.library, patience=60)
        return tuple(lesson_id for (lesson_id,) in rows)

    def with_others(self, mapped: MappedLibrary) -> MappedLibrary:
        """The mapping, which also tells of the lessons that other libraries have."""
        if not (elsewhere := self.elsewhere()):
            return mapped
        reason = "their files are in other libraries"
        away = Doubt(course=None, subject="", reason=reason, lesson_ids=elsewhere, blocking=False)
        return replace(mapped, doubts=(*mapped.doubts, away))

    def without_others(self, mapped: MappedLibrary, courses: Iterable[str]) -> MappedLibrary:
        """The mapping without doubts about lessons that other libraries have, and about courses that are not here."""
        return replace(mapped, doubts=doubts_here(mapped.doubts, frozenset(self.elsewhere()), courses))

    def stream(self, course: str) -> Iterator[Record]:
        """The course's records."""
        for _, library, record, _ in self._rows(course):
            yield record if library == self.library else replace(record, path=None)

    def change(self, course: str, change: Callable[[Record], Record]) -> int:
        """Changes the course's records, but for those that a machine has in hand or has changed meanwhile."""
        changed = [
            (lesson_id, text, text_of(after))
            for lesson_id, _, record, text in self._rows(course)
            if (after := change(record)) is not record
        ]
        done = 0
        for start in range(0, len(changed), _TOGETHER):
            ids, old, new = (list(column) for column in zip(*changed[start : start + _TOGETHER], strict=True))
            done += len(self.holds.line.ask(statements.CHANGE, ids=ids, before=old, after=new, patience=60))
        return done

    @contextmanager
    def open(self, courses: Iterable[str]) -> Iterator[ClusterProgress]:
        """The records of these courses; each lesson is held while something is done with it."""
        progress = ClusterProgress(holds=self.holds, library=self.library, names=tuple(courses))
        heart = Heart(progress)
        heart.start()
        try:
            yield progress
        finally:
            heart.end()

    def _rows(self, course: str) -> Iterator[tuple[str, str, Record, str]]:
        rows = self.holds.line.ask(statements.RECORDS, courses=[course], patience=120)
        records = records_of((lesson_id, of, text) for lesson_id, of, _, text in rows)
        return ((lesson_id, library, records[lesson_id], text) for lesson_id, _, library, text in rows)


@contextmanager
def each_library(settings: Settings) -> Iterator[Iterator[tuple[str, Settings, AllClusterProgress]]]:
    """Each library of this machine: its name, the settings with its root, the records as it sees them.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """
    libraries = libraries_of(settings)
    check_there(libraries)
    try:
        with opened(settings) as progress:
            check_shared(progress.holds.line, settings.progress, progress.holds.machine)
            yield (
                (name, replace(settings, library=root), AllClusterProgress(progress.holds, name))
                for name, root in libraries.items()
            )
    except DatabaseDownError as error:
        raise BatchStoppedError(error.what, f"{error.remedy}, then run the same command again.") from error

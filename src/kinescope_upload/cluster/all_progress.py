"""The cluster's records for those who look at all of them, and change what nobody has in hand."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.doubts import doubts_here
from kinescope_upload.cluster.heart import Heart
from kinescope_upload.cluster.presence import apart, there, those_there
from kinescope_upload.cluster.records import records_of, text_of
from kinescope_upload.cluster.settings import cluster_of, libraries_of
from kinescope_upload.cluster.store import ClusterProgress, opened
from kinescope_upload.cluster.transfer import check_shared
from kinescope_upload.cluster.written import doubt_other_files, without_kept
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError
from kinescope_upload.library.scan import scan
from kinescope_upload.mapping import section_of
from kinescope_upload.mapping.sections import rows_by_section
from kinescope_upload.progress import AllProgress
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from kinescope_upload.cluster.holds import Holds
    from kinescope_upload.config import Settings
    from kinescope_upload.model import Doubt, LessonRow, VideoFile
    from kinescope_upload.plan import Plan
    from kinescope_upload.upload import Record

_TOGETHER: Final = 1000
_WAY_OUT: Final = Hint(
    "Take over what knows them: ",
    ("cluster", "init"),
    " on the machine that began them. Where its progress folder is lost, ",
    ("--new-progress",),
    " goes on; these videos stay until somebody deletes them.",
)


@dataclass(frozen=True, slots=True)
class AllClusterProgress(AllProgress):
    """All records, as one library of this machine sees them: the files of other libraries are not known here.

    Attributes:
        holds: This process.
        library: The library.
        libraries: Where each library of this machine is.
    """

    holds: Holds
    library: str
    libraries: Mapping[str, Path] = field(default_factory=dict)

    def courses(self) -> tuple[str, ...]:
        """The courses that something is recorded of."""
        return tuple(course for (course,) in self.holds.line.ask(statements.COURSES))

    def elsewhere(self, rows: Collection[LessonRow], files: Collection[VideoFile]) -> frozenset[str]:
        """The lessons that other libraries have: they were written down there, or their section is there and not here.

        Where the others' sections are not counted, the longest name among those here would take their lessons.
        """
        if not rows:
            return frozenset()
        written = self.holds.line.ask(statements.LIBRARIES, patience=60)
        owners = {lesson_id: library for lesson_id, library, _ in written}
        beside = {section_of(path) for _, library, path in written if path and library != self.library}
        here, beside = {section_of(file.path) for file in files}, beside | self._sections_beside()
        owned, absent = rows_by_section(rows, here | beside)
        theirs = [row for section in beside - here for row in owned[section]]
        theirs += [row for row in absent if row.lesson_id in owners]
        return frozenset(row.lesson_id for row in theirs if owners.get(row.lesson_id) != self.library)

    def told_here(self, doubts: tuple[Doubt, ...], courses: Collection[str]) -> tuple[Doubt, ...]:
        """The doubts but for those about lessons that other libraries have, and about courses that are not here."""
        written = self.holds.line.ask(statements.LIBRARIES, patience=60)
        return doubts_here(doubts, [one for one, library, _ in written if library != self.library], courses)

    def planned_here(self, plan: Plan, courses: Collection[str]) -> Plan:
        """The plan as `enqueue` would have it: what another library keeps is skipped, other files are in doubt."""
        plan = replace(plan, doubts=self.told_here(plan.doubts, courses))
        return doubt_other_files(self.holds, without_kept(self.holds.line, plan, self.library), self.library)

    def _sections_beside(self) -> set[str]:
        """The sections of this machine's other libraries, as far as they are there."""
        roots = there({name: root for name, root in self.libraries.items() if name != self.library})
        return {section_of(file.path) for root in roots.values() for file in scan(root).files}

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

    def nothing_known(self) -> tuple[str, str]:
        """That no machine has records of a course."""
        return "The machines that share the work have no records of these courses", _WAY_OUT

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
def each_library(
    settings: Settings, tell: Callable[[str], object] = lambda _words: None
) -> Iterator[Iterator[tuple[str, Settings, AllClusterProgress]]]:
    """Each library of this machine that is there: its name, the settings with its root, the records as it sees them.

    Args:
        settings: The settings.
        tell: Is told of those that are away.

    Raises:
        UsageError: None is there.
        KuploadError: The database refuses, or does not answer.
    """
    libraries = those_there(libraries_of(settings), tell)
    try:
        with opened(settings) as progress:
            check_shared(progress.holds.line, settings.progress, progress.holds.machine)
            every = cluster_of(settings).libraries
            yield (
                (name, here, AllClusterProgress(progress.holds, name, every))
                for name, here in apart(settings, libraries).items()
            )
    except DatabaseDownError as error:
        raise BatchStoppedError(error.what, f"{error.remedy}, then run the same command again.") from error

"""Holds the library, the rows and the mapping, and makes a plan of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping import Evidence, find_outdated, rows_as_recorded, with_recorded_titles, with_titles_of
from kinescope_upload.model import Doubt, MappedLibrary, MappingSource
from kinescope_upload.plan import Plan, Selection, make_plan
from kinescope_upload.plan.places import NO_RECORDS, NONE_READ, Places
from kinescope_upload.plan.renumbered import (
    files_to_read,
    find_renumbered,
    with_pairs_of_before,
)
from kinescope_upload.survey.by_evidence import map_by
from kinescope_upload.survey.collector import without_collector
from kinescope_upload.survey.idle import idle_doubts
from kinescope_upload.survey.moved_on import moved_on
from kinescope_upload.survey.repair_first import repair_first, sections_to_repair
from kinescope_upload.survey.unfinished import unfinished_doubts
from kinescope_upload.upload.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from kinescope_upload.mapping import Original, OutdatedPair, SentFile
    from kinescope_upload.media.verdict import Broken
    from kinescope_upload.model import Assignment, FilePart, LessonRow, VideoFile
    from kinescope_upload.plan.known import FileMd5s
    from kinescope_upload.plan.places import Titled
    from kinescope_upload.plan.renumbered import Renumbered
    from kinescope_upload.progress import AllProgress
    from kinescope_upload.upload import Record

MANIFEST: Final = "manifest.json"
NO_PAIRS: Final = MappedLibrary(assignments=())
_NOWHERE: Final = PurePath()


@dataclass(frozen=True, kw_only=True)
class Survey:
    """The library as it is on the disk, the database's rows, and which lesson each file belongs to.

    It holds the rows until the plan is made; a run keeps the plan alone.

    Attributes:
        unchecked: Assignments, doubts and ignored files, before they are checked against the rows.
        source: Where it was read which file belongs to which lesson.
        files: All files of the library.
        confirmed: The pairs of the map file that `kupload map --confirm` writes; they go before all else.
        selection: Which part of the library the user means.
        rows: The database's lessons by id; None goes without it.
        root: The library root.
        hidden: That the database may hide courses of the library from us; None where nothing says so.
        elsewhere: Lessons that other libraries have; their rows are left out.
        sent: What is recorded by lesson id, where somebody wrote pairs down; empty where nobody has read it.
        other_courses: Courses of the database that are not selected, where a selected one has no rows.
    """

    unchecked: MappedLibrary
    source: MappingSource
    selection: Selection
    files: tuple[VideoFile, ...] = ()
    confirmed: MappedLibrary = NO_PAIRS
    rows: Mapping[str, LessonRow] | None = None
    root: PurePath = _NOWHERE
    sent: Mapping[str, SentFile] = field(default_factory=dict)
    other_courses: frozenset[str] = frozenset()
    hidden: Doubt | None = None
    elsewhere: frozenset[str] = frozenset()

    def beside(self, progress: AllProgress) -> Survey:
        """The same without the rows of lessons that other libraries have, as the progress tells."""
        rows = self.rows or {}
        if not (elsewhere := progress.elsewhere(rows.values(), self.files)):
            return self
        elsewhere -= self.said.keys()
        return replace(self, elsewhere=elsewhere, rows={key: rows[key] for key in rows if key not in elsewhere})

    def knowing(self, records: Mapping[str, SentFile]) -> Survey:
        """The same where a pair without a title is as old as the record whose file it names."""
        return replace(self, sent=records) if self.confirmed.assignments or self.source.is_written else self

    @property
    def courses(self) -> tuple[str, ...]:
        """The selected courses that the library has files of."""
        courses = {one.course for one in self.unchecked.assignments} | {
            one.course for one in self.confirmed.assignments
        }
        return tuple(sorted(filter(self.selection.has, courses)))

    @property
    def known_courses(self) -> tuple[str, ...]:
        """Of those, the courses that the database knows; all of them without it."""
        if self.rows is None:
            return self.courses
        known = {nfc(row.course) for row in self.rows.values()}
        return tuple(course for course in self.courses if nfc(course) in known)

    @property
    def is_proven(self) -> bool:
        """Whether the mapping relies on no position that nothing proves."""
        return self.rows is not None or self.source is not MappingSource.SCAN_RULE

    @cached_property
    def outdated(self) -> Mapping[str, OutdatedPair]:
        """The confirmed pairs that are of before lessons were renumbered, by the lesson that each names."""
        return self._outdated(self.confirmed)

    @cached_property
    def outdated_by_hand(self) -> Mapping[str, OutdatedPair]:
        """The same of what stands in a map file that was named, or in the manifest."""
        return self._outdated(self.unchecked) if self.source.is_written else {}

    def _outdated(self, pairs: MappedLibrary) -> Mapping[str, OutdatedPair]:
        """Those of the pairs; without the database, lessons are called as they were when they were recorded last."""
        rows = self.rows if self.rows is not None else rows_as_recorded(self.sent)
        titled = with_recorded_titles(pairs, self.sent)
        found = find_outdated(titled if pairs is self.confirmed else with_titles_of(rows, titled), rows)
        return found if self.rows is not None else {key: one for key, one in found.items() if key in rows}

    @cached_property
    def written(self) -> tuple[Assignment, ...]:
        """The pairs that somebody wrote down and that count; those of `kupload map --confirm` are the last."""
        written = self.unchecked.assignments if self.source.is_written else ()
        by_hand, confirmed = self.outdated_by_hand, self.outdated
        return (
            *(one for one in written if one.lesson_id not in by_hand),
            *(one for one in self.confirmed.assignments if one.lesson_id not in confirmed),
        )

    @cached_property
    def said(self) -> dict[str, VideoFile]:
        """The lessons whose files somebody wrote down, with these."""
        return {one.lesson_id: one.file for one in self.written}

    @property
    def in_map(self) -> frozenset[str]:
        """Those of them whose files a map file names."""
        return frozenset(one.lesson_id for one in self.written if one.source is MappingSource.MAP_FILE)

    @cached_property
    def meant(self) -> frozenset[str]:
        """Those of them whose pair says the title that the lesson has: it was written down as the titles are."""
        called = {**(self.unchecked.called if self.source.is_written else {}), **self.confirmed.called}
        rows = self.rows or {}
        titles = ((key, called.get(key), rows.get(key)) for key in self.said)
        return frozenset(
            key for key, title, row in titles if title and row and title_key(title) == title_key(row.title)
        )

    def files_to_read(self, records: Mapping[str, Titled]) -> list[VideoFile]:
        """The files whose MD5s would tell more of lessons that were renumbered."""
        places = Places(self.files, self.unchecked.assignments, self.said)
        of_pairs = (file for key in self.outdated if key in records for file in places.unread(records[key]))
        return list(dict.fromkeys((*files_to_read(records, self.rows, places), *of_pairs)))

    def find_renumbered(
        self,
        records: Mapping[str, Titled],
        unsteady: Collection[str] = (),
        md5s: Mapping[VideoFile, str] = NONE_READ,
        known: Mapping[str, Titled] = NO_RECORDS,
    ) -> Renumbered:
        """The lessons that were renumbered since their uploads began.

        Args:
            records: What is recorded, by lesson id.
            unsteady: The sections in which files and lessons are not one for one.
            md5s: The MD5s of files that were read.
            known: All that is recorded; empty where `records` are all.
        """
        places = Places(self.files, self.unchecked.assignments, self.said, md5s).beside(known)
        pairs = {key: one.pair.file for key, one in self.outdated.items()}
        return with_pairs_of_before(find_renumbered(records, self.rows, places, unsteady), records, places, pairs)

    def unsteady(self, records: Mapping[str, SentFile]) -> frozenset[str]:
        """The sections in which files and lessons are not one for one, or may not be."""
        return frozenset(doubt.subject for doubt in self.map(Evidence(records=records)).doubts if doubt.blocking)

    def map(self, evidence: Evidence | None = None) -> MappedLibrary:
        """The mapping of every course, as far as rows and evidence prove it.

        Args:
            evidence: What the progress, Kinescope and the files themselves say; None means nothing.
        """
        return map_by(self, evidence or Evidence())

    @without_collector()
    def resolve(
        self,
        records: Mapping[str, SentFile],
        *,
        ask: Callable[[Sequence[str]], Mapping[str, Original] | None] | None = None,
        read: Callable[[Sequence[FilePart]], Mapping[FilePart, str]] | None = None,
    ) -> MappedLibrary:
        """The mapping with all that can be found out: first from the records, then, where that helps, from elsewhere.

        Args:
            records: What the progress says, by lesson id.
            ask: Gives the originals of videos by their keys, None where that fails; None where nobody is asked.
            read: Gives the MD5s of files, or of their first bytes; None where none is read.
        """
        evidence = Evidence(records=records)
        compared: set[str] = set()
        seen: set[FilePart] = set()
        while True:  # what one answer settles, another section's lessons may hang on
            mapped = self.map(evidence)
            wanted = [key for key in mapped.uncompared if key not in compared] if ask else []
            unread = [part for part in mapped.unread if part not in seen] if read else []
            compared.update(wanted)
            if wanted and ask and (found := ask(wanted)) is not None:
                evidence = replace(evidence, originals={**(evidence.originals or {}), **found})
            elif unread and read:
                seen.update(unread)
                evidence = replace(evidence, md5s={**evidence.md5s, **read(unread)})
            elif not wanted:
                return mapped

    def selected(self, mapped: MappedLibrary) -> MappedLibrary:
        """What of a mapping concerns the selected courses."""
        if not self.selection.courses:
            return mapped
        has = self.selection.has
        return MappedLibrary(
            assignments=tuple(one for one in mapped.assignments if has(one.course)),
            doubts=tuple(one for one in mapped.doubts if one.course is None or has(one.course)),
            ignored=tuple(one for one in mapped.ignored if has(one.path.partition("/")[0])),
            proposals=tuple(one for one in mapped.proposals if has(one.course)),
            recorded=mapped.recorded,
        )

    def check_proven(self, *, trusts_scan: bool) -> None:
        """Returns when something proves which lesson each file belongs to, or the user vouches for it.

        Raises:
            UsageError: Nothing does.
        """
        if not (self.is_proven or trusts_scan):
            raise UsageError(
                "Without the database nothing proves which lesson a file belongs to.",
                f"Name a map file (--map FILE), put a {MANIFEST} into the library, or vouch for the files' order: "
                "--trust-scan.",
            )

    @without_collector()
    def plan(
        self,
        records: Mapping[str, Record],
        mapped: MappedLibrary | None = None,
        broken: Callable[[VideoFile], Broken | None] | None = None,
        others: Mapping[str, Record] = MappingProxyType({}),
        *,
        md5s: FileMd5s | None = None,
    ) -> Plan:
        """What a run would do.

        Args:
            records: What earlier runs achieved, by lesson id.
            mapped: The mapping; None is what the records alone tell.
            broken: Tells of a file that is known to be broken, so that it is not sent. None sends every file.
            others: The same of courses that the run does not hold: the library has no file of theirs.
            md5s: Gives MD5s of files; None knows and reads none.
        """
        mapped = mapped or self.map(Evidence(records=records))
        courses = {nfc(course) for course in self.courses}
        assignments = [
            one for one in mapped.assignments if one.source is not MappingSource.RECORD or nfc(one.course) in courses
        ]
        unsteady = {doubt.subject for doubt in mapped.doubts if doubt.blocking}
        plan = make_plan(
            assignments,
            rows=self.rows,
            records=records,
            selection=self.selection,
            broken=broken,
            unsteady=unsteady,
            files=self.files,
            placed=self.unchecked.assignments,
            md5s=md5s,
            others=others,
        )
        told = self.selected(mapped)
        known = {**others, **records} if others else records
        waiting = tuple(unfinished_doubts(self, plan, told, known))
        idle = (self.hidden,) if self.hidden else idle_doubts(self, plan, told, records, waiting)
        if told.proposals and plan.in_doubt:
            told = repair_first(told, sections_to_repair(self.find_renumbered(records, unsteady), records))
        doubts = (*told.doubts, *waiting, *moved_on(self, plan, records, others), *idle)
        return replace(plan, doubts=doubts, ignored=told.ignored, proposals=told.proposals)

"""From the library on the disk, the database's rows and the progress files to a plan; it only looks."""

from __future__ import annotations

import gc
import random
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import BatchStoppedError, DatabaseDownError, UsageError
from kinescope_upload.events import WaitKind, WaitStarted, waiting
from kinescope_upload.library.scan import read_json_file, scan
from kinescope_upload.mapping import (
    Evidence,
    Known,
    assign_by_manifest,
    assign_by_map,
    assign_by_scan_rule,
    check_against_rows,
    check_course_of_each,
    check_courses,
    check_sections,
    fill_from_records,
    keep_recorded,
    known_courses,
    nfc,
    put_first,
)
from kinescope_upload.model import IgnoredFile, MappedLibrary, MappingSource, Scan
from kinescope_upload.plan import Plan, Selection, make_plan
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.progress import courses_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.database import LessonsDatabase
    from kinescope_upload.events import Emit
    from kinescope_upload.mapping import Original, SentFile
    from kinescope_upload.media.verdict import Broken
    from kinescope_upload.model import LessonRow, VideoFile
    from kinescope_upload.upload import Record

_MANIFEST: Final = "manifest.json"
_NO_PAIRS: Final = MappedLibrary(assignments=())


@contextmanager
def _without_collector() -> Iterator[None]:
    """Facts hold no cycles, and the collector would look through a hundred thousand lessons of them again and again."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """

    unchecked: MappedLibrary
    source: MappingSource
    selection: Selection
    files: tuple[VideoFile, ...] = ()
    confirmed: MappedLibrary = _NO_PAIRS
    rows: Mapping[str, LessonRow] | None = None

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

    def map(self, evidence: Evidence | None = None) -> MappedLibrary:
        """The mapping of every course, as far as rows and evidence prove it.

        Args:
            evidence: What the progress, Kinescope and the files themselves say; None means nothing.
        """
        read, rows, evidence = self.unchecked, self.rows, evidence or Evidence()
        if self.source is MappingSource.MAP_FILE:
            return read if rows is None else check_against_rows(read, rows)
        confirmed = self.confirmed if rows is None else check_course_of_each(self.confirmed, rows)
        if self.source is MappingSource.MANIFEST:
            said = put_first(confirmed, read)
            said = said if rows is None else check_against_rows(said, rows)
            if not said.doubts:
                return said
            return fill_from_records(said, keep_recorded(self.files, evidence), evidence.records)
        known = Known(
            confirmed=confirmed.assignments,
            broken=frozenset(lesson for doubt in confirmed.doubts for lesson in doubt.lesson_ids),
            evidence=evidence,
            ignored=read.ignored,
        )
        found = check_sections(read.assignments, rows, known)
        placed = {one.lesson_id for one in found.assignments} if confirmed.doubts else set()
        told = (doubt for doubt in confirmed.doubts if not placed.issuperset(doubt.lesson_ids))
        return replace(found, doubts=(*told, *found.doubts), ignored=read.ignored + found.ignored)

    @_without_collector()
    def resolve(
        self,
        records: Mapping[str, SentFile],
        *,
        ask: Callable[[Sequence[str]], Mapping[str, Original] | None] | None = None,
        read: Callable[[Sequence[str]], Mapping[str, str]] | None = None,
    ) -> MappedLibrary:
        """The mapping with all that can be found out: first from the records, then, where that helps, from elsewhere.

        Args:
            records: What the progress says, by lesson id.
            ask: Gives the originals of videos by their keys, None where that fails; None where nobody is asked.
            read: Gives the MD5s of files by their paths; None where none is read.
        """
        evidence = Evidence(records=records)
        mapped = self.map(evidence)
        if mapped.uncompared and ask and (originals := ask(mapped.uncompared)) is not None:
            evidence = replace(evidence, originals=originals)
            mapped = self.map(evidence)
        if mapped.unread and read:
            mapped = self.map(replace(evidence, md5s=read(mapped.unread)))
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
                f"Name a map file (--map FILE), put a {_MANIFEST} into the library, or vouch for the files' order: "
                "--trust-scan.",
            )

    @_without_collector()
    def plan(
        self,
        records: Mapping[str, Record],
        mapped: MappedLibrary | None = None,
        broken: Callable[[VideoFile], Broken | None] | None = None,
    ) -> Plan:
        """What a run would do.

        Args:
            records: What earlier runs achieved, by lesson id.
            mapped: The mapping; None is what the records alone tell.
            broken: Tells of a file that is known to be broken, so that it is not sent. None sends every file.
        """
        mapped = mapped or self.map(Evidence(records=records))
        courses = {nfc(course) for course in self.courses}
        assignments = [
            one for one in mapped.assignments if one.source is not MappingSource.RECORD or nfc(one.course) in courses
        ]
        plan = make_plan(assignments, rows=self.rows, records=records, selection=self.selection, broken=broken)
        told = self.selected(mapped)
        return Plan(lessons=plan.lessons, doubts=told.doubts, ignored=told.ignored, proposals=told.proposals)


def _sleep(_courses: Sequence[str], seconds: float) -> None:
    time.sleep(seconds)


def survey_library(
    settings: Settings,
    database: LessonsDatabase | None = None,
    emit: Emit = lambda _event: None,
    pause: Callable[[Sequence[str], float], None] = _sleep,
) -> Survey:
    """Walks through the library, maps its files, and reads the selected courses' rows in one query.

    Args:
        settings: Where the library is, and which courses are meant.
        database: The lessons; None goes without them.
        emit: Is told of a wait for the database.
        pause: Waits that many seconds, with the courses in question, before a full database is asked again.

    Raises:
        UsageError: There is no library, a map file or manifest cannot be read, or a course is not known.
        BatchStoppedError: The database does not answer or refuses.
    """
    survey = survey_files(settings)
    if database is not None:
        survey = replace(survey, rows=read_rows(settings, database, emit, partial(pause, survey.courses)))
    check_selection(survey, settings)
    return survey


def read_rows(
    settings: Settings, database: LessonsDatabase, emit: Emit, pause: Callable[[float], None] = time.sleep
) -> dict[str, LessonRow]:
    """The selected courses' rows by lesson id, in one query; `pause` waits while the database is full.

    Raises:
        BatchStoppedError: The database does not answer or refuses.
    """
    read = partial(database.rows, frozenset(settings.courses) or None)
    try:
        policy = RetryPolicy(retries=settings.retries, base=settings.retry_base)
        return {row.lesson_id: row for row in _patiently(read, policy, emit, pause)}
    except DatabaseDownError as error:
        raise BatchStoppedError(
            error.what,
            "Nothing was sent. Start the database (a free Supabase project falls asleep), or go without it: --no-db.",
        ) from error


def check_selection(survey: Survey, settings: Settings) -> None:
    """Checks that each selected course is one of the library, of the progress, or of the rows where they were read.

    Raises:
        UsageError: One is not; names those that look like it.
    """
    known = {*known_courses(survey.unchecked, survey.rows), *known_courses(survey.confirmed)}
    check_courses(settings.courses, {*known, *courses_in(settings.progress)})


def _patiently(
    read: Callable[[], tuple[LessonRow, ...]], policy: RetryPolicy, emit: Emit, pause: Callable[[float], None]
) -> tuple[LessonRow, ...]:
    """Reads again while the database's connections are all in use: others give theirs back."""
    waits = policy.waits(random.random)
    with ExitStack() as shown:
        for number, seconds in enumerate(waits):
            try:
                return read()
            except DatabaseDownError as error:
                if not error.is_full:
                    raise
                if number == 0:
                    wait = WaitStarted(kind=WaitKind.DATABASE, reason=error.what, longest=sum(waits))
                    shown.enter_context(waiting(emit, wait, time.monotonic))
            pause(seconds)
        return read()


@_without_collector()
def survey_files(settings: Settings) -> Survey:
    """Walks through the library and maps its files; whether there are the selected courses is not checked.

    Raises:
        UsageError: There is no library, or a map file or manifest cannot be read.
    """
    root = settings.needed_library()
    found = scan(root)
    mapped, source = _map(settings, root, found)
    mapped = MappedLibrary(
        assignments=mapped.assignments, doubts=mapped.doubts, ignored=_once(found.ignored + mapped.ignored)
    )
    confirmed = _confirmed_pairs(settings, root, found)
    selection = Selection(courses=frozenset(settings.courses), limit=settings.limit, order=settings.order)
    return Survey(unchecked=mapped, source=source, selection=selection, files=found.files, confirmed=confirmed)


def _map(settings: Settings, root: Path, found: Scan) -> tuple[MappedLibrary, MappingSource]:
    if settings.map_file is not None:
        data = read_json_file(settings.map_file, "map file")
        mapped = assign_by_map(data, found.files, root=str(root), origin=str(settings.map_file))
        return mapped, MappingSource.MAP_FILE
    manifest = root / _MANIFEST
    if manifest.exists():
        data = read_json_file(manifest, "manifest")
        return assign_by_manifest(data, found.files, origin=str(manifest)), MappingSource.MANIFEST
    return MappedLibrary(assignments=assign_by_scan_rule(found.files)), MappingSource.SCAN_RULE


def _confirmed_pairs(settings: Settings, root: Path, found: Scan) -> MappedLibrary:
    """What the map file of confirmed pairs says, where there is one; a map file that was named says everything."""
    path = settings.map_of_pairs()
    if settings.map_file is not None or not path.exists():
        return _NO_PAIRS
    data = read_json_file(path, "map file")
    return replace(assign_by_map(data, found.files, root=str(root), origin=str(path)), ignored=())


def _once(ignored: Sequence[IgnoredFile]) -> tuple[IgnoredFile, ...]:
    return tuple({one.path: one for one in reversed(ignored)}.values())[::-1]

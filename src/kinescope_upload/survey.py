"""From the library on the disk, the database's rows and the progress files to a plan; it only looks."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import BatchStoppedError, DatabaseDownError, UsageError
from kinescope_upload.library.scan import read_json_file, scan
from kinescope_upload.mapping import (
    assign_by_manifest,
    assign_by_map,
    assign_by_scan_rule,
    check_against_rows,
    check_courses,
    check_sections,
    known_courses,
    trust_scan,
)
from kinescope_upload.model import IgnoredFile, MappedLibrary, MappingSource, Scan
from kinescope_upload.plan import Plan, Selection, make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.database import LessonsDatabase
    from kinescope_upload.model import LessonRow
    from kinescope_upload.upload import Record

__all__ = ["Survey", "check_proof", "read_rows", "survey_library"]

_MANIFEST: Final = "manifest.json"


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
    """The library as it is on the disk, and which lesson each file would belong to.

    Attributes:
        mapped: Assignments, doubts and ignored files, before the database is asked.
        source: Where it was read which file belongs to which lesson.
        selection: Which part of the library the user means.
    """

    mapped: MappedLibrary
    source: MappingSource
    selection: Selection

    @property
    def courses(self) -> tuple[str, ...]:
        """The selected courses that the library has files of."""
        found = {one.course for one in self.mapped.assignments}
        return tuple(sorted(found & self.selection.courses if self.selection.courses else found))

    def held_against(self, rows: Mapping[str, LessonRow] | None) -> MappedLibrary:
        """What is left of the mapping when the database is asked; None goes without it."""
        if rows is None:
            is_scanned = self.source is MappingSource.SCAN_RULE
            return _merged(self.mapped, trust_scan(self.mapped.assignments)) if is_scanned else self.mapped
        if self.source is MappingSource.SCAN_RULE:
            return _merged(self.mapped, check_sections(self.mapped.assignments, rows))
        return check_against_rows(self.mapped, rows)

    @_without_collector()
    def plan(self, rows: Mapping[str, LessonRow] | None, records: Mapping[str, Record]) -> Plan:
        """What a run would do.

        Args:
            rows: The database's lessons by id; None goes without a database.
            records: What earlier runs achieved, by lesson id.
        """
        mapped = self.held_against(rows)
        plan = make_plan(mapped.assignments, rows=rows, records=records, selection=self.selection)
        wanted = self.selection.courses
        doubts = tuple(one for one in mapped.doubts if not wanted or one.course is None or one.course in wanted)
        ignored = tuple(one for one in mapped.ignored if not wanted or one.path.partition("/")[0] in wanted)
        return Plan(lessons=plan.lessons, doubts=doubts, ignored=ignored)


def _merged(before: MappedLibrary, after: MappedLibrary) -> MappedLibrary:
    """The later assignments, with what both have to say."""
    return MappedLibrary(
        assignments=after.assignments,
        doubts=before.doubts + after.doubts,
        ignored=before.ignored + after.ignored,
    )


@_without_collector()
def survey_library(settings: Settings) -> Survey:
    """Walks through the library and maps its files.

    Raises:
        UsageError: There is no library, a map file or manifest cannot be read, or a course is not known.
    """
    root = settings.needed_library()
    found = scan(root)
    mapped, source = _map(settings, root, found)
    mapped = MappedLibrary(
        assignments=mapped.assignments, doubts=mapped.doubts, ignored=_once(found.ignored + mapped.ignored)
    )
    check_courses(settings.courses, known_courses(mapped))
    selection = Selection(courses=frozenset(settings.courses), limit=settings.limit, order=settings.order)
    return Survey(mapped=mapped, source=source, selection=selection)


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


def _once(ignored: Sequence[IgnoredFile]) -> tuple[IgnoredFile, ...]:
    return tuple({one.path: one for one in reversed(ignored)}.values())[::-1]


def read_rows(database: LessonsDatabase, survey: Survey) -> dict[str, LessonRow]:
    """The selected lessons' rows by id, in one query.

    Raises:
        BatchStoppedError: The database does not answer or refuses.
    """
    wanted = survey.selection.courses or None
    try:
        return {row.lesson_id: row for row in database.rows(wanted)}
    except DatabaseDownError as error:
        raise BatchStoppedError(
            error.what,
            "Nothing was sent. Start the database (a free Supabase project falls asleep), or go without it: --no-db.",
        ) from error


def check_proof(survey: Survey, *, has_database: bool, trusts_scan: bool) -> None:
    """Returns when something proves which lesson each file belongs to, or the user vouches for it.

    Raises:
        UsageError: Nothing does.
    """
    if has_database or trusts_scan or survey.source is not MappingSource.SCAN_RULE:
        return
    raise UsageError(
        "Without the database nothing proves which lesson a file belongs to.",
        f"Name a map file (--map FILE), put a {_MANIFEST} into the library, or vouch for the files' order: "
        "--trust-scan.",
    )

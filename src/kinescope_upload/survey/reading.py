"""Reads the library, its map files and the rows for a survey."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.connect import ask_originals, begin_reading
from kinescope_upload.library.scan import read_json_file, scan
from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping import (
    assign_by_manifest,
    assign_by_map,
    assign_by_scan_rule,
    check_courses,
    known_courses,
)
from kinescope_upload.model import IgnoredFile, MappedLibrary, MappingSource, Scan
from kinescope_upload.plan import Selection
from kinescope_upload.progress import courses_in
from kinescope_upload.survey.collector import without_collector
from kinescope_upload.survey.rows import hidden_courses, read_rows
from kinescope_upload.survey.survey import MANIFEST, NO_PAIRS, Survey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Reading
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.events import Emit
    from kinescope_upload.mapping import SentFile
    from kinescope_upload.model import FilePart


def _sleep(_courses: Sequence[str], seconds: float) -> None:
    time.sleep(seconds)


def survey_library(
    settings: Settings,
    database: LessonsDatabase | None = None,
    emit: Emit = lambda _event: None,
    pause: Callable[[Sequence[str], float], None] = _sleep,
    reading: Reading | None = None,
) -> Survey:
    """Walks through the library, maps its files, and meanwhile reads the selected courses' rows in one query.

    Args:
        settings: Where the library is, and which courses are meant.
        database: The lessons; None goes without them.
        emit: Is told of a wait for the database.
        pause: Waits that many seconds, with the courses in question, before a full database is asked again.
        reading: The rows, which are being read; None begins to read them.

    Raises:
        UsageError: There is no library, a map file or manifest cannot be read, or a course is not known.
        BatchStoppedError: The database does not answer or refuses.
    """
    if database and not reading:
        reading = begin_reading(settings, database)
    survey = survey_files(settings)
    if database and reading:
        rows_of = partial(read_rows, settings, emit=emit, pause=partial(pause, survey.courses))
        survey = replace(survey, rows=rows_of(reading))
        if _lacks_courses(survey):
            every = rows_of(database.rows)
            survey = replace(survey, other_courses=frozenset(row.course for row in every.values()))
        survey = replace(survey, hidden=hidden_courses(survey, database.row_security))
    check_selection(survey, settings)
    return survey


def _lacks_courses(survey: Survey) -> bool:
    """Whether the database has no row of a course that was named."""
    named = survey.selection.courses
    known = {nfc(row.course) for row in (survey.rows or {}).values()} if named else set()
    return not known.issuperset(map(nfc, named))


def check_selection(survey: Survey, settings: Settings) -> None:
    """Checks that each selected course is one of the library, of the progress, or of the rows where they were read.

    Raises:
        UsageError: One is not; names those that look like it.
    """
    known = {*known_courses(survey.unchecked, survey.rows), *known_courses(survey.confirmed)}
    check_courses(settings.courses, {*known, *courses_in(settings.progress)})


def map_library(
    settings: Settings,
    survey: Survey,
    records: Mapping[str, SentFile],
    *,
    asks: bool = True,
    read: Callable[[Sequence[FilePart]], Mapping[FilePart, str]] | None = None,
) -> MappedLibrary:
    """The mapping as far as records tell, and the originals of linked videos where the records leave it open.

    Args:
        settings: How Kinescope is reached; without a token nobody is asked.
        survey: The library and its rows.
        records: What the progress says, by lesson id.
        asks: Whether Kinescope may be asked.
        read: Gives the MD5s of files, or of their first bytes; None where none is read.
    """
    return survey.resolve(records, ask=partial(ask_originals, settings) if asks else None, read=read)


@without_collector()
def survey_files(settings: Settings) -> Survey:
    """Walks through the library and maps its files; whether there are the selected courses is not checked.

    Raises:
        UsageError: There is no library, or a map file or manifest cannot be read.
    """
    root = settings.needed_library()
    found = scan(root)
    mapped, source = _map(settings, root, found)
    mapped = replace(mapped, ignored=_once(found.ignored + mapped.ignored))
    confirmed = _confirmed_pairs(settings, root, found)
    selection = Selection(courses=frozenset(settings.courses), limit=settings.limit, order=settings.order)
    return Survey(
        unchecked=mapped, source=source, selection=selection, files=found.files, confirmed=confirmed, root=root
    )


def _map(settings: Settings, root: Path, found: Scan) -> tuple[MappedLibrary, MappingSource]:
    if settings.map_file is not None:
        data = read_json_file(settings.map_file, "map file")
        mapped = assign_by_map(data, found.files, root=str(root), origin=str(settings.map_file))
        return mapped, MappingSource.MAP_FILE
    manifest = root / MANIFEST
    if manifest.exists():
        data = read_json_file(manifest, "manifest")
        return assign_by_manifest(data, found.files, origin=str(manifest)), MappingSource.MANIFEST
    return MappedLibrary(assignments=assign_by_scan_rule(found.files)), MappingSource.SCAN_RULE


def _confirmed_pairs(settings: Settings, root: Path, found: Scan) -> MappedLibrary:
    """What the map file of confirmed pairs says, where there is one; a map file that was named says everything."""
    path = settings.map_of_pairs()
    if settings.map_file is not None or not path.exists():
        return NO_PAIRS
    data = read_json_file(path, "map file")
    return replace(assign_by_map(data, found.files, root=str(root), origin=str(path)), ignored=())


def _once(ignored: Sequence[IgnoredFile]) -> tuple[IgnoredFile, ...]:
    return tuple({one.path: one for one in reversed(ignored)}.values())[::-1]

"""Which courses there are, and which one may have been meant. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.library_paths import nfc
from kinescope_upload.text import first_few

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kinescope_upload.model import LessonRow, MappedLibrary


def known_courses(mapped: MappedLibrary, rows: Mapping[str, LessonRow] | None = None) -> tuple[str, ...]:
    """Every course that the library or the database has something of, sorted.

    Args:
        mapped: Which file belongs to which lesson, and what could not be told.
        rows: The database's lessons by id; None when the run goes without a database.
    """
    courses = {one.course for one in mapped.assignments}
    courses |= {doubt.course for doubt in mapped.doubts if doubt.course is not None}
    courses |= {row.course for row in (rows or {}).values()}
    return tuple(sorted(courses))


def nearest_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three known names that look like the given one, the nearest first; case does not count."""
    by_folded = {nfc(one).casefold(): one for one in sorted(known)}
    wanted = nfc(name).casefold()
    near = get_close_matches(wanted, by_folded, n=3, cutoff=0.5)
    holding = [one for one in by_folded if wanted and wanted in one and one not in near]
    return tuple(by_folded[one] for one in (*near, *holding)[:3])


def check_courses(wanted: Iterable[str], known: Collection[str]) -> None:
    """Raises a usage error for courses that there are not, naming the nearest that there are."""
    for name in wanted:
        if name not in known:
            raise UsageError(f'There is no course "{name}".', _suggestion(name, known))


def _suggestion(name: str, known: Collection[str]) -> str:
    if near := nearest_names(name, known):
        return f"Did you mean {' or '.join(near)}?"
    if known:
        return f"There are: {first_few(sorted(known), most=10)}."
    return "Neither the library nor the database has any course."
